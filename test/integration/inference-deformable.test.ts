import { describe, expect, it } from 'vitest';
import { erdn } from '../../src/networks/archs/erdn/erdn.ts';
import type { Network, NetworkProgram, ProgramRequest } from '../../src/networks/network.ts';
import type { Tensor } from '../../src/shared/tensor.ts';
import { lazyFill, type FillState } from '../fixtures/fill.ts';
import state from '../fixtures/parity/erdn/state.json' with { type: 'json' };
import { batchItem, loadFixture, maxDifference } from '../support/arrays.ts';
import { runModel } from '../support/run-graph.ts';
import { madeUpWeights, movingPattern } from '../unit/inference/support/made-up-weights.ts';
import { deblurClip, type DeblurSetup } from './support/deblur-clip.ts';

function deblur(
  frames: readonly Float32Array[],
  setup: DeblurSetup<'size' | 'stages' | 'weights' | 'height' | 'width'>,
  count?: number,
) {
  return deblurClip(frames, { network: erdn, ...setup }, count);
}

/** The network with the graphs that WebGPU gets, which run on any device. */
const webGpuBodies: Network = {
  ...erdn,
  buildModel: (request: ProgramRequest) => (erdn as Network).buildModel({ ...request, lowering: 'webgpu' }),
};

const published = lazyFill(state as FillState);
const weights = { parameters: published, alignCorners: true };

describe('ERDN through the deblurrer', () => {
  it('has what the published code has on the way: aligned frames, prior and gradient', async () => {
    const file = (name: string) => loadFixture(`parity/erdn/single_72x104/${name}.npy`);
    const run = (program: NetworkProgram, feeds: Record<string, Tensor>) => {
      const request = { program, size: 'paper', height: 72, width: 104, alignCorners: true } as const;
      return runModel(erdn.buildModel({ ...request, lowering: 'standard', parameters: published }), feeds);
    };
    const frames = [0, 1, 2].map((index) => batchItem(file('input'), index));
    const [previous, middle, next] = frames as [Tensor, Tensor, Tensor];
    const { deblurred, ...centre } = await run('centre', { previous, middle, next });
    const warp = async (frame: Tensor) => {
      const features = Object.entries(await run('features', { frame }));
      const neighbour = features.map(
        ([name, tensor]) => [name.replace('level', 'neighbour'), tensor] as const,
      );
      return (await run('deform', { ...Object.fromEntries(neighbour), ...centre }))['warped']!;
    };
    const { aligned } = await run('align', {
      ...{ middle, deblurred: deblurred! },
      ...{ warped_previous: await warp(previous), warped_next: await warp(next) },
    });
    const planes = (from: number, count: number) =>
      aligned!.data.subarray(from * 72 * 104, (from + count) * 72 * 104);
    expect(maxDifference(planes(0, 9), file('aligned').data)).toBeLessThan(1e-4);
    expect(maxDifference(planes(9, 1), file('luckiness').data)).toBeLessThan(1e-4);
    expect(maxDifference(planes(10, 3), file('gradient_in').data)).toBeLessThan(1e-4);
  });

  for (const [name, network] of [
    ['standard', erdn],
    ['webgpu', webGpuBodies],
  ] as const) {
    it.each([
      ['single', 1],
      ['double', 2],
    ] as const)(`reproduces the published result of a window, %s, ${name} bodies`, async (folder, stages) => {
      const input = loadFixture(`parity/erdn/${folder}_72x104/input.npy`);
      const expected = loadFixture(`parity/erdn/${folder}_72x104/expected.npy`);
      const frames = Array.from({ length: input.dims[0]! }, (_, index) => batchItem(input, index).data);
      const setup = { network, size: 'paper', stages, weights, height: 72, width: 104 } as const;
      const { restored } = await deblur(frames, setup, stages + 1);
      expect(maxDifference(restored.at(-1)!, expected.data)).toBeLessThan(1e-4);
    });
  }
});

describe('a clip through ERDN', () => {
  const lite = { parameters: madeUpWeights(erdn, 'lite'), alignCorners: true };

  it('computes features once per frame, and T centres, 2 T alignments and T results for T stages', async () => {
    const size = { size: 'lite', weights: lite, height: 24, width: 40 } as const;
    for (const stages of [1, 2] as const) {
      const count = 6;
      const { restored, statistics } = await deblur(movingPattern(count, 24, 40), { ...size, stages });
      expect(restored.length).toBe(count);
      const runs = Object.entries(statistics.programs).map(([program, { runs }]) => [program, runs]);
      // Stage 1 of two also makes a virtual result before and after the clip.
      const results = stages === 1 ? count : count + 2 + count;
      const described = stages === 1 ? count : count + (count + 2);
      // Windows with one neighbour twice: the clip's ends for one stage, also those of the virtual results for two.
      const repeated = stages === 1 ? 2 : 4;
      expect(Object.fromEntries(runs)).toEqual({
        features: described,
        centre: results,
        deform: 2 * results - repeated,
        align: results,
        reconstruct: results,
      });
    }
  });

  it.each([
    ['lite', 1000, 17, { height: 600, width: 32 }],
    ['lite', 20, 1100, { height: 32, width: 600 }],
  ] as const)('leaves no trace of tiles: %s, %i x %i', async (size, height, width, tile) => {
    const frames = movingPattern(2, height, width);
    const setup = { size, stages: 1, weights: lite, height, width } as const;
    const whole = await deblur(frames, setup);
    const tiled = await deblur(frames, {
      ...setup,
      tile: height > width ? { height: 600, width: 32 } : tile,
    });
    expect(whole.statistics.tiles.count).toBe(1);
    expect(tiled.statistics.tiles.count).toBeGreaterThan(1);
    // Alignment is tiled too.
    const runs = [whole, tiled].map(({ statistics }) => statistics.programs.deform!.runs);
    expect(runs[1]).toBeGreaterThan(runs[0]!);
    for (const [index, frame] of tiled.restored.entries())
      expect(maxDifference(frame, whole.restored[index]!)).toBeLessThan(1e-5);
  });

  it.each([
    [1, 1],
    [1, 33],
    [35, 9],
  ])('takes frames of %i x %i pixels', async (height, width) => {
    const frames = movingPattern(2, height, width);
    const { restored } = await deblur(frames, { size: 'lite', stages: 2, weights: lite, height, width });
    expect(restored.map((frame) => frame.length)).toEqual([3 * height * width, 3 * height * width]);
  });

  it('refuses a third stage, for which it has no weights', async () => {
    const setup = { size: 'lite', stages: 3, weights: lite, height: 8, width: 8 } as const;
    await expect(deblur([], setup)).rejects.toMatchObject({ code: 'usage' });
  });
});
