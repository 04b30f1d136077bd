import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cdvdTsp } from '../../src/networks/archs/cdvd-tsp/cdvd-tsp.ts';
import { fillState } from '../fixtures/fill.ts';
import type { FillState } from '../fixtures/fill.ts';
import { batchItem, loadFixture, maxDifference } from '../support/arrays.ts';
import { madeUpWeights, movingPattern } from '../unit/inference/support/made-up-weights.ts';
import { deblurClip, type DeblurSetup } from './support/deblur-clip.ts';

type Size = 'lite' | 'paper';
function deblur(
  frames: readonly Float32Array[],
  setup: DeblurSetup<'size' | 'weights' | 'height' | 'width'>,
) {
  return deblurClip(frames, { network: cdvdTsp, stages: 2, ...setup });
}

describe('CDVD-TSP through the deblurrer', () => {
  const state = JSON.parse(
    readFileSync(new URL('../fixtures/parity/cdvd_tsp/state.json', import.meta.url), 'utf8'),
  ) as FillState;
  const published = fillState(state);

  for (const alignCorners of [true, false]) {
    it(`reproduces the published output of a 5-frame window, align_corners ${alignCorners}`, async () => {
      const input = loadFixture('parity/cdvd_tsp/72x104/input.npy');
      const expected = loadFixture(
        `parity/cdvd_tsp/72x104/${alignCorners ? 'align_corners_true_' : ''}expected.npy`,
      );
      const frames = [0, 1, 2, 3, 4].map((index) => batchItem(input, index).data);
      const weights = { parameters: (name: string) => published.get(name)!, alignCorners };
      const { restored } = await deblur(frames, { size: 'paper', weights, height: 72, width: 104 });
      expect(restored.length).toBe(5);
      expect(maxDifference(restored[2]!, expected.data)).toBeLessThan(1e-4);
    });
  }
});

describe('tiles', () => {
  const weightsOf = new Map<Size, ReturnType<typeof madeUpWeights>>();
  const weights = (size: Size) => {
    const parameters = weightsOf.get(size) ?? madeUpWeights(cdvdTsp, size);
    weightsOf.set(size, parameters);
    return { parameters, alignCorners: true };
  };

  for (const [size, height, width, tile] of [
    ['lite', 13, 1021, { height: 16, width: 408 }],
    ['lite', 907, 9, { height: 1, width: 16 }],
    ['lite', 377, 391, { height: 360, width: 376 }],
    ['paper', 6, 987, { height: 8, width: 500 }],
  ] as const) {
    it(`leave no trace: ${size}, ${width}x${height}`, async () => {
      const frames = movingPattern(2, height, width);
      const stages = height > 100 && width > 100 ? 1 : 2;
      const setup = { size, height, width, stages, weights: weights(size) };
      const whole = await deblur(frames, setup);
      const tiled = await deblur(frames, { ...setup, tile });
      expect(whole.statistics.tiles.count).toBe(1);
      expect(tiled.statistics.tiles.count).toBeGreaterThan(1);
      for (const [index, frame] of tiled.restored.entries()) {
        expect(maxDifference(frame, whole.restored[index]!)).toBeLessThan(1e-4);
      }
      // A flat result would make the comparison worthless.
      const first = whole.restored[0]!;
      const mean = first.reduce((sum, value) => sum + value, 0) / first.length;
      expect(
        Math.sqrt(first.reduce((sum, value) => sum + (value - mean) ** 2, 0) / first.length),
      ).toBeGreaterThan(0.02);
    });
  }

  it('would leave a trace with a margin that is too small', async () => {
    const careless = { ...cdvdTsp, reconstructionMargin: () => 24 };
    const frames = movingPattern(1, 13, 1021);
    const setup = { size: 'lite', height: 13, width: 1021, stages: 1, weights: weights('lite') } as const;
    const whole = await deblur(frames, setup);
    const tiled = await deblur(frames, { ...setup, network: careless, tile: { height: 16, width: 256 } });
    expect(maxDifference(tiled.restored[0]!, whole.restored[0]!)).toBeGreaterThan(1e-4);
  });
});

describe('frames of any size', () => {
  for (const [height, width] of [
    [1, 1],
    [1, 33],
    [67, 1],
    [5, 7],
  ] as const) {
    it(`${width}x${height}`, async () => {
      const weights = { parameters: madeUpWeights(cdvdTsp, 'lite'), alignCorners: true };
      const { restored } = await deblur(movingPattern(2, height, width), {
        size: 'lite',
        height,
        width,
        weights,
      });
      expect(restored.map((frame) => frame.length)).toEqual([3 * height * width, 3 * height * width]);
    });
  }
});
