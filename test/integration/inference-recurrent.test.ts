import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createDeblurrer } from '../../src/main/inference/deblurrer.ts';
import { OnnxRuntimeRuntime } from '../../src/main/inference/onnxruntime-runtime.ts';
import { pvdNet } from '../../src/networks/archs/pvdnet/pvdnet.ts';
import type { Network, ProgramRequest } from '../../src/networks/network.ts';
import { fillState, type FillState } from '../fixtures/fill.ts';
import { batchItem, loadFixture, maxDifference } from '../support/arrays.ts';
import { madeUpWeights, movingPattern } from '../unit/inference/support/made-up-weights.ts';
import { deblurClip, restore, type DeblurSetup } from './support/deblur-clip.ts';

function deblur(
  frames: readonly Float32Array[],
  setup: DeblurSetup<'size' | 'weights' | 'height' | 'width'>,
) {
  return deblurClip(frames, { network: pvdNet, stages: 1, ...setup });
}

/** The network with the graphs that WebGPU gets, which run on any device. */
const webGpuBodies: Network = {
  ...pvdNet,
  buildModel: (request: ProgramRequest) => (pvdNet as Network).buildModel({ ...request, lowering: 'webgpu' }),
};

/** The random weights that the published code's results in the fixtures were made with. */
function fixtureWeights(folder: 'pvdnet' | 'pvdnet_large') {
  const state = readFileSync(new URL(`../fixtures/parity/${folder}/state.json`, import.meta.url), 'utf8');
  const values = fillState(JSON.parse(state) as FillState);
  return { parameters: (name: string) => values.get(name)!, alignCorners: true };
}

/** From [-1, 1], which the published code works in. */
const toUnit = (values: Float32Array) => values.map((value) => (value + 1) / 2);

describe('PVDNet through the deblurrer', () => {
  for (const [size, folder] of [
    ['medium', 'pvdnet'],
    ['large', 'pvdnet_large'],
  ] as const) {
    for (const [name, network] of [
      ['standard', pvdNet],
      ['webgpu', webGpuBodies],
    ] as const) {
      it(`reproduces the published results of a whole clip, ${size}, ${name} bodies`, async () => {
        const input = loadFixture(`parity/${folder}/seq_72x104/input.npy`);
        const expected = loadFixture(`parity/${folder}/seq_72x104/expected.npy`);
        const frames = [0, 1, 2, 3].map((index) => toUnit(batchItem(input, index).data));
        const weights = fixtureWeights(folder);
        const { restored } = await deblur(frames, { network, size, weights, height: 72, width: 104 });
        expect(restored.length).toBe(4);
        const differences = restored.map((frame, index) =>
          maxDifference(
            frame.map((value) => 2 * value - 1),
            batchItem(expected, index).data,
          ),
        );
        expect(Math.max(...differences)).toBeLessThan(1e-4);
      });
    }
  }
});

describe('a clip through PVDNet', () => {
  const SIZE = { height: 40, width: 68 };
  const weightsOf = (size: 'small' | 'lite') => ({
    parameters: madeUpWeights(pvdNet, size),
    alignCorners: true,
  });
  const small = { ...SIZE, size: 'small', weights: weightsOf('small') } as const;

  it('computes features, flow, alignment and reconstruction once per frame', async () => {
    const { restored, statistics } = await deblur(movingPattern(7, SIZE.height, SIZE.width), small);
    expect(restored.length).toBe(7);
    const runs = Object.entries(statistics.programs).map(([program, { runs }]) => [program, runs]);
    expect(Object.fromEntries(runs)).toEqual({ features: 7, flow: 7, align: 7, reconstruct: 7 });
  });

  it('needs no flow without motion, and then gives another result', async () => {
    const frames = movingPattern(4, SIZE.height, SIZE.width);
    const still = await deblur(frames, { ...small, options: { motion: false } });
    const moved = await deblur(frames, small);
    expect(Object.keys(still.statistics.programs)).toEqual(['align', 'reconstruct']);
    expect(maxDifference(still.restored[3]!, moved.restored[3]!)).toBeGreaterThan(1e-3);
  });

  it('starts afresh with every clip', async () => {
    const runtime = new OnnxRuntimeRuntime();
    const deblurrer = await createDeblurrer({
      ...{ runtime, network: pvdNet, stages: 1, device: 'cpu' },
      ...small,
    });
    const frames = movingPattern(5, SIZE.height, SIZE.width);
    const first = await restore(deblurrer, frames);
    await restore(deblurrer, frames.toReversed().slice(1));
    expect(await restore(deblurrer, frames)).toEqual(first);
    await deblurrer.dispose();
  });

  it.each([
    ['made up', 'small', true, weightsOf('small')],
    ['made up', 'small', false, weightsOf('small')],
    ['of the published fixtures', 'medium', true, fixtureWeights('pvdnet')],
    ['of the published fixtures', 'large', true, fixtureWeights('pvdnet_large')],
    ['of the published fixtures', 'medium', false, fixtureWeights('pvdnet')],
  ] as const)(
    'gives a range as in the whole clip after its stated warm-up, to a quarter of an 8-bit level: %s, %s, motion %s',
    async (_, size, motion, weights) => {
      const setup = { ...SIZE, size, weights, options: { motion } };
      const { before, after } = pvdNet.context({ stages: 1, options: { motion } });
      const frames = movingPattern(before + 6, SIZE.height, SIZE.width);
      const whole = await deblur(frames, setup);
      const [from, to] = [before + 2, before + 4];
      const excerpt = await deblur(frames.slice(from - before, to + after), setup);
      const levels = excerpt.restored.map(
        (frame, index) => 255 * maxDifference(frame, whole.restored[from - before + index]!),
      );
      for (const difference of levels.slice(before, before + to - from))
        expect(difference).toBeLessThan(0.25);
      // The start of the excerpt does show where nothing warms it up, and still does after one frame.
      expect(levels[0]).toBeGreaterThan(1);
      expect(levels[1]).toBeGreaterThan(0.25);
    },
  );

  it('is exactly as in the whole clip from the first frame of a shot', async () => {
    const frames = movingPattern(6, SIZE.height, SIZE.width);
    const whole = await deblur(frames, small);
    const part = await deblur(frames.slice(0, 4), small);
    // The last frame of a part has no next one.
    expect(part.restored.slice(0, 3)).toEqual(whole.restored.slice(0, 3));
  });

  it.each([
    ['small', { height: 40, width: 700 }, { height: 40, width: 300 }],
    ['lite', { height: 600, width: 36 }, { height: 400, width: 40 }],
  ] as const)('leaves no trace of tiles, %s', async (size, frame, tile) => {
    const frames = movingPattern(3, frame.height, frame.width);
    const setup = { ...frame, size, weights: weightsOf(size) };
    const whole = await deblur(frames, setup);
    const tiled = await deblur(frames, { ...setup, tile });
    expect(whole.statistics.tiles.count).toBe(1);
    expect(tiled.statistics.tiles.count).toBeGreaterThan(1);
    for (const [index, result] of tiled.restored.entries())
      expect(maxDifference(result, whole.restored[index]!)).toBeLessThan(1e-4);
  });

  it.each([
    [1, 1],
    [1, 33],
    [31, 65],
    [67, 2],
  ])('takes frames of %i x %i pixels', async (height, width) => {
    for (const size of ['small', 'lite'] as const) {
      const frames = movingPattern(2, height, width);
      const { restored } = await deblur(frames, { size, height, width, weights: weightsOf(size) });
      expect(restored.map((frame) => frame.length)).toEqual([3 * height * width, 3 * height * width]);
    }
  });

  it('refuses stages, sizes and options that it does not have', async () => {
    await expect(deblur([], { ...small, stages: 2 })).rejects.toMatchObject({
      code: 'usage',
      message: 'PVDNet runs with 1 stage, not 2.',
    });
    await expect(deblur([], { ...small, size: 'paper' })).rejects.toMatchObject({ code: 'usage' });
    await expect(
      deblur([], { ...small, network: { ...pvdNet, options: {} }, options: { motion: false } }),
    ).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('"motion"') as string });
  });
});
