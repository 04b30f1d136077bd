import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DeblurrerOptions } from '../../src/main/inference/deblurrer.ts';
import { arvo } from '../../src/networks/archs/arvo/arvo.ts';
import { cdvdTsp } from '../../src/networks/archs/cdvd-tsp/cdvd-tsp.ts';
import { erdn } from '../../src/networks/archs/erdn/erdn.ts';
import { mlfa } from '../../src/networks/archs/mlfa/mlfa.ts';
import { pvdNet } from '../../src/networks/archs/pvdnet/pvdnet.ts';
import { lazyFill, type FillState } from '../fixtures/fill.ts';
import { deblurClip } from '../integration/support/deblur-clip.ts';
import { plainArvoClip, plainMlfaClip } from '../integration/support/plain-clips.ts';
import { batchItem, loadFixture, maxDifference } from '../support/arrays.ts';
import { isMissing } from '../support/test-tools.ts';
import { madeUpWeights, movingPattern } from '../unit/inference/support/made-up-weights.ts';

const MINUTE = 60_000;
const TOLERANCE = 1e-3;
/** Stricter, since the coarsest levels of MLFA matter little: a tenth more or less of one changes a frame by 0.001. */
const WITNESS_TOLERANCE = 1e-4;

function publishedWeights(folder: string): (name: string) => Float32Array {
  const url = new URL(`../fixtures/parity/${folder}/state.json`, import.meta.url);
  return lazyFill(JSON.parse(readFileSync(url, 'utf8')) as FillState);
}

/** A clip of the published outputs' size, or its first `count` results. */
async function deblurPublished(
  clip: readonly Float32Array[],
  count: number,
  options: Pick<DeblurrerOptions, 'network' | 'size' | 'weights'>,
): Promise<Float32Array[]> {
  const setup = { stages: 1, device: 'webgpu', height: 72, width: 104, ...options } as const;
  return (await deblurClip(clip, setup, count)).restored;
}

/** Made-up weights of MLFA that leave values in a sensible range after twenty blocks, too. */
function calmMlfaWeights(size: 'lite' | 'paper'): (name: string) => Float32Array {
  const parameters = madeUpWeights(mlfa, size);
  const isInBlocks = (name: string) => /^stage1\.blocks\.\d+\.merge\.scale$/.test(name);
  return (name) => (isInBlocks(name) ? parameters(name).map((value) => 0.3 * value) : parameters(name));
}

function largestDifference(
  restored: readonly Float32Array[],
  expected: readonly ArrayLike<number>[],
): number {
  return Math.max(...restored.map((frame, index) => maxDifference(frame, expected[index]!)));
}

/** On a software adapter this takes minutes; on a graphics card, a second. */
describe.skipIf(isMissing('swiftshader'))(
  'the published outputs through the WebGPU bodies (swiftshader)',
  () => {
    it.each([
      ['true', true],
      ['false', false],
    ])(
      'a stage of CDVD-TSP, align_corners %s',
      async (name, alignCorners) => {
        const input = loadFixture('parity/cdvd_tsp/72x104/input.npy');
        const prefix = name === 'true' ? 'align_corners_true_' : '';
        const expected = loadFixture(`parity/cdvd_tsp/72x104/${prefix}recons_1.npy`);
        const clip = [0, 1, 2].map((index) => batchItem(input, index).data);
        const weights = { parameters: publishedWeights('cdvd_tsp'), alignCorners };
        const restored = await deblurPublished(clip, 2, { network: cdvdTsp, size: 'paper', weights });
        expect(maxDifference(restored[1]!, expected.data)).toBeLessThan(TOLERANCE);
      },
      10 * MINUTE,
    );

    it(
      'a clip of PVDNet, medium',
      async () => {
        const input = loadFixture('parity/pvdnet/seq_72x104/input.npy');
        const expected = loadFixture('parity/pvdnet/seq_72x104/expected.npy');
        const clip = [0, 1, 2, 3].map((index) =>
          batchItem(input, index).data.map((value) => (value + 1) / 2),
        );
        const weights = { parameters: publishedWeights('pvdnet'), alignCorners: true };
        const restored = await deblurPublished(clip, 4, { network: pvdNet, size: 'medium', weights });
        const differences = restored.map((frame, index) =>
          maxDifference(
            frame.map((value) => 2 * value - 1),
            batchItem(expected, index).data,
          ),
        );
        expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
      },
      20 * MINUTE,
    );

    it(
      'the first stage of ERDN',
      async () => {
        const input = loadFixture('parity/erdn/single_72x104/input.npy');
        const expected = loadFixture('parity/erdn/single_72x104/expected.npy');
        const clip = [0, 1, 2].map((index) => batchItem(input, index).data);
        const weights = { parameters: publishedWeights('erdn'), alignCorners: true };
        const restored = await deblurPublished(clip, 2, { network: erdn, size: 'paper', weights });
        expect(maxDifference(restored[1]!, expected.data)).toBeLessThan(TOLERANCE);
      },
      30 * MINUTE,
    );
  },
);

describe.skipIf(isMissing('swiftshader'))(
  'what the papers say through the WebGPU bodies (swiftshader)',
  () => {
    it.each([
      ['lite', 1, 3, 24, 40],
      ['lite', 2, 3, 24, 40],
      ['lite', 2, 0, 24, 40],
      ['paper', 1, 3, 20, 28],
      ['paper', 1, 0, 20, 28],
    ] as const)(
      'a clip of ARVo, %s, stages: %i, layers: %i',
      async (size, stages, layers, height, width) => {
        const frames = movingPattern(3, height, width);
        const parameters = madeUpWeights(arvo, size, { layers });
        const setup = { size, stages, height, width };
        const expected = await plainArvoClip(frames, { ...setup, layers, parameters });
        const { restored } = await deblurClip(frames, {
          ...{ ...setup, network: arvo, options: { layers }, device: 'webgpu' },
          weights: { parameters, alignCorners: true },
        });
        expect(restored.length).toBe(3);
        expect(largestDifference(restored, expected)).toBeLessThan(WITNESS_TOLERANCE);
        expect(largestDifference(frames, expected)).toBeGreaterThan(0.1);
      },
      10 * MINUTE,
    );

    it.each([
      ['lite', 1, 4, 32, 48],
      ['lite', 2, 4, 32, 48],
      ['paper', 2, 1, 32, 32],
    ] as const)(
      'a clip of MLFA, %s, stages: %i',
      async (size, stages, count, height, width) => {
        const frames = movingPattern(count, height, width);
        const parameters = calmMlfaWeights(size);
        const setup = { size, stages, height, width };
        const expected = plainMlfaClip(frames, { ...setup, parameters });
        const { restored } = await deblurClip(frames, {
          ...{ ...setup, network: mlfa, device: 'webgpu' },
          weights: { parameters, alignCorners: true },
        });
        expect(restored.length).toBe(count);
        expect(largestDifference(restored, expected)).toBeLessThan(WITNESS_TOLERANCE);
        expect(largestDifference(frames, expected)).toBeGreaterThan(0.1);
      },
      10 * MINUTE,
    );
  },
);
