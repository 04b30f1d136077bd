import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ffmpeg } from '../fixtures/witness.ts';
import { isMissing } from '../support/test-tools.ts';
import { TestApplication } from './support/application.ts';
import { launchChromium } from './support/chromium.ts';
import { EditorPage } from './support/editor-page.ts';

const SAMPLE = join(import.meta.dirname, '../../resources/sample.mp4');
const ROTATED = join(import.meta.dirname, '../fixtures/media/rotated.mp4');

/** Pixel formats with whole chroma planes, in codecs that no browser plays: what each pixel must be is plain arithmetic. */
const CLIPS = [
  { name: '8-bit.mkv', format: 'yuv444p', bits: 8, codec: 'ffv1' },
  { name: '10-bit.mkv', format: 'yuv444p10le', bits: 10, codec: 'ffv1' },
  { name: '12-bit.mkv', format: 'yuv444p12le', bits: 12, codec: 'ffv1' },
] as const;

describe.skipIf(isMissing('chromium') || isMissing('ffmpeg'))('the picture on the screen', () => {
  let browser: Browser;
  let application: TestApplication;
  let editor: EditorPage;

  beforeAll(async () => {
    browser = await launchChromium();
    application = await TestApplication.start([ROTATED]);
    for (const { name, format, codec } of CLIPS) {
      const made = join(application.clipFolder, name);
      ffmpeg(
        '-i',
        SAMPLE,
        '-frames:v',
        '12',
        '-vf',
        'scale=320:180',
        '-pix_fmt',
        format,
        '-c:v',
        codec,
        made,
      );
    }
    editor = await EditorPage.open(browser, application);
    await editor.clipIsShown('sample.mp4');
  });
  afterAll(async () => {
    await editor.close();
    await application.stop();
    await browser.close();
  });

  it.each(CLIPS)('is, to the code, what the decoder gave: $name', async ({ name, format, bits }) => {
    const path = join(application.clipFolder, name);
    await editor.openClip(path);
    await editor.clipIsShown(name);
    await editor.goTo(7);
    await editor.frameIsShown(7);

    const shown = await editor.pixels('before');
    expect([shown.width, shown.height]).toEqual([320, 180]);
    const expected = displayed(decodedPlanes(path, 7, format, bits), bits, 320 * 180);
    // Rounding may fall to either side where the exact value lies half way between two codes.
    expect(differences(shown.rgba, expected)).toEqual({
      largest: expect.toSatisfy((d) => d <= 1),
      many: false,
    });
  });

  it('is the frame at the playhead, whichever way the playhead came there', async () => {
    const { name } = CLIPS[0];
    await editor.openClip(join(application.clipFolder, name));
    await editor.clipIsShown(name);
    const seen = new Map<number, string>();
    const digest = async () => Buffer.from((await editor.pixels('before')).rgba).toString('base64');
    for (let index = 0; index < 12; index++) {
      await editor.frameIsShown(index);
      seen.set(index, await digest());
      await editor.press('ArrowRight');
    }
    expect(new Set(seen.values()).size).toBe(12);
    for (const index of [11, 3, 8, 0, 5]) {
      await editor.goTo(index);
      await editor.frameIsShown(index);
      expect(await digest()).toBe(seen.get(index));
    }
  });

  it('stands upright when the clip says how it was held', async () => {
    await editor.openClip(join(application.clipFolder, 'rotated.mp4'));
    await editor.clipIsShown('rotated.mp4');
    const { width, height } = await editor.pixels('before');
    expect([width, height]).toEqual([136, 240]);
  });

  it('caused no complaint of the browser', () => expect(editor.complaints).toEqual([]));
});

/** Y, U and V of one frame as the witness decodes them. */
function decodedPlanes(path: string, index: number, format: string, bits: number): Uint16Array {
  const raw = execFileSync(
    'ffmpeg',
    [
      '-v',
      'error',
      '-i',
      path,
      '-vf',
      `select=eq(n\\,${index})`,
      '-frames:v',
      '1',
      '-pix_fmt',
      format,
      '-f',
      'rawvideo',
      '-',
    ],
    { maxBuffer: 1 << 26 },
  );
  if (bits === 8) return Uint16Array.from(raw);
  return new Uint16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength));
}

/** R'G'B' at 8 bits from BT.709 Y'CbCr codes in video range (ITU-R BT.709-6, items 3 and 4). */
function displayed(planes: Uint16Array, bits: number, pixels: number): Uint8Array {
  const scale = 2 ** (bits - 8);
  const rgba = new Uint8Array(pixels * 4);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const y = (planes[pixel]! - 16 * scale) / (219 * scale);
    const cb = (planes[pixels + pixel]! - 128 * scale) / (224 * scale);
    const cr = (planes[2 * pixels + pixel]! - 128 * scale) / (224 * scale);
    const red = y + 1.5748 * cr;
    const blue = y + 1.8556 * cb;
    const green = (y - 0.2126 * red - 0.0722 * blue) / 0.7152;
    for (const [channel, value] of [red, green, blue].entries()) {
      rgba[pixel * 4 + channel] = Math.round(Math.min(1, Math.max(0, value)) * 255);
    }
    rgba[pixel * 4 + 3] = 255;
  }
  return rgba;
}

/** The largest difference, and whether more than one value in ten thousand differs. */
function differences(shown: Uint8Array, expected: Uint8Array): { largest: number; many: boolean } {
  expect(shown.length).toBe(expected.length);
  let largest = 0;
  let count = 0;
  for (const [at, value] of expected.entries()) {
    const difference = Math.abs(value - shown[at]!);
    if (difference > 0) count++;
    largest = Math.max(largest, difference);
  }
  return { largest, many: count > expected.length / 10_000 };
}
