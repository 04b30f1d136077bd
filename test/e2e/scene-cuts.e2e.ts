import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing } from '../support/test-tools.ts';
import { TestApplication } from './support/application.ts';
import { launchChromium } from './support/chromium.ts';
import { EditorPage } from './support/editor-page.ts';
import { joinShots } from './support/joined-shots.ts';

/** Frames of the shots that the clip is put together from. */
const SHOTS = [12, 10, 8] as const;
const FRAMES = 30;

describe.skipIf(isMissing('chromium') || isMissing('ffmpeg'))('scene cuts', () => {
  let folder: string;
  let browser: Browser;
  let application: TestApplication;
  let editor: EditorPage;
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'acutance-shots-'));
    joinShots(join(folder, 'shots.mp4'), SHOTS);
    browser = await launchChromium();
    application = await TestApplication.start([join(folder, 'shots.mp4')]);
    await application.halt();
    await application.launch([join(application.clipFolder, 'shots.mp4')]);
    await reopen();
  });
  afterAll(async () => {
    await editor.close();
    await application.stop();
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A new window in place of the one that there was. */
  async function reopen(): Promise<void> {
    const before = editor as EditorPage | undefined;
    complaints.push(...(before?.complaints ?? []));
    await before?.close();
    editor = await EditorPage.open(browser, application);
    await editor.clipIsShown('shots.mp4');
  }

  const section = (at = editor) => at.page.getByRole('group', { name: 'Scene cuts' });
  const says = (text: string, at = editor) => section(at).getByText(text, { exact: true }).waitFor();
  const playhead = () => editor.page.getByRole('slider', { name: 'Playhead' });
  const mode = () => section().getByRole('radio', { checked: true }).textContent();
  const command = (name: string) => section().getByRole('button', { name, exact: true });

  /** The places of the marks below the lane, as frames. */
  async function marks(): Promise<number[]> {
    const places = await editor.page.locator('canvas.track').evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const row = Math.round(30 * devicePixelRatio);
      const { data } = canvas.getContext('2d')!.getImageData(0, row, canvas.width, 1);
      const painted = Array.from({ length: canvas.width }, (_, x) => data[4 * x + 3]! > 60);
      return painted.flatMap((is, x) => {
        if (!is || painted[x - 1]) return [];
        let end = x;
        while (painted[end]) end++;
        return [(x + end) / 2 / canvas.width];
      });
    });
    return places.map((place) => Math.round(place * FRAMES));
  }

  it('are found to the frame, and marked on the scrub bar', async () => {
    await says('2 cuts');
    expect((await mode())?.trim()).toBe('Detected');
    await expect.poll(marks).toEqual([12, 22]);
  });

  it('are gone to by up and down, also after a click on the scrub bar', async () => {
    await editor.goTo(0);
    await editor.press('ArrowDown');
    await editor.playheadIsAt(12);
    expect(await playhead().getAttribute('aria-valuetext')).toMatch(/^Frame 12, .*, cut$/);
    await editor.press('ArrowDown');
    await editor.playheadIsAt(22);
    await editor.press('ArrowDown');
    await editor.playheadIsAt(29);
    const { x, y, width, height } = (await playhead().boundingBox())!;
    await editor.page.mouse.click(x + width * (16.5 / FRAMES), y + height / 2);
    await editor.playheadIsAt(16);
    await editor.press('ArrowUp');
    await editor.playheadIsAt(12);
    await editor.press('ArrowUp');
    await editor.playheadIsAt(0);
  });

  it('are removed and added at the playhead, by key and by button, and put back', async () => {
    await editor.press('ArrowDown');
    await editor.playheadIsAt(12);
    await editor.press('Shift+C');
    await says('1 cut');
    expect((await mode())?.trim()).toBe('Edited');
    await expect.poll(marks).toEqual([22]);
    await editor.goTo(5);
    await command('Cut before this frame').click();
    await says('2 cuts');
    await expect.poll(marks).toEqual([5, 22]);
    expect(await command('Cut before this frame').isDisabled()).toBe(true);
    await editor.press('Control+z');
    await expect.poll(marks).toEqual([22]);
    await command('Undo the change of cuts').click();
    await expect.poll(marks).toEqual([12, 22]);
    expect((await mode())?.trim()).toBe('Detected');
    expect(await command('Undo the change of cuts').isDisabled()).toBe(true);
  });

  it('that were changed make other frames of those around them', async () => {
    await editor.choose('Stages', '1');
    await editor.mark(10, 14);
    await editor.deblur();
    await editor.goTo(12);
    await editor.frameIsShown(12, 'after', 90_000);
    const apart = await editor.pixels('after');
    await editor.page.getByText('All frames deblurred').waitFor({ timeout: 90_000 });

    await editor.press('Shift+C');
    await says('1 cut');
    // What was rendered with the cut is not shown without it.
    await editor.page.getByText('not rendered yet').waitFor();
    await editor.deblur();
    await editor.frameIsShown(12, 'after', 90_000);
    await editor.page.getByText('All frames deblurred').waitFor({ timeout: 90_000 });
    const blended = await editor.pixels('after');
    expect(Buffer.compare(blended.rgba, apart.rgba)).not.toBe(0);

    // With the cut put back, what was rendered with it is there without being made anew.
    await editor.press('c');
    await says('2 cuts');
    await editor.page.getByText('All frames deblurred').waitFor();
    await editor.frameIsShown(12, 'after');
    await expect.poll(async () => Buffer.compare((await editor.pixels('after')).rgba, apart.rgba)).toBe(0);
    await editor.press('x');
  });

  it('are kept with the clip, and the same in every window', async () => {
    await editor.goTo(7);
    await editor.press('c');
    await says('3 cuts');
    const other = await editor.openTab(application);
    await other.clipIsShown('shots.mp4');
    await says('3 cuts', other);
    await section(other).getByRole('radio', { name: 'Off' }).click();
    await says('One shot');
    await expect.poll(marks).toEqual([]);
    await other.close();

    await reopen();
    await says('One shot');
    await section().getByRole('radio', { name: 'Detected' }).click();
    await says('2 cuts');
  });

  it('survive a restart of the application, and are not looked for again', async () => {
    await editor.goTo(7);
    const saved = editor.page.waitForResponse(
      (response) =>
        response.url().endsWith('/choices') &&
        (response.request().postData()?.includes('"cuts":[7,12,22]') ?? false),
    );
    await editor.press('c');
    await says('3 cuts');
    await (await saved).finished();
    await application.halt();
    await application.launch();
    await reopen();
    await says('3 cuts');
    await expect.poll(marks).toEqual([7, 12, 22]);
    const answer = editor.page.waitForResponse((response) => response.url().endsWith('/cuts'));
    await section().getByRole('radio', { name: 'Detected' }).click();
    expect(await (await answer).json()).toEqual({ state: 'found', cuts: [12, 22] });
    await says('2 cuts');
  });

  it('are none while they are looked for, and can’t be changed', async () => {
    await editor.page.route('**/cuts', (route) =>
      route.fulfill({ json: { state: 'looking', framesDone: 10 } }),
    );
    await editor.page.reload();
    await editor.clipIsShown('shots.mp4');
    await says('Looking for cuts, 33 %');
    expect(await marks()).toEqual([]);
    await editor.press('ArrowRight');
    expect(await command('Cut before this frame').count()).toBe(0);
    await editor.press('c');
    expect((await mode())?.trim()).toBe('Detected');
    expect(await section().getByRole('radio', { name: 'Edited' }).isDisabled()).toBe(true);
    await editor.page.unroute('**/cuts');
  });

  it('that can’t be found are told with the reason', async () => {
    const problem = { code: 'input-corrupt', message: 'It is damaged.', hint: 'Copy it again.' };
    await editor.page.route('**/cuts', (route) => route.fulfill({ json: { state: 'failed', problem } }));
    await editor.page.reload();
    await editor.clipIsShown('shots.mp4');
    await says('Not found');
    await section().getByText('It is damaged.').waitFor();
    await editor.goTo(4);
    await editor.press('c');
    await says('1 cut');
    await editor.press('Control+z');
    await says('Not found');
    await editor.page.unroute('**/cuts');
  });

  it('caused no complaint of the browser', () => {
    expect([...complaints, ...editor.complaints]).toEqual([]);
  });
});
