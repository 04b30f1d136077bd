import { execFileSync } from 'node:child_process';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isMissing } from '../support/test-tools.ts';
import type { TestApplication } from './support/application.ts';
import { launchChromium } from './support/chromium.ts';
import type { EditorPage } from './support/editor-page.ts';
import { openStream } from './support/open-stream.ts';

const STREAM = join(import.meta.dirname, '../fixtures/media/stream.mp4');
const ODD_NAMES = [
  '🦋 wings.mp4',
  `"quoted" and 'single'.mp4`,
  'two\nlines.mp4',
  '100% #1?&=.mp4',
  'Ünïcödé e\u0301.mp4',
];

describe.skipIf(isMissing('chromium'))('when something goes wrong', () => {
  let browser: Browser;
  let application: TestApplication;
  let editor: EditorPage;
  let close: () => Promise<void>;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    ({ application, editor, close } = await openStream({ browser }));
  });
  afterEach(() => close());

  it('a killed engine ends its job with a message, keeps what is rendered, and the next job runs', async () => {
    await editor.choose('Stages', '1');
    await editor.deblur();
    await editor.frameIsShown(0, 'after', 90_000);
    killEngines(application.pid);
    await editor.page
      .getByText(/engine process was killed/)
      .first()
      .waitFor();
    expect(await editor.canvas('after').getAttribute('data-frame')).toBe('0');

    await editor.goTo(60);
    await editor.frameIsShown(60);
    await editor.mark(60, 62);
    await editor.deblur();
    await editor.goTo(60);
    await editor.frameIsShown(60, 'after', 90_000);
  });

  it('a restarted server is found again: the page says that it waits, and then goes on', async () => {
    await editor.goTo(3);
    await editor.frameIsShown(3);
    await application.halt('SIGKILL');
    await editor.page.getByText(/reconnecting/i).waitFor();
    expect(await editor.canvas('before').getAttribute('data-frame')).toBe('3');
    // What is chosen meanwhile is kept.
    await editor.choose('Stages', '1');
    const saved = editor.page.waitForResponse(
      (response) => response.request().method() === 'PATCH' && response.ok(),
    );

    await application.launch();
    await editor.page.getByText(/reconnecting/i).waitFor({ state: 'detached', timeout: 30_000 });
    await saved;
    await editor.page.getByRole('radio', { name: '1', checked: true, exact: true }).waitFor();
    await editor.goTo(80);
    await editor.frameIsShown(80);
    await editor.mark(80, 82);
    await editor.deblur();
    await editor.goTo(80);
    await editor.frameIsShown(80, 'after', 90_000);
  });

  it('two tabs share the choices of a clip, its jobs and its rendered frames', async () => {
    const other = await editor.openTab(application);
    await other.clipIsShown('stream.mp4');
    await editor.choose('Stages', '1');
    await other.page
      .getByRole('radiogroup', { name: 'Stages' })
      .getByRole('radio', { name: '1', checked: true })
      .waitFor();
    await other.page.bringToFront();
    await other.mark(0, 2);
    await other.deblur();
    await other.goTo(0);
    await other.frameIsShown(0, 'after', 90_000);
    await editor.page.bringToFront();
    await editor.goTo(0);
    await editor.frameIsShown(0, 'after');
    expect([...editor.complaints, ...other.complaints]).toEqual([]);
  });

  it.each(ODD_NAMES)('opens %j', async (name) => {
    const path = join(application.clipFolder, name);
    writeFileSync(path, readFileSync(STREAM));
    await editor.press('Control+o');
    const option = editor.page.getByRole('option', { name: name.replace('\n', '↵') });
    await option.dblclick();
    await editor.page.getByRole('heading', { level: 2, name: name.replace('\n', '↵') }).waitFor();
    await editor.frameIsShown(0);
    expect(editor.complaints).toEqual([]);
  });

  it.each([
    ['empty.mp4', '', /empty.mp4" is empty/],
    ['notes.mp4', 'These are notes, not a video.', /not a video|no video|can.t be read|not.*understood/i],
  ])('%s is refused in the dialog, with the reason', async (name, content, reason) => {
    writeFileSync(join(application.clipFolder, name), content);
    await editor.openClip(join(application.clipFolder, name));
    const dialog = editor.page.getByRole('dialog', { name: 'Open clip' });
    await dialog.getByText(reason).first().waitFor();
    // Behind the dialog, and so hidden from a screen reader.
    const clip = { level: 2, name: 'stream.mp4', includeHidden: true } as const;
    expect(await editor.page.getByRole('heading', clip).count()).toBe(1);
  });

  it('a clip that is cut off opens as far as it goes, or says why not', async () => {
    const path = join(application.clipFolder, 'cut.mp4');
    writeFileSync(path, readFileSync(STREAM));
    truncateSync(path, 150_000);
    await editor.openClip(path);
    const opened = editor.page.getByRole('heading', { level: 2, name: 'cut.mp4' });
    const told = editor.page.getByRole('dialog', { name: 'Open clip' }).getByRole('alert');
    await opened.or(told).first().waitFor();
  });

  it('a path outside the opened folders is refused by name', async () => {
    await editor.openClip('/etc/hostname');
    await editor.page
      .getByRole('dialog')
      .getByText(/\/etc\/hostname/)
      .first()
      .waitFor();
  });
});

/** Kills the processes that the server has started. */
function killEngines(server: number | undefined): void {
  if (server === undefined) throw new Error('The server does not run.');
  const children = (pid: string): string[] =>
    execFileSync('ps', ['-o', 'pid=', '--ppid', pid], { encoding: 'utf8' })
      .trim()
      .split(/\s+/)
      .filter(Boolean);
  const engines = commandsBelow(String(server), children).filter(({ command }) =>
    command.includes('engine-process'),
  );
  expect(engines.length).toBeGreaterThan(0);
  for (const { pid } of engines) process.kill(Number(pid), 'SIGKILL');
}

function commandsBelow(pid: string, children: (pid: string) => string[]): { pid: string; command: string }[] {
  try {
    return children(pid).flatMap((child) => {
      const command = execFileSync('ps', ['-o', 'args=', '-p', child], { encoding: 'utf8' });
      return [{ pid: child, command }, ...commandsBelow(child, children)];
    });
  } catch {
    // `ps` ends with 1 where there is nothing to list.
    return [];
  }
}
