import { describe, expect, it } from 'vitest';
import { arvo } from '../../src/networks/archs/arvo/arvo.ts';
import type { Network, ProgramRequest } from '../../src/networks/network.ts';
import { LAYER_COUNTS, type LayerCount } from '../../src/shared/settings.ts';
import { maxDifference } from '../support/arrays.ts';
import { madeUpWeights, movingPattern } from '../unit/inference/support/made-up-weights.ts';
import { deblurClip, type DeblurSetup } from './support/deblur-clip.ts';
import { plainArvoClip } from './support/plain-clips.ts';

const weightsOf = (layers: LayerCount) => ({
  parameters: madeUpWeights(arvo, 'lite', { layers }),
  alignCorners: true,
});

function deblur(frames: readonly Float32Array[], setup: DeblurSetup<'stages' | 'height' | 'width'>) {
  const weights = weightsOf(setup.options?.layers ?? 3);
  return deblurClip(frames, { network: arvo, size: 'lite', weights, ...setup });
}

/** The network with the graphs that WebGPU gets, which run on any device. */
const webGpuBodies: Network = {
  ...arvo,
  buildModel: (request: ProgramRequest) => (arvo as Network).buildModel({ ...request, lowering: 'webgpu' }),
};

describe('a clip through ARVo', () => {
  it('comes out as the paper says, after one stage and after two, ends mirrored', async () => {
    const [height, width] = [24, 40];
    const frames = movingPattern(3, height, width);
    const { parameters } = weightsOf(3);
    const setup = { size: 'lite', layers: 3, height, width, parameters } as const;
    const once = await plainArvoClip(frames, { ...setup, stages: 1 });
    const twice = await plainArvoClip(frames, { ...setup, stages: 2 });
    for (const network of [arvo, webGpuBodies]) {
      const one = await deblur(frames, { network, stages: 1, height, width });
      const two = await deblur(frames, { network, stages: 2, height, width });
      for (let index = 0; index < 3; index++) {
        expect(maxDifference(one.restored[index]!, once[index]!)).toBeLessThan(1e-4);
        expect(maxDifference(two.restored[index]!, twice[index]!)).toBeLessThan(1e-4);
      }
    }
  });

  it('computes flow features once per frame, and T results and 2 T flows for T stages', async () => {
    const count = 7;
    const frames = movingPattern(count, 24, 40);
    const runsOf = async (stages: number) => {
      const { restored, statistics } = await deblur(frames, { stages, height: 24, width: 40 });
      expect(restored.length).toBe(count);
      return Object.fromEntries(
        Object.entries(statistics.programs).map(([program, { runs }]) => [program, runs]),
      );
    };
    // At the ends, both neighbours are the same frame.
    const one = { features: count, flow: 2 * count - 2, align: count, reconstruct: count };
    expect(await runsOf(1)).toEqual(one);
    const results = count + 2 + count;
    const two = {
      features: count + count + 2,
      flow: 2 * results - 4,
      align: results,
      reconstruct: results,
    };
    expect(await runsOf(2)).toEqual(two);
  });

  it.each(LAYER_COUNTS)('runs with %i levels, each number with weights of its own', async (layers) => {
    const setup = { stages: 1, height: 24, width: 40 };
    const frames = movingPattern(1, 24, 40);
    const { restored } = await deblur(frames, { ...setup, options: { layers } });
    expect(restored.length).toBe(1);
    const others = LAYER_COUNTS.find((count) => count !== layers)!;
    await expect(
      deblur(frames, { ...setup, options: { layers }, weights: weightsOf(others) }),
    ).rejects.toThrow();
  });

  it('refuses five levels', async () => {
    const options = { layers: 5 as LayerCount };
    await expect(
      deblur([], { stages: 1, height: 8, width: 8, options, weights: weightsOf(3) }),
    ).rejects.toMatchObject({
      code: 'usage',
      message: 'ARVo has 0, 1, 2, 3, 4 layers, not 5.',
    });
  });

  it.each([
    [1, 1],
    [1, 33],
    [35, 9],
  ])('takes frames of %i x %i pixels, and clips of one frame', async (height, width) => {
    const { restored } = await deblur(movingPattern(1, height, width), { stages: 2, height, width });
    expect(restored.map((frame) => frame.length)).toEqual([3 * height * width]);
  });

  it('cuts no tile shorter than 512 pixels, even if asked to', async () => {
    const [height, width] = [16, 1200];
    const frames = movingPattern(1, height, width);
    const setup = { stages: 1, height, width, tile: { height: 64, width: 64 } };
    const { restored, statistics } = await deblur(frames, setup);
    expect(statistics.tiles.count).toBeGreaterThan(1);
    expect(statistics.tiles.width).toBeGreaterThanOrEqual(512);
    expect(restored[0]!.length).toBe(3 * height * width);
    // Without levels nothing is matched, and tiles leave no trace.
    const options = { layers: 0 } as const;
    const whole = await deblur(frames, { stages: 1, height, width, options });
    const tiled = await deblur(frames, { ...setup, options });
    expect(whole.statistics.tiles.count).toBe(1);
    expect(maxDifference(tiled.restored[0]!, whole.restored[0]!)).toBeLessThan(1e-5);
  });
});
