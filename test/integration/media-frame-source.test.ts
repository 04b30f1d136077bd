import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodecContext, FormatContext } from 'node-av/lib';
import { describe, expect, it, vi } from 'vitest';
import { FrameSource } from '../../src/main/media/frame-source.ts';
import type { VideoFrame } from '../../src/main/media/video-frame.ts';
import { VideoReader } from '../../src/main/media/video-reader.ts';
import { WITNESS_MISSING, ffmpeg, frameHashes, witnessed } from '../fixtures/witness.ts';
import { fixture, temporaryFolder } from './support/media-copy.ts';

const folder = temporaryFolder();

/** Of stream.mp4, decoded: 480 x 360 at 4:2:0. */
const FRAME_BYTES = 480 * 360 * 1.5;

/** Time and every sample of a frame, as a text. */
function fingerprint(frame: VideoFrame): string {
  const hash = createHash('md5').update(frame.native.toBuffer()).digest('hex');
  return `${frame.pts} ${frame.duration} ${hash}`;
}

async function readAll(path: string): Promise<string[]> {
  const all: string[] = [];
  for await (const frame of (await VideoReader.open(path)).frames()) {
    all.push(fingerprint(frame));
    frame.dispose();
  }
  return all;
}

/** Packets that decoders were given while something was done. */
async function packetsFor(work: () => Promise<unknown>): Promise<number> {
  const sent = vi.spyOn(CodecContext.prototype, 'sendPacket');
  await work();
  const { length } = sent.mock.calls.filter(([packet]) => packet !== null);
  sent.mockRestore();
  return length;
}

async function take(source: FrameSource, number: number): Promise<string> {
  const frame = await source.frame(number);
  expect(frame.index).toBe(number);
  const print = fingerprint(frame);
  frame.dispose();
  return print;
}

/** Forwards, backwards and criss-cross, with and without room to keep frames; each `step`th of them. */
async function expectSameFrames(path: string, step = 1): Promise<void> {
  const expected = await readAll(path);
  const count = expected.length;
  const ways = {
    forwards: expected.map((_, number) => number),
    backwards: expected.map((_, number) => count - 1 - number),
    crisscross: expected.map((_, number) => (number * 37 + 11) % count),
  };
  for (const cacheBytes of [1, 2 ** 26]) {
    const source = await FrameSource.open(path, { cacheBytes });
    try {
      expect(source.index.pts).toHaveLength(count);
      for (const [way, numbers] of Object.entries(ways)) {
        for (const number of numbers.filter((_, turn) => turn % step === 0)) {
          expect(await take(source, number), `${way}, frame ${number}`).toBe(expected[number]);
        }
      }
    } finally {
      await source.dispose();
    }
  }
}

describe('frames by their number', () => {
  it.each(['vfr.mp4', 'hdr10.mp4', 'rotated.mp4', 'chapters.mkv', 'stream.mp4'])(
    'are those that reading the whole clip gives (%s)',
    async (name) => {
      await expectSameFrames(fixture(name), name === 'stream.mp4' ? 3 : 1);
    },
  );

  it('come only from within the clip', async () => {
    const source = await FrameSource.open(fixture('vfr.mp4'));
    for (const number of [-1, 24, 0.5, NaN]) {
      await expect(source.frame(number)).rejects.toMatchObject({ code: 'usage' });
    }
    await source.dispose();
  });

  it('stay good when the source is closed', async () => {
    const source = await FrameSource.open(fixture('vfr.mp4'));
    const frame = await source.frame(3);
    const before = fingerprint(frame);
    await source.dispose();
    expect(fingerprint(frame)).toBe(before);
    frame.dispose();
    await expect(source.frame(3)).rejects.toMatchObject({ code: 'internal' });
  });

  it('can be asked for at the same time, and a cancelled request does no harm', async () => {
    const expected = await readAll(fixture('stream.mp4'));
    const source = await FrameSource.open(fixture('stream.mp4'));
    const abort = new AbortController();
    const [first, cancelled, last] = [
      take(source, 80),
      source.frame(20, { signal: abort.signal }),
      take(source, 5),
    ];
    abort.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect([await first, await last]).toEqual([expected[80], expected[5]]);
    await source.dispose();
  });

  it('are decoded ahead of being asked for', async () => {
    const source = await FrameSource.open(fixture('stream.mp4'));
    await take(source, 84);
    await source.prepare(3);
    expect([84, 85, 86, 87, 88].map((number) => source.has(number))).toEqual([true, true, true, true, false]);
    await source.dispose();
  });
});

describe('what lies around a frame', () => {
  const path = fixture('stream.mp4');

  it('is decoded when nobody asks for another one', async () => {
    const source = await FrameSource.open(path);
    await take(source, 70);
    await source.prepare(0);
    await source.readAround();
    expect(Array.from(source.index.pts, (_, number) => source.has(number))).not.toContain(false);
    await source.dispose();
  });

  it('is left alone as soon as somebody does', async () => {
    const source = await FrameSource.open(path);
    await take(source, 70);
    await source.prepare(0);
    const reading = source.readAround();
    await take(source, 71);
    await reading;
    expect(source.has(0)).toBe(false);
    await source.dispose();
  });

  it('is left alone too once frames have to be given back', async () => {
    const source = await FrameSource.open(path);
    await take(source, 70);
    await source.prepare(0);
    const reading = source.readAround();
    await source.forget(10 * FRAME_BYTES);
    await reading;
    expect([70, 71, 0].map((number) => source.has(number))).toEqual([true, false, false]);
    await source.dispose();
  });

  it.each([0.1, 2.5])('takes no room that other frames have, where there is some for %s', async (frames) => {
    const source = await FrameSource.open(path, { cacheBytes: frames * FRAME_BYTES });
    await take(source, 70);
    await source.prepare(0);
    await source.readAround();
    expect(source.has(70)).toBe(true);
    await source.dispose();
  });
});

describe('a hand that drags', () => {
  const path = fixture('stream.mp4');

  /** `group` is the first frame of the last group. */
  async function openInTheMiddle(): Promise<{ source: FrameSource; group: number; expected: string[] }> {
    const source = await FrameSource.open(path);
    const group = source.index.keyframes.frames.at(-1)!;
    expect(group).toBe(60);
    return { source, group, expected: await readAll(path) };
  }

  it('forwards has every frame decoded once', async () => {
    const { source, group, expected } = await openInTheMiddle();
    await take(source, group);
    const numbers = [2, 3, 6, 8].map((step) => group + step);
    // The first one is read from the keyframe on, since the jump there ended with the frame it was for.
    await take(source, numbers[0]!);
    const packets = await packetsFor(async () => {
      for (const number of numbers.slice(1)) expect(await take(source, number)).toBe(expected[number]);
    });
    expect(packets).toBeLessThanOrEqual(6);
    await source.dispose();
  });

  it('forwards loses nothing by calling off what it has passed', async () => {
    const { source, group, expected } = await openInTheMiddle();
    await take(source, group);
    await take(source, group + 1);
    const whole = await packetsFor(() => take(source, group + 7));
    await take(source, 0);
    await take(source, group);
    await take(source, group + 1);
    const inParts = await packetsFor(async () => {
      for (const step of [3, 4, 5, 6]) {
        const abort = new AbortController();
        const called = source.frame(group + step, { signal: abort.signal });
        await new Promise((resolve) => setImmediate(resolve));
        abort.abort();
        await called.then((frame) => frame.dispose()).catch(() => undefined);
      }
      expect(await take(source, group + 7)).toBe(expected[group + 7]);
    });
    expect(inParts).toBeLessThanOrEqual(whole);
    await source.dispose();
  });

  it('crosses into the next group without going back', async () => {
    const { source, group, expected } = await openInTheMiddle();
    await take(source, group - 4);
    await take(source, group - 3);
    const packets = await packetsFor(async () => {
      for (let number = group - 2; number < group + 6; number++)
        expect(await take(source, number)).toBe(expected[number]);
    });
    expect(packets).toBeLessThanOrEqual(8);
    await source.dispose();
  });

  it('backwards finds the frames of the group it comes to', async () => {
    const { source, group, expected } = await openInTheMiddle();
    await take(source, group + 4);
    await take(source, group + 3);
    await source.prepare(0);
    expect(source.has(group - 1)).toBe(false);
    await take(source, group + 2);
    await source.prepare(0);
    expect(source.has(group - 1)).toBe(true);
    const packets = await packetsFor(async () => {
      for (const step of [1, 2, 5]) expect(await take(source, group - step)).toBe(expected[group - step]);
    });
    expect(packets).toBe(0);
    await source.dispose();
  });
});

describe('frames by their number where seeking', () => {
  /** Every seek of the demuxer goes through `change`. */
  function breakSeeking(
    change: (seek: (target: bigint) => Promise<number>, target: bigint) => Promise<number>,
  ): void {
    const original = Object.getOwnPropertyDescriptor(FormatContext.prototype, 'seekFrame')
      ?.value as FormatContext['seekFrame'];
    vi.spyOn(FormatContext.prototype, 'seekFrame').mockImplementation(function (
      this: FormatContext,
      stream,
      target,
      flags,
    ) {
      return change((other) => original.call(this, stream, other, flags), target);
    });
  }

  it('is refused', async () => {
    breakSeeking(() => Promise.resolve(-1));
    await expectSameFrames(fixture('stream.mp4'), 9);
  });

  it('arrives too late', async () => {
    breakSeeking((seek) => seek(10n ** 9n));
    await expectSameFrames(fixture('stream.mp4'), 9);
  });

  it('arrives too early', async () => {
    breakSeeking((seek) => seek(0n));
    await expectSameFrames(fixture('stream.mp4'), 9);
  });

  it('says that it worked but moved nothing', async () => {
    breakSeeking(() => Promise.resolve(0));
    await expectSameFrames(fixture('stream.mp4'), 9);
  });
});

describe.skipIf(WITNESS_MISSING)(witnessed('frames by their number of other kinds of clips'), () => {
  const openGroups = ['-c:v', 'libx264', '-x264-params', 'open-gop=1:keyint=12:bframes=3', '-an'];
  const make = (name: string, ...options: string[]): string => {
    const path = join(folder, name);
    ffmpeg('-i', fixture('stream.mp4'), '-frames:v', '50', ...options, path);
    return path;
  };

  it.each([
    ['open groups of pictures in a transport stream', 'open.ts', openGroups],
    ['open groups of pictures in MP4', 'open.mp4', openGroups],
    [
      'negative times',
      'negative.mkv',
      [...openGroups, '-output_ts_offset', '-1', '-avoid_negative_ts', 'disabled'],
    ],
    ['AVI without times of display', 'old.avi', ['-c:v', 'mpeg4', '-bf', '2', '-g', '12', '-an']],
    [
      'H.265 with open groups',
      'h265.mp4',
      ['-c:v', 'libx265', '-x265-params', 'keyint=10:log-level=none', '-an'],
    ],
    ['Matroska without an index', 'live.mkv', [...openGroups, '-live', '1']],
    ['MPEG program stream', 'two.mpg', ['-c:v', 'mpeg2video', '-bf', '2', '-an']],
  ] as const)('are those that reading gives: %s', async (_, name, options) => {
    const path = make(name, ...options);
    await expectSameFrames(path, 2);
    expect(await readAll(path)).toHaveLength(frameHashes(path).frames.length);
  });

  it.each([
    ['no times', 'bare.h264', ['-c:v', 'libx264', '-x264-params', 'keyint=12:bframes=3', '-an']],
    ['a single group', 'single.mp4', ['-c:v', 'libx264', '-g', '1000', '-an']],
  ] as const)('are read around one of them without going back, with %s', async (_, name, options) => {
    const source = await FrameSource.open(make(name, ...options), { cacheBytes: 20 * FRAME_BYTES });
    await take(source, 29);
    await take(source, 30);
    // As when another clip needed the room.
    await source.forget(0);
    await take(source, 31);
    const packets = await packetsFor(async () => {
      await source.prepare(0);
      await source.readAround();
    });
    expect(packets).toBeLessThan(20);
    const kept = Array.from(source.index.pts, (_time, number) => number).filter((number) =>
      source.has(number),
    );
    expect(kept[0]).toBe(31);
    expect(kept.at(-1)).toBeGreaterThanOrEqual(47);
    await source.dispose();
  });

  it('are those that reading gives where a part is damaged', async () => {
    const bytes = readFileSync(make('sound.mkv', ...openGroups));
    const middle = bytes.length >> 1;
    for (let at = middle; at < middle + 3000; at++) bytes[at] = (bytes[at]! * 7 + 3) & 255;
    const path = join(folder, 'damaged.mkv');
    writeFileSync(path, bytes);
    const expected = await readAll(path);
    const source = await FrameSource.open(path);
    for (let number = source.index.pts.length - 1; number >= 0; number--) {
      try {
        await take(source, number);
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'usage' });
      }
    }
    expect(source.index.pts).toHaveLength(expected.length);
    expect(await take(source, 0)).toBe(expected[0]);
    await source.dispose();
  });
});
