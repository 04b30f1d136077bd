import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildFrameIndex } from '../../src/main/media/build-frame-index.ts';
import type { FrameIndex } from '../../src/main/media/frame-index.ts';
import { probe } from '../../src/main/media/probe.ts';
import { VideoReader } from '../../src/main/media/video-reader.ts';
import { WITNESS_MISSING, ffmpeg, frameHashes, witnessed } from '../fixtures/witness.ts';
import { fixture, temporaryFolder } from './support/media-copy.ts';

const folder = temporaryFolder();
const FIXTURES = ['stream.mp4', 'vfr.mp4', 'hdr10.mp4', 'rotated.mp4', 'chapters.mkv'];

async function indexOf(path: string): Promise<FrameIndex> {
  return buildFrameIndex(await probe(path));
}

/** Times and durations of the frames as the reader gives them. */
async function read(path: string): Promise<{ pts: number[]; durations: number[] }> {
  const pts: number[] = [];
  const durations: number[] = [];
  for await (const frame of (await VideoReader.open(path)).frames()) {
    pts.push(Number(frame.pts));
    durations.push(Number(frame.duration));
    frame.dispose();
  }
  return { pts, durations };
}

async function expectAsRead(path: string): Promise<FrameIndex> {
  const index = await indexOf(path);
  expect({ pts: [...index.pts], durations: [...index.durations] }).toEqual(await read(path));
  expect(index.keyframes.frames[0]).toBe(0);
  return index;
}

describe('the frame index of a clip', () => {
  it.each(FIXTURES)(
    'has the frames and times that reading it gives (%s), without decoding them',
    async (name) => {
      expect((await expectAsRead(fixture(name))).method).toBe('packets');
    },
  );

  it('knows where decoding can start', async () => {
    const { keyframes, pts } = await indexOf(fixture('stream.mp4'));
    expect(pts).toHaveLength(90);
    expect([...keyframes.frames]).toEqual([0, 60]);
  });

  it('stops when it is cancelled', async () => {
    const info = await probe(fixture('stream.mp4'));
    await expect(buildFrameIndex(info, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

describe.skipIf(WITNESS_MISSING)(witnessed('the frame index of other kinds of clips'), () => {
  const stream = fixture('stream.mp4');
  const make = (name: string, ...options: string[]): string => {
    const path = join(folder, name);
    ffmpeg('-i', stream, ...options, path);
    return path;
  };
  const openGroups = ['-c:v', 'libx264', '-x264-params', 'open-gop=1:keyint=12:bframes=3'];

  it.each([
    ['transport stream with an offset', 'offset.ts', ['-c', 'copy', '-output_ts_offset', '3000']],
    ['Matroska with ticks of a millisecond', 'ticks.mkv', ['-c', 'copy']],
    ['fragmented MP4', 'fragments.mp4', ['-c', 'copy', '-movflags', 'frag_keyframe+empty_moov']],
    ['open groups of pictures', 'open.ts', openGroups],
    ['MPEG-2 with B-frames', 'two.mpg', ['-c:v', 'mpeg2video', '-bf', '2']],
    ['VP9 with hidden frames', 'hidden.webm', ['-c:v', 'libvpx-vp9', '-cpu-used', '8', '-an']],
    ['AVI, which keeps no times of display', 'old.avi', ['-c:v', 'mpeg4', '-bf', '2']],
    ['a single frame', 'single.mp4', ['-frames:v', '1', '-an']],
    ['a still picture', 'still.png', ['-frames:v', '1']],
    ['interlaced', 'fields.ts', ['-c:v', 'libx264', '-flags', '+ildct+ilme']],
  ] as const)('is as read: %s', async (_, name, options) => {
    const index = await expectAsRead(make(name, ...options));
    const { frames } = frameHashes(join(folder, name));
    expect(index.pts).toHaveLength(frames.length);
  });

  it('leaves out the frames that an edit list hides', async () => {
    const closed = make('closed.mp4', '-c:v', 'libx264', '-g', '30');
    const cut = join(folder, 'cut.mp4');
    ffmpeg('-ss', '1.5', '-i', closed, '-c', 'copy', cut);
    const index = await expectAsRead(cut);
    expect(index.pts.length).toBeLessThan(60);
  });

  it('leaves out the frames of a recording that starts within a group of pictures', async () => {
    const bytes = readFileSync(make('whole.ts', ...openGroups, '-b:v', '2M'));
    const path = join(folder, 'late.ts');
    writeFileSync(path, bytes.subarray(Math.floor(bytes.length / 3 / 188) * 188 + 188 * 20));
    await expectAsRead(path);
  });

  it.each(['mkv', 'ts'])('is as read where the file ends early (.%s)', async (extension) => {
    const bytes = readFileSync(make(`full.${extension}`, ...openGroups));
    const path = join(folder, `short.${extension}`);
    writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    await expectAsRead(path);
  });
});
