import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isMissing } from '../support/test-tools.ts';
import type { TestApplication } from './support/application.ts';
import type { EditorPage } from './support/editor-page.ts';
import { openStream } from './support/open-stream.ts';

const VARIABLE = join(import.meta.dirname, '../fixtures/media/vfr.mp4');

describe.skipIf(isMissing('chromium'))('playing a clip', () => {
  let application: TestApplication;
  let editor: EditorPage;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ application, editor, close } = await openStream({ clips: [VARIABLE] }));
  });
  beforeEach(async () => {
    await editor.press('k');
    await editor.press('x');
    await editor.goTo(0);
  });
  afterAll(() => close());

  const button = (name: string) => editor.page.getByRole('button', { name, exact: true });

  it('goes by the time of the clip, with its sound, and stops at its end', async () => {
    await editor.watchPlayback();
    const started = performance.now();
    await editor.press('Space');
    await editor.playheadIsAt(89);
    // Three seconds of picture; a machine that is slow shows fewer frames, not later ones.
    expect((performance.now() - started) / 1000).toBeGreaterThan(2.9);
    const watched = (await editor.watchedPlayback()).filter(({ playing }) => playing);
    expect(watched.length).toBeGreaterThan(0);
    expect(new Set(watched.map(({ rate, muted }) => `${rate} ${muted}`))).toEqual(new Set(['1 false']));
    const apart = watched.map(({ seconds, playhead }) => Math.abs(seconds * 29.97 - playhead));
    // The playhead follows when a frame is drawn, which a busy machine does late now and then.
    expect(apart.sort((one, other) => one - other)[Math.floor(apart.length / 2)]).toBeLessThan(5);
    expect((await editor.sound()).length).toBeCloseTo(3.0, 0);
    await button('Play').waitFor();
  });

  it('steps by a frame and by ten, to the start and to the end', async () => {
    await editor.press('ArrowRight');
    await editor.playheadIsAt(1);
    await editor.press('Shift+ArrowRight');
    await editor.playheadIsAt(11);
    await editor.press('ArrowLeft');
    await editor.playheadIsAt(10);
    await editor.press('End');
    await editor.playheadIsAt(89);
    await editor.press('ArrowRight');
    await editor.playheadIsAt(89);
    await editor.press('Home');
    await editor.playheadIsAt(0);
  });

  it('L plays on and faster, J backwards, K stops', async () => {
    await editor.press('l');
    await editor.press('l');
    await expect.poll(() => editor.playhead()).toBeGreaterThan(10);
    await editor.press('k');
    const stopped = await editor.playhead();
    await editor.page.waitForTimeout(200);
    expect(await editor.playhead()).toBe(stopped);
    await editor.press('j');
    await expect.poll(() => editor.playhead()).toBeLessThan(stopped);
    await editor.press('k');
  });

  it('I and O set the range, in which it loops when asked to; X clears it', async () => {
    await editor.mark(20, 26);
    expect(await editor.inspector.innerText()).toMatch(/6 frames/);
    await button('Loop over the range').click();
    await editor.press('Space');
    const seen = new Set<number>();
    for (let look = 0; look < 40; look++) {
      seen.add(await editor.playhead());
      await editor.page.waitForTimeout(25);
    }
    await editor.press('k');
    await button('Loop over the range').click();
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(20);
    expect(Math.max(...seen)).toBeLessThan(26);
    expect(seen.size).toBeGreaterThan(2);
    await editor.press('x');
    await expect.poll(() => editor.inspector.innerText()).toMatch(/Whole clip, 90 frames/);
  });

  it('the playhead follows the pointer on the scrub bar', async () => {
    const bar = (await editor.page.getByRole('slider', { name: 'Playhead' }).boundingBox())!;
    const whole = { from: 12, to: 1268 };
    // On the ruler: the ends of the track below it are the handles of in and out point.
    const y = bar.y + 6;
    await editor.page.mouse.move(whole.from + 4, y);
    await editor.page.mouse.down();
    for (const share of [0.2, 0.4, 0.6, 0.5]) {
      await editor.page.mouse.move(whole.from + (whole.to - whole.from) * share, y, { steps: 3 });
    }
    await editor.page.mouse.up();
    expect(await editor.playhead()).toBeGreaterThan(42);
    expect(await editor.playhead()).toBeLessThan(48);
    await editor.frameIsShown(await editor.playhead());
  });

  it('follows the times of a clip with a variable frame rate', async () => {
    await editor.openClip(join(application.clipFolder, 'vfr.mp4'));
    await editor.clipIsShown('vfr.mp4');
    await editor.press('End');
    await editor.playheadIsAt(23);
    await editor.press('ArrowLeft');
    await editor.frameIsShown(22);
  });

  it('caused no complaint of the browser', () => expect(editor.complaints).toEqual([]));
});
