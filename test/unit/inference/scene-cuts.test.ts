import { describe, expect, it } from 'vitest';
import { CUT_CONTEXT } from '../../../src/main/inference/scene-cuts/cut-test.ts';
import { findCuts } from '../../../src/main/inference/scene-cuts/find-cuts.ts';
import { lumaThumbnail } from '../../../src/main/inference/scene-cuts/luma-thumbnail.ts';
import { unpredictedChange } from '../../../src/main/inference/scene-cuts/unpredicted-change.ts';
import { fillTensor } from '../../fixtures/fill.ts';

const [HEIGHT, WIDTH] = [90, 160];

/** A wide picture of blotches, different for every name, in [0.1, 0.9]. */
function scenery(name: string): (x: number, y: number) => number {
  const cells = fillTensor({ name, shape: [40, 80], kind: 'fill', bound: 0.4, mean: 0.5 }, 'scenery');
  const cell = (x: number, y: number) => cells[(y % 40) * 80 + (x % 80)]!;
  return (x, y) => {
    const [u, v] = [x / 12, y / 12];
    const [i, j] = [Math.floor(u), Math.floor(v)];
    const [a, b] = [u - i, v - j];
    const upper = cell(i, j) * (1 - a) + cell(i + 1, j) * a;
    return upper * (1 - b) + (cell(i, j + 1) * (1 - a) + cell(i + 1, j + 1) * a) * b;
  };
}

/** Planar R'G'B' of a window into a scenery. */
function view(name: string, left = 0, top = 0, change: (value: number) => number = (value) => value) {
  const at = scenery(name);
  const plane = Float32Array.from({ length: HEIGHT * WIDTH }, (_, index) =>
    change(at(left + (index % WIDTH), top + Math.floor(index / WIDTH))),
  );
  const frame = new Float32Array(3 * plane.length);
  for (const channel of [0, 1, 2]) frame.set(plane, channel * plane.length);
  return frame;
}

/** Numbers of the frames that are found to begin a shot. */
async function cutsOf(frames: readonly Float32Array[]): Promise<number[]> {
  async function* source() {
    for (const frame of frames) {
      await Promise.resolve();
      yield frame;
    }
  }
  const cuts: number[] = [];
  let number = 0;
  const thumbnail = (frame: Float32Array) => lumaThumbnail(frame, HEIGHT, WIDTH);
  for await (const { item, isCut } of findCuts(source(), { thumbnail, discard: () => undefined })) {
    expect(item).toBe(frames[number]);
    if (isCut) cuts.push(number);
    number++;
  }
  expect(number).toBe(frames.length);
  return cuts;
}

const shot = (name: string, frames: number, speed = 1.5) =>
  Array.from({ length: frames }, (_, index) => view(name, 40 + speed * index));

function mixed(first: Float32Array, second: Float32Array, share: number): Float32Array {
  return first.map((value, index) => value * (1 - share) + second[index]! * share);
}

describe('cuts between shots', () => {
  it('are found to the frame, whatever their length and however dark they are', async () => {
    expect(await cutsOf([...shot('a', 12), ...shot('b', 9), ...shot('c', 14)])).toEqual([12, 21]);
    expect(await cutsOf([...shot('a', 1), ...shot('b', 1)])).toEqual([1]);
    expect(await cutsOf([...shot('a', 8), ...shot('b', 4), ...shot('c', 8)])).toEqual([8, 12]);
    const dark = [...shot('a', 8), ...shot('b', 8)].map((frame) => frame.map((value) => 0.1 * value));
    expect(await cutsOf(dark)).toEqual([8]);
  });

  it('are none where there is one shot, a single frame or nothing', async () => {
    expect(await cutsOf([])).toEqual([]);
    expect(await cutsOf(shot('a', 1))).toEqual([]);
    expect(await cutsOf(shot('a', 20))).toEqual([]);
    expect(await cutsOf(shot('a', 20, 0))).toEqual([]);
  });

  it.each([4, 12, 30, 60])('are none in a pan that begins and ends, %i pixels per frame', async (speed) => {
    const lefts = Array.from({ length: 30 }, (_, index) => speed * Math.min(10, Math.max(0, index - 10)));
    expect(await cutsOf(lefts.map((left) => view('a', left)))).toEqual([]);
  });

  it.each([1, 2, 3])('are none at a flash of %i frames', async (length) => {
    const frames = shot('a', 20);
    for (let index = 9; index < 9 + length; index++) {
      frames[index] = frames[index]!.map((value) => Math.min(1, 0.6 + 0.7 * value));
    }
    expect(await cutsOf(frames)).toEqual([]);
  });

  it.each([3, 8, 16])('are none in a dissolve or a fade over %i frames', async (length) => {
    const [first, second] = [shot('a', 36), shot('b', 36)];
    const share = (index: number) => Math.min(1, Math.max(0, (index - 9) / (length + 1)));
    expect(await cutsOf(first.map((frame, index) => mixed(frame, second[index]!, share(index))))).toEqual([]);
    const black = new Float32Array(first[0]!.length);
    expect(await cutsOf(first.map((frame, index) => mixed(frame, black, share(index))))).toEqual([]);
  });

  it('are found where a flash is near, and between shots that pan', async () => {
    const frames = [...shot('a', 10, 20), ...shot('b', 10, -3)];
    frames[15] = frames[15]!.map((value) => Math.min(1, 0.6 + 0.7 * value));
    expect(await cutsOf(frames)).toEqual([10]);
  });

  it('do not depend on where a part of a clip begins and ends', async () => {
    const frames = [...shot('a', 7), ...shot('b', 5), ...shot('c', 9, 15), ...shot('d', 6)];
    const whole = await cutsOf(frames);
    expect(whole).toEqual([7, 12, 21]);
    for (let from = 0; from < frames.length; from += 4) {
      for (let to = from + 1; to <= frames.length; to += 5) {
        const start = Math.max(0, from - CUT_CONTEXT.before);
        const part = frames.slice(start, to + CUT_CONTEXT.after);
        const cuts = (await cutsOf(part)).map((cut) => cut + start);
        const inside = (cut: number) => cut > from && cut < to;
        expect(cuts.filter(inside)).toEqual(whole.filter(inside));
      }
    }
  });

  it('are found with frames that are discarded once each when the reader stops', async () => {
    const given: number[] = [];
    const discarded: number[] = [];
    async function* source() {
      for (let number = 0; ; number++) {
        await Promise.resolve();
        yield number;
      }
    }
    const options = {
      thumbnail: () => lumaThumbnail(new Float32Array(3), 1, 1),
      discard: (number: number) => discarded.push(number),
    };
    for await (const { item } of findCuts(source(), options)) {
      given.push(item);
      if (item === 2) break;
    }
    expect(given).toEqual([0, 1, 2]);
    expect(discarded).toEqual([3, 4, 5, 6]);
  });
});

describe('a thumbnail', () => {
  it('has the mean luma of the area under each of its pixels', () => {
    const frame = new Float32Array(3 * 128 * 2);
    // Green only, rising from left to right: pixel x of 128 has the value x.
    for (let index = 0; index < 256; index++) frame[256 + index] = index % 128;
    const { width, height, luma } = lumaThumbnail(frame, 2, 128);
    expect([width, height]).toEqual([64, 1]);
    expect(luma[0]).toBeCloseTo(0.7152 * 0.5, 5);
    expect(luma[63]).toBeCloseTo(0.7152 * 126.5, 4);
  });

  it('of a small frame has its size', () => {
    expect(lumaThumbnail(new Float32Array(3 * 5 * 3).fill(1), 5, 3)).toMatchObject({ width: 3, height: 5 });
    expect(lumaThumbnail(new Float32Array(3).fill(1), 1, 1).luma[0]).toBeCloseTo(1, 6);
  });
});

describe('the unpredicted change', () => {
  const thumbnail = (frame: Float32Array) => lumaThumbnail(frame, HEIGHT, WIDTH);

  it('is nothing between equal pictures, and the step where an even picture becomes brighter', () => {
    const grey = (value: number) => thumbnail(new Float32Array(3 * HEIGHT * WIDTH).fill(value));
    expect(unpredictedChange(grey(0.3), grey(0.3))).toBe(0);
    expect(unpredictedChange(grey(0.3), grey(0.5))).toBeCloseTo(0.2, 5);
  });

  it('is small for a picture that moved, and large for another one', () => {
    const still = thumbnail(view('a', 40));
    const moved = unpredictedChange(still, thumbnail(view('a', 60)));
    const other = unpredictedChange(still, thumbnail(view('b', 40)));
    expect(moved).toBeLessThan(0.02);
    expect(other).toBeGreaterThan(3 * moved);
  });
});
