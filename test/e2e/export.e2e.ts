import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ffprobe, frameHashes } from '../fixtures/witness.ts';
import { isMissing } from '../support/test-tools.ts';
import type { TestApplication } from './support/application.ts';
import type { EditorPage } from './support/editor-page.ts';
import { openStream } from './support/open-stream.ts';

const STREAM = join(import.meta.dirname, '../fixtures/media/stream.mp4');

describe.skipIf(isMissing('chromium') || isMissing('ffmpeg'))('exporting', () => {
  let application: TestApplication;
  let editor: EditorPage;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ application, editor, close } = await openStream());
    await editor.choose('Stages', '1');
    await editor.mark(30, 34);
  });
  afterAll(() => close());

  const dialog = () => editor.page.getByRole('dialog', { name: 'Export' });
  const jobs = () => editor.page.getByRole('region', { name: 'Jobs' });
  const output = (name: string) => join(application.clipFolder, name);

  async function fill(name: string, format: RegExp): Promise<void> {
    await editor.press('Control+e');
    await dialog().getByRole('radio', { name: format }).click();
    await dialog().getByRole('textbox', { name: 'File name' }).fill(name);
  }

  it('writes the deblurred range, frame for frame, under its name when it is complete', async () => {
    await fill('part.mkv', /FFV1/);
    await dialog().getByRole('button', { name: 'Export 4 frames' }).click();
    await jobs()
      .getByText(/part\.mkv/)
      .first()
      .waitFor();
    await expect.poll(() => existsSync(output('part.mkv')), { timeout: 90_000, interval: 200 }).toBe(true);
    const { frames } = frameHashes(output('part.mkv'));
    expect(frames).toHaveLength(4);
    expect(frames.map(({ md5 }) => md5)).not.toEqual(
      frameHashes(STREAM)
        .frames.slice(30, 34)
        .map(({ md5 }) => md5),
    );
    expect(readdirSync(application.clipFolder).sort()).toEqual(['part.mkv', 'stream.mp4']);
  });

  it('writes the original frames unchanged when that is asked for', async () => {
    await fill('original.mkv', /FFV1/);
    await dialog().getByRole('radio', { name: 'Original, as decoded' }).click();
    await dialog().getByRole('button', { name: 'Export 4 frames' }).click();
    await expect
      .poll(() => existsSync(output('original.mkv')), { timeout: 60_000, interval: 200 })
      .toBe(true);
    expect(frameHashes(output('original.mkv')).frames.map(({ md5 }) => md5)).toEqual(
      frameHashes(STREAM)
        .frames.slice(30, 34)
        .map(({ md5 }) => md5),
    );
    expect(ffprobe(output('original.mkv')).streams.some((stream) => stream['codec_type'] === 'audio')).toBe(
      true,
    );
  });

  it('asks before it replaces a file, and leaves it alone when the answer is no', async () => {
    writeFileSync(output('precious.mkv'), 'precious');
    await fill('precious.mkv', /FFV1/);
    await dialog().getByRole('radio', { name: 'Original, as decoded' }).click();
    await dialog().getByRole('button', { name: 'Export 4 frames' }).click();
    const replace = editor.page.getByRole('button', { name: /^Replace/ });
    await replace.waitFor();
    expect(readFileSync(output('precious.mkv'), 'utf8')).toBe('precious');
    await replace.click();
    await expect.poll(() => statSync(output('precious.mkv')).size, { timeout: 60_000 }).toBeGreaterThan(1000);
    expect(frameHashes(output('precious.mkv')).frames).toHaveLength(4);
  });

  it('leaves nothing behind when it is cancelled', async () => {
    await editor.press('x');
    await fill('stopped.mp4', /H\.264/);
    await dialog().getByRole('button', { name: 'Export 90 frames' }).click();
    const card = jobs().getByRole('listitem').filter({ hasText: 'stopped.mp4' });
    await card
      .getByText(/of 90|90 frames/)
      .first()
      .waitFor({ timeout: 60_000 });
    await card.getByRole('button', { name: /^Cancel/ }).click();
    await card
      .getByText(/Cancelled/i)
      .first()
      .waitFor();
    expect(readdirSync(application.clipFolder).filter((name) => name.includes('stopped'))).toEqual([]);
  });

  it('caused no complaint of the browser but for the file that was there', () => {
    expect(editor.complaints.filter((text) => !text.includes('409'))).toEqual([]);
  });
});
