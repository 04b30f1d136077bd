import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { AcutanceError } from '../../src/shared/errors.ts';
import type { ExportPreset } from '../../src/shared/settings.ts';
import { probe } from '../../src/main/media/probe.ts';
import { VideoReader } from '../../src/main/media/video-reader.ts';
import { VideoWriter } from '../../src/main/media/video-writer.ts';
import { copyClip, fixture, temporaryFolder } from './support/media-copy.ts';

const folder = temporaryFolder();
const clip = readFileSync(fixture('stream.mp4'));

function file(name: string, content: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function problem(work: Promise<unknown>): Promise<AcutanceError> {
  const thrown: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (thrown instanceof AcutanceError) return thrown;
  return expect.fail(`This should have failed with an AcutanceError, not ${String(thrown)}.`);
}

describe('an input', () => {
  it.each([
    ['that is missing', () => join(folder, 'missing.mp4'), 'input-unreadable', /does not exist/],
    ['that is a folder', () => folder, 'input-unreadable', /is a folder/],
    ['of no bytes', () => file('empty.mp4', ''), 'input-corrupt', /0 bytes/],
    [
      'of plain text',
      () => file('notes.txt', 'To be or not to be.\n'.repeat(100)),
      'input-unsupported',
      /not a video/,
    ],
    [
      'of text named as a clip',
      () => file('notes.mp4', 'To be or not to be.\n'),
      'input-unsupported',
      /not a video/,
    ],
    [
      'cut off before its index',
      () => file('cut.mp4', clip.subarray(0, 1000)),
      'input-corrupt',
      /damaged or cut off|no frame/,
    ],
    ['that is a device', () => '/dev/null', 'input-unreadable', /not a regular file/],
    ['that is a web address', () => 'http://127.0.0.1:9/clip.mp4', 'input-unreadable', /does not exist/],
    [
      'that is a protocol of FFmpeg',
      () => `concat:${fixture('stream.mp4')}`,
      'input-unreadable',
      /does not exist/,
    ],
    ['with a name that is too long', () => join(folder, 'a'.repeat(300)), 'input-unreadable', /longer name/],
  ])('%s is refused', async (_, make, code, message) => {
    const thrown = await problem(probe(make()));
    expect(thrown).toMatchObject({
      name: 'AcutanceError',
      code,
      message: expect.stringMatching(message) as string,
    });
    expect(thrown.hint).toBeTruthy();
  });

  it('that is a playlist cannot reach the network', async () => {
    const playlist =
      '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n';
    expect(await problem(probe(file('list.m3u8', playlist)))).toMatchObject({ name: 'AcutanceError' });
  });

  it.each([
    ['spaces, quotes and percent signs', `a "b" 'c' %d 100%.mp4`],
    ['a line break', 'two\nlines.mp4'],
    ['other scripts', '蝶 бабочка 🦋 é.mp4'],
    ['a dash in front', '-i.mp4'],
    ['a protocol in front', 'http:clip.mp4'],
    ['255 bytes', `${'é'.repeat(125)}x.mp4`],
  ])('with %s in its name is read and written', async (_, name) => {
    const home = join(folder, 'names');
    mkdirSync(home, { recursive: true });
    copyFileSync(fixture('rotated.mp4'), join(home, name));
    const output = join(home, `o${name.slice(1)}`);
    expect((await copyClip(join(home, name), output, 'h264')).frames).toBe(12);
    expect((await probe(output)).video.width).toBe(240);
  });

  it('cut off in the middle is read as far as it goes, and the reader says so', async () => {
    // An index at the front, as for the web, survives the cut.
    const path = file('half.mp4', clip.subarray(0, 150_000));
    const { frames, readerNotices } = await copyClip(path, join(folder, 'half-out.mp4'), 'h264');
    expect(frames).toBeGreaterThan(20);
    expect(frames).toBeLessThan(90);
    expect(readerNotices.join(' ')).toMatch(/can't be read to its end|cut off|damaged/);
  });

  it('damaged in the middle keeps its frames, and the reader counts the damage', async () => {
    const damaged = Buffer.from(clip);
    damaged.fill(0xa5, 120_000, 126_000);
    const { frames, readerNotices } = await copyClip(
      file('damaged.mp4', damaged),
      join(folder, 'patched.mp4'),
      'h264',
    );
    expect(frames).toBeGreaterThan(80);
    expect(readerNotices.join(' ')).toMatch(/damaged/);
  });
});

/** A file system of 64 KiB, where this machine lets us have one. */
function tinyDisk(): string | undefined {
  const path = join(folder, 'tiny-disk');
  mkdirSync(path);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path]).status !== 0) return undefined;
  afterAll(() => spawnSync('umount', [path]));
  return path;
}

const disk = tinyDisk();

describe.skipIf(!disk)(
  disk ? 'a full disk' : 'a full disk [skipped: needs the right to mount a tmpfs]',
  () => {
    it.each<[ExportPreset, string]>([
      ['h264', 'mp4'],
      ['prores', 'mov'],
      ['ffv1', 'mkv'],
    ])('stops %s with a clear message and leaves nothing behind', async (preset, extension) => {
      const thrown = await problem(
        copyClip(fixture('stream.mp4'), join(disk ?? '', `out.${extension}`), preset),
      );
      expect(thrown).toMatchObject({ name: 'AcutanceError', code: 'disk-full' });
      expect(readdirSync(disk ?? '')).toEqual([]);
    });
  },
);

describe('an output', () => {
  it.each([
    [
      'in a folder that is missing',
      () => join(folder, 'no', 'out.mp4'),
      'output-unwritable',
      /does not exist/,
    ],
    ['below a file', () => join(file('plain', 'x'), 'out.mp4'), 'output-unwritable', /not a folder/],
    [
      'that is a folder',
      () => (mkdirSync(join(folder, 'dir.mp4')), join(folder, 'dir.mp4')),
      'output-unwritable',
      /is a folder/,
    ],
    ['that exists', () => file('there.mp4', 'precious'), 'output-exists', /exists already/],
    ['that is the input', () => join(folder, 'input.mp4'), 'output-same-as-input', /input itself/],
    [
      'that is a symbolic link to the input',
      () => join(folder, 'soft.mp4'),
      'output-same-as-input',
      /input itself/,
    ],
    [
      'that is a hard link to the input',
      () => join(folder, 'hard.mp4'),
      'output-same-as-input',
      /input itself/,
    ],
    ['with an extension that does not go', () => join(folder, 'out.avi'), 'usage', /\.avi/],
    ['without an extension', () => join(folder, 'out'), 'usage', /no extension/],
    [
      'with a name that is too long',
      () => join(folder, `${'n'.repeat(260)}.mp4`),
      'output-unwritable',
      /too long/,
    ],
  ])('%s is refused and nothing is left behind', async (_, make, code, message) => {
    const input = join(folder, 'input.mp4');
    if (!readdirSync(folder).includes('input.mp4')) {
      copyFileSync(fixture('rotated.mp4'), input);
      symlinkSync(input, join(folder, 'soft.mp4'));
      linkSync(input, join(folder, 'hard.mp4'));
    }
    const path = make();
    const before = readdirSync(folder);
    const thrown = await problem(copyClip(input, path, 'h264'));
    expect(thrown).toMatchObject({
      name: 'AcutanceError',
      code,
      message: expect.stringMatching(message) as string,
    });
    expect(thrown.hint).toBeTruthy();
    expect(readdirSync(folder)).toEqual(before);
  });

  it('of ffv1 in .mp4 is refused with the container to take', async () => {
    const thrown = await problem(copyClip(fixture('rotated.mp4'), join(folder, 'lossless.mp4'), 'ffv1'));
    expect(thrown).toMatchObject({ code: 'usage', hint: expect.stringContaining('.mkv') as string });
  });

  it('exists under a temporary name only until it is complete, and not at all when given up', async () => {
    const home = join(folder, 'atomic');
    mkdirSync(home);
    const source = await VideoReader.open(fixture('rotated.mp4'));
    const writer = await VideoWriter.create(join(home, 'out.mp4'), { source, preset: 'h264' });
    expect(readdirSync(home)).toEqual([expect.stringMatching(/^\.out\.partial-[0-9a-f]{8}\.mp4$/)]);
    expect(join(home, readdirSync(home)[0] ?? '')).toBe(writer.temporaryPath);
    await writer.abort();
    await writer.abort();
    expect(readdirSync(home)).toEqual([]);
  });

  it('replaces an existing file only when it is complete', async () => {
    const existing = file('old.mp4', 'old');
    const source = await VideoReader.open(fixture('rotated.mp4'));
    const writer = await VideoWriter.create(existing, { source, preset: 'h264', overwrite: true });
    expect(readFileSync(existing, 'utf8')).toBe('old');
    for await (const frame of source.frames()) {
      await writer.write(frame);
      frame.dispose();
    }
    const { bytes } = await writer.finish();
    expect(readFileSync(existing).length).toBe(bytes);
  });
});
