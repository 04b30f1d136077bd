import { describe, expect, it } from 'vitest';
import { createDeblurrer } from '../../../src/main/inference/deblurrer.ts';
import type { DeblurrerOptions, ProcessOptions } from '../../../src/main/inference/deblurrer.ts';
import { FakeRuntime, fakeNetwork } from './support/fake-cascade.ts';

const WEIGHTS = { parameters: () => new Float32Array(4), alignCorners: true };

function options(runtime: FakeRuntime, more: Partial<DeblurrerOptions> = {}): DeblurrerOptions {
  const base = { runtime, network: fakeNetwork, size: 'paper', stages: 2, device: 'cpu' } as const;
  return { ...base, weights: WEIGHTS, height: 8, width: 12, ...more };
}

/** Frames of noise in [0.2, 0.8), the same for the same size and index. */
function clip(count: number, height: number, width: number): Float32Array[] {
  return Array.from({ length: count }, (_, index) =>
    Float32Array.from(
      { length: 3 * height * width },
      (_, i) => 0.2 + 0.6 * ((Math.sin(i * 12.9 + index) * 43758.5) % 1) ** 2,
    ),
  );
}

async function* stream(frames: readonly Float32Array[]): AsyncGenerator<Float32Array> {
  for (const frame of frames) {
    await Promise.resolve();
    yield frame;
  }
}

async function restore(
  runtime: FakeRuntime,
  frames: readonly Float32Array[],
  more: Partial<DeblurrerOptions> = {},
  process: ProcessOptions = {},
) {
  const deblurrer = await createDeblurrer(options(runtime, more));
  try {
    const restored: Float32Array[] = [];
    for await (const frame of deblurrer.process(stream(frames), process)) restored.push(frame);
    return { restored, statistics: deblurrer.statistics };
  } finally {
    await deblurrer.dispose();
  }
}

describe('a deblurrer', () => {
  it('gives N frames of the input size for N frames', async () => {
    for (const [height, width] of [
      [8, 12],
      [1, 1],
      [5, 1],
      [7, 9],
    ] as const) {
      for (const count of [0, 1, 2, 5]) {
        const { restored } = await restore(new FakeRuntime(), clip(count, height, width), { height, width });
        expect(restored.map((frame) => frame.length)).toEqual(Array(count).fill(3 * height * width));
      }
    }
  });

  it('computes what the network computes', async () => {
    const frames = [0.25, 0.5, 1].map((value) => new Float32Array(3 * 8 * 12).fill(value));
    const { restored } = await restore(new FakeRuntime(), frames, { stages: 1 });
    // In the inside of an even frame the reconstruction is (previous + 2 middle + next) / 4; ends are mirrored.
    expect(restored.map((frame) => frame[4 * 12 + 6])).toEqual([0.375, 0.5625, 0.75]);
    // At a corner 5 of the 9 pixels around lie outside.
    expect(restored[0]?.[0]).toBeCloseTo((0.375 * 11) / 16, 6);
  });

  it('computes each pyramid once, and flow, alignment and reconstruction once per stage and frame', async () => {
    const runtime = new FakeRuntime();
    await restore(runtime, clip(20, 8, 12));
    // 20 frames and 22 first-stage outputs (two of them virtual), each described once.
    expect(runtime.count('features')).toBe(20 + 22);
    expect(runtime.count('align')).toBe(22 + 20);
    expect(runtime.count('reconstruct')).toBe(22 + 20);
    // At each end two mirrored triples of the first stage have one neighbour twice.
    expect(runtime.count('flow')).toBe(2 * (22 + 20) - 4);
    expect(runtime.loaded.length).toBe(4);
  });

  it('gives the same pixels whatever the tiles', async () => {
    const frames = clip(4, 37, 50);
    const whole = await restore(new FakeRuntime(), frames, { height: 37, width: 50 });
    expect(whole.statistics.tiles.count).toBe(1);
    for (const tile of [
      { height: 1, width: 1 },
      { height: 20, width: 64 },
      { height: 64, width: 24 },
    ]) {
      const tiled = await restore(new FakeRuntime(), frames, { height: 37, width: 50, tile });
      expect(tiled.statistics.tiles.count).toBeGreaterThan(1);
      expect(tiled.restored).toEqual(whole.restored);
    }
  });

  it('mixes tiles whose results depend on them, so that they meet without an edge', async () => {
    const [height, width] = [160, 400];
    const runtime = new FakeRuntime();
    // Every tile comes out differently: as light as its number.
    runtime.spoil = (program, output, run) => program === 'reconstruct' && output.fill(run);
    const network = { ...fakeNetwork, matchingTile: () => ({ pixels: 1e9, least: 130 }) };
    const tile = { height: 8, width: 8 };
    const setup = { network, stages: 1, height, width, tile };
    const { restored, statistics } = await restore(runtime, clip(1, height, width), setup);
    const { count } = statistics.tiles;
    expect(count).toBeGreaterThan(2);
    const [frame] = restored as [Float32Array];
    expect([frame[0], frame.at(-1)]).toEqual([0, count - 1]);
    for (let index = 1; index < frame.length; index++) {
      const [step, down] = [
        frame[index]! - frame[index - 1]!,
        frame[index]! - frame[Math.max(0, index - width)]!,
      ];
      if (index % width > 0) expect(Math.abs(step)).toBeLessThan(count / 40);
      if (index % (height * width) >= width) expect(Math.abs(down)).toBeLessThan(count / 40);
    }
  });

  it('makes tiles fit a memory budget, and refuses what cannot fit', async () => {
    const frames = clip(1, 64, 64);
    const size = { height: 64, width: 64 };
    const runtime = new FakeRuntime();
    const { statistics } = await restore(runtime, frames, { ...size, memoryBudgetBytes: 2_500_000 });
    expect(statistics.tiles.count).toBeGreaterThan(1);
    expect(statistics.estimatedPeakBytes).toBeLessThanOrEqual(2_500_000);
    await expect(restore(runtime, frames, { ...size, memoryBudgetBytes: 500_000 })).rejects.toMatchObject({
      code: 'out-of-memory',
      message: expect.stringMatching(/64x64 .* needs about .* GB, but only .* GB/) as string,
    });
    expect(runtime.open).toBe(0);
  });

  it('never gives a frame with NaN, and names it', async () => {
    const runtime = new FakeRuntime();
    runtime.spoil = (program, output, run) => {
      if (program === 'reconstruct' && run === 3) output[17] = NaN;
    };
    const received: Float32Array[] = [];
    const deblurrer = await createDeblurrer(options(runtime, { stages: 1 }));
    const run = async () => {
      for await (const frame of deblurrer.process(stream(clip(6, 8, 12)))) received.push(frame);
    };
    await expect(run()).rejects.toMatchObject({
      code: 'output-not-finite',
      message: expect.stringContaining('frame 3') as string,
    });
    expect(received.length).toBe(3);
  });

  it('finds NaN in the flow, which a warp could hide', async () => {
    const runtime = new FakeRuntime();
    runtime.spoil = (program, output) => {
      if (program === 'flow') output[5] = NaN;
    };
    await expect(restore(runtime, clip(3, 8, 12))).rejects.toMatchObject({ code: 'output-not-finite' });
  });

  it('refuses a black frame made of one that is not, and accepts black made of black', async () => {
    const runtime = new FakeRuntime();
    runtime.spoil = (program, output) => {
      if (program === 'reconstruct') output.fill(0);
    };
    await expect(restore(runtime, clip(3, 8, 12))).rejects.toMatchObject({
      code: 'output-black',
      message: expect.stringContaining('frame 0') as string,
    });
    const black = Array.from({ length: 3 }, () => new Float32Array(3 * 8 * 12));
    expect((await restore(runtime, black)).restored.length).toBe(3);
  });

  it('stops when cancelled, and can be used again', async () => {
    const runtime = new FakeRuntime();
    const deblurrer = await createDeblurrer(options(runtime));
    const controller = new AbortController();
    const run = async () => {
      const restored = deblurrer.process(stream(clip(9, 8, 12)), { signal: controller.signal });
      while ((await restored.next()).done !== true) controller.abort();
    };
    await expect(run()).rejects.toThrow();
    const again: Float32Array[] = [];
    for await (const frame of deblurrer.process(stream(clip(4, 8, 12)))) again.push(frame);
    expect(again.length).toBe(4);
    await deblurrer.dispose();
    expect(runtime.open).toBe(0);
  });

  it('tells before every run what it is about', async () => {
    const phases: string[] = [];
    await restore(
      new FakeRuntime(),
      clip(2, 8, 12),
      { stages: 1 },
      {
        onPhase: ({ program, stage, position }) => phases.push(`${program} ${stage} ${position}`),
      },
    );
    expect(phases).toEqual([
      ...['features 1 0', 'features 1 0', 'flow 1 0', 'align 1 0', 'reconstruct 1 0'],
      ...['flow 1 1', 'align 1 1', 'reconstruct 1 1'],
    ]);
  });

  it('does not touch the frames it is given, nor those it has given', async () => {
    const frames = clip(5, 8, 12);
    const copies = frames.map((frame) => frame.slice());
    const deblurrer = await createDeblurrer(options(new FakeRuntime()));
    const received: { frame: Float32Array; copy: Float32Array }[] = [];
    for await (const frame of deblurrer.process(stream(frames)))
      received.push({ frame, copy: frame.slice() });
    expect(frames).toEqual(copies);
    for (const { frame, copy } of received) expect(frame).toEqual(copy);
  });

  it('refuses stage counts the network does not have', async () => {
    for (const stages of [0, 4, 1.5]) {
      await expect(createDeblurrer(options(new FakeRuntime(), { stages }))).rejects.toMatchObject({
        code: 'usage',
      });
    }
  });
});
