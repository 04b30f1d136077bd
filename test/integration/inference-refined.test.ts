import { describe, expect, it } from 'vitest';
import { mlfa } from '../../src/networks/archs/mlfa/mlfa.ts';
import { SIZES } from '../../src/networks/archs/mlfa/sizes.ts';
import { maxDifference } from '../support/arrays.ts';
import { madeUpWeights, movingPattern } from '../unit/inference/support/made-up-weights.ts';
import { PlainMlfa, type Image } from '../unit/networks/support/plain-mlfa.ts';
import { deblurClip, type DeblurSetup } from './support/deblur-clip.ts';

const parameters = madeUpWeights(mlfa, 'lite');
const weights = { parameters, alignCorners: true };

function deblur(frames: readonly Float32Array[], setup: DeblurSetup<'stages' | 'height' | 'width'>) {
  return deblurClip(frames, { network: mlfa, size: 'lite', weights, ...setup });
}

describe('a clip through MLFA', () => {
  it('comes out as the paper says, ends mirrored', async () => {
    const [height, width] = [32, 48];
    const frames = movingPattern(4, height, width);
    const plain = new PlainMlfa(parameters, SIZES.lite);
    const image = (data: Float32Array): Image => ({
      ...{ channels: 3, height, width },
      data: Float64Array.from(data),
    });
    const singles = frames.map((frame) => plain.stage1(image(frame)));
    const single = await deblur(frames, { stages: 1, height, width });
    for (const [index, frame] of single.restored.entries())
      expect(maxDifference(frame, singles[index]!.data)).toBeLessThan(1e-4);
    const both = await deblur(frames, { stages: 2, height, width });
    for (const [index, [before, after]] of [
      [1, 1],
      [0, 2],
      [1, 3],
      [2, 2],
    ].entries()) {
      const expected = plain.stage2(singles[before!]!, singles[index]!, singles[after!]!);
      expect(maxDifference(both.restored[index]!, expected.data)).toBeLessThan(1e-4);
    }
  });

  it('runs stage 1 and the features once per frame', async () => {
    const frames = movingPattern(6, 40, 50);
    const runsOf = async (stages: number) => {
      const { restored, statistics } = await deblur(frames, { stages, height: 40, width: 50 });
      expect(restored.length).toBe(6);
      return Object.fromEntries(
        Object.entries(statistics.programs).map(([program, { runs }]) => [program, runs]),
      );
    };
    expect(await runsOf(1)).toEqual({ reconstruct: 6 });
    expect(await runsOf(2)).toEqual({ reconstruct: 6, features: 6, fuse: 6 });
  });

  it('leaves no trace of tiles', async () => {
    const size = { height: 40, width: 420 };
    const frames = movingPattern(2, size.height, size.width);
    const whole = await deblur(frames, { ...size, stages: 2 });
    const tiled = await deblur(frames, { ...size, stages: 2, tile: { height: 48, width: 250 } });
    expect(whole.statistics.tiles.count).toBe(1);
    expect(tiled.statistics.tiles.count).toBeGreaterThan(1);
    for (const [index, frame] of tiled.restored.entries())
      expect(maxDifference(frame, whole.restored[index]!)).toBeLessThan(1e-4);
  });

  it.each([
    [1, 1],
    [1, 33],
    [35, 2],
  ])('takes frames of %i x %i pixels, and clips of one frame', async (height, width) => {
    for (const stages of [1, 2]) {
      const { restored } = await deblur(movingPattern(1, height, width), { stages, height, width });
      expect(restored.map((frame) => frame.length)).toEqual([3 * height * width]);
    }
  });
});
