/** The desktop window as it is used, in the real Electron, where its program is installed. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElectronApplication, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DesktopBridge } from '../../src/shared/desktop-bridge.ts';
import { electronObstacle, launchDesktop } from './support/electron.ts';

declare global {
  interface Window {
    acutanceDesktop?: DesktopBridge;
  }
}

const SAMPLE = join(import.meta.dirname, '../../resources/sample.mp4');

let folder: string;
let desktop: ElectronApplication | undefined;

beforeEach(({ skip }) => {
  const obstacle = electronObstacle();
  skip(obstacle !== undefined, obstacle);
  folder = mkdtempSync(join(tmpdir(), 'acutance-desktop-'));
});

afterEach(async () => {
  await desktop?.close();
  desktop = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function open(...files: readonly string[]): Promise<{ app: ElectronApplication; page: Page }> {
  desktop = await launchDesktop(folder, files);
  const page = await desktop.firstWindow();
  await page.waitForLoadState();
  return { app: desktop, page };
}

/** Status and JSON of an answer, asked for by the page itself. */
async function ask(page: Page, path: string, body?: unknown): Promise<[number, unknown]> {
  return page.evaluate(
    async ([address, json]) => {
      const response = await fetch(
        address,
        json === undefined
          ? {}
          : { method: 'POST', body: json, headers: { 'content-type': 'application/json' } },
      );
      return [response.status, await response.json()] as [number, unknown];
    },
    [path, body === undefined ? undefined : JSON.stringify(body)] as const,
  );
}

describe('the desktop window', () => {
  it('shows the page of our own scheme, with the bridge and nothing of Node or Electron', async () => {
    const { page } = await open();
    expect(page.url()).toBe('acutance://app/');
    expect(await page.title()).toContain('Acutance');
    const world = await page.evaluate(() => ({
      bridge: Object.keys(globalThis.window.acutanceDesktop ?? {}).length,
      node: ['require', 'process', 'module', 'Buffer', 'electron'].filter((name) => name in globalThis),
      secure: globalThis.isSecureContext,
    }));
    expect(world).toEqual({ bridge: 9, node: [], secure: true });
    expect(await ask(page, '/api/session')).toMatchObject([200, { host: 'electron' }]);
  });

  it('goes nowhere, opens nothing and asks no one', async () => {
    const { app, page } = await open();
    const outcomes = await page.evaluate(async () => {
      const attempt = (address: string) => fetch(address).then(String, () => 'refused');
      return {
        window: globalThis.open('https://example.com/'),
        network: await attempt('https://example.com/'),
        file: await attempt('file:///etc/hosts'),
        host: await attempt('acutance://other/api/session'),
        camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(String, () => 'refused'),
        place: await navigator.permissions.query({ name: 'geolocation' }).then(({ state }) => state),
      };
    });
    expect(outcomes).toEqual({
      ...{ window: null, network: 'refused', file: 'refused', host: 'refused', camera: 'refused' },
      place: 'denied',
    });
    await page.evaluate(() => globalThis.location.assign('https://example.com/'));
    await page.waitForTimeout(300);
    expect(page.url()).toBe('acutance://app/');
    expect(app.windows()).toHaveLength(1);
  });

  it('opens a clip that was chosen in the dialog, with an engine of its own', async () => {
    const clip = join(folder, 'a "quoted" clip 🎬.mp4');
    copyFileSync(SAMPLE, clip);
    const { app, page } = await open();
    await app.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
    }, clip);
    const chosen = await page.evaluate(() => globalThis.window.acutanceDesktop?.chooseClips());
    expect(chosen).toEqual([clip]);
    const [status, opened] = await ask(page, '/api/clips', { path: clip });
    expect([status, opened]).toMatchObject([200, { path: clip }]);
    const { id } = opened as { id: string };
    const frame = await page.evaluate(
      async (address) => (await (await fetch(address)).arrayBuffer()).byteLength,
      `/api/clips/${id}/frames/0?format=png`,
    );
    expect(frame).toBeGreaterThan(1000);
    const engines = await app.evaluate(({ app: main }) =>
      main.getAppMetrics().filter(({ name }) => name?.startsWith('Acutance engine')),
    );
    expect(engines.length).toBeGreaterThan(0);
  });

  it('refuses a clip that nobody chose', async () => {
    const clip = join(folder, 'private.mp4');
    copyFileSync(SAMPLE, clip);
    const { page } = await open();
    expect((await ask(page, '/api/clips', { path: clip }))[0]).toBe(403);
  });

  it('opens the clip that it was started with', async () => {
    const clip = join(folder, 'given.mp4');
    copyFileSync(SAMPLE, clip);
    const { page } = await open(clip);
    expect(await ask(page, '/api/session')).toMatchObject([200, { openPath: clip }]);
  });

  it('comes back after its page crashed', async () => {
    const { app, page } = await open();
    const reloaded = page.waitForEvent('load', { timeout: 20_000 }).catch(() => undefined);
    await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
    );
    await reloaded;
    await expect
      .poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL()))
      .toBe('acutance://app/');
  });

  it('greys out the commands that the page has no use for', async () => {
    const { app, page } = await open();
    await page.evaluate(() => globalThis.window.acutanceDesktop?.setEnabledCommands(['open']));
    const enabled = () =>
      app.evaluate(({ Menu }) =>
        ['open', 'export'].map((id) => Menu.getApplicationMenu()?.getMenuItemById(id)?.enabled),
      );
    await expect.poll(enabled).toEqual([true, false]);
  });
});
