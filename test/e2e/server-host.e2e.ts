/** The server host as a browser meets it: the key, other sites, the page's policy, and how soon something is seen. */
import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing } from '../support/test-tools.ts';
import { TestApplication } from './support/application.ts';
import { launchChromium } from './support/chromium.ts';

const SAMPLE = join(import.meta.dirname, '../../resources/sample.mp4');

describe.skipIf(isMissing('chromium'))('the server host in a browser', () => {
  let browser: Browser;
  let application: TestApplication;
  let context: BrowserContext;
  /** What the page complained about: refused scripts, styles, failed loads. */
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
    application = await TestApplication.start([SAMPLE]);
    context = await browser.newContext();
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    context.on('weberror', (error) => complaints.push(error.error().message));
  });

  afterAll(async () => {
    await browser.close();
    await application.stop();
  });

  async function openPage(): Promise<Page> {
    const page = await context.newPage();
    await page.goto(application.address);
    return page;
  }

  it('leaves no key where a person or a script could see it', async () => {
    const page = await openPage();
    expect(page.url()).toBe(`${new URL(application.address).origin}/`);
    expect(await page.evaluate(() => document.cookie)).toBe('');
    expect(await page.evaluate(() => document.referrer)).toBe('');
    expect(await context.cookies()).toMatchObject([{ httpOnly: true, sameSite: 'Strict', path: '/' }]);
    await page.close();
  });

  it('runs under its own policy without a complaint', async () => {
    const page = await openPage();
    await page.getByText('H.264').first().waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('keeps text from becoming HTML, scripts or styles', async () => {
    const page = await openPage();
    const refused = await page.evaluate(() => {
      const attempt = (action: () => void): boolean => {
        try {
          action();
          return false;
        } catch {
          return true;
        }
      };
      return [
        attempt(() => (document.body.innerHTML = '<b>text</b>')),
        attempt(() => new Worker('blob:nothing')),
        attempt(() => (document.createElement('script').text = 'document.title = "ran"')),
        attempt(() => document.body.setAttribute('onclick', 'document.title = "ran"')),
      ];
    });
    expect(refused).toEqual([true, true, true, true]);
    const styled = await page.evaluate(() => {
      const style = document.createElement('style');
      style.textContent = 'body { outline: 7px solid red; }';
      document.head.append(style);
      return getComputedStyle(document.body).outlineWidth === '7px';
    });
    expect(styled).toBe(false);
    await page.close();
    complaints.length = 0;
  });

  it('can not be read, shown or commanded by another page of this machine', async () => {
    const { origin } = new URL(application.address);
    const other: Server = createServer((_request, response) =>
      response.setHeader('Content-Type', 'text/html').end('<title>Other</title><body></body>'),
    ).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    const outcome = await page.evaluate(async (target) => {
      const reached = (promise: Promise<unknown>) =>
        promise.then(
          () => true,
          () => false,
        );
      const element = (name: 'img' | 'iframe' | 'script', path: string) =>
        new Promise((resolve, reject) => {
          const one = document.createElement(name);
          one.onload = resolve;
          one.onerror = reject;
          one.src = target + path;
          document.body.append(one);
        });
      const post = { method: 'POST', body: '{}', mode: 'no-cors' as const };
      const answer = await fetch(`${target}/api/jobs`, post).catch(() => undefined);
      return {
        read: await reached(fetch(`${target}/api/session`, { credentials: 'include' })),
        shown: await reached(element('img', '/icon.png')),
        run: await reached(element('script', '/api/session')),
        commanded: answer !== undefined && answer.type !== 'opaque',
      };
    }, origin);
    expect(outcome).toEqual({ read: false, shown: false, run: false, commanded: false });
    const frame = await page.evaluate(async (target) => {
      const one = document.createElement('iframe');
      one.src = `${target}/`;
      const loaded = new Promise((resolve) => (one.onload = resolve));
      document.body.append(one);
      await loaded;
      return one.contentDocument === null;
    }, origin);
    expect(frame).toBe(true);
    expect(page.frames().map((one) => one.url())).not.toContain(`${origin}/`);
    await page.close();
    other.close();
    complaints.length = 0;
  });

  it('asks a browser without the key for it, on a page of its own', async () => {
    const stranger = await browser.newContext();
    const page = await stranger.newPage();
    const response = await page.goto(`${new URL(application.address).origin}/`);
    expect(response?.status()).toBe(401);
    expect(await page.getByRole('heading').textContent()).toBe('This address needs its key');
    expect(await page.evaluate(() => getComputedStyle(document.querySelector('main')!).maxWidth)).not.toBe(
      'none',
    );
    await stranger.close();
  });

  it('leads on from the link of another site', async () => {
    const page = await context.newPage();
    await page.goto(`data:text/html,<a href="${new URL(application.address).origin}/">Acutance</a>`);
    await page.getByRole('link').click();
    await page.getByRole('link', { name: 'Open Acutance' }).click();
    await page.getByText('H.264').first().waitFor();
    await page.close();
    complaints.length = 0;
  });

  it('works in two tabs at once, and goes on in both after a restart', async () => {
    const pages = [await openPage(), await openPage()];
    const launch = (page: Page) =>
      page.evaluate(async () => ((await (await fetch('/api/session')).json()) as { launch: string }).launch);
    const before = await Promise.all(pages.map(launch));
    expect(before[0]).toBe(before[1]);
    await application.halt();
    await application.launch();
    const after = await Promise.all(pages.map(launch));
    expect(after[0]).toBe(after[1]);
    expect(after[0]).not.toBe(before[0]);
    await Promise.all(pages.map((page) => page.close()));
  });
});
