import { describe, expect, it } from 'vitest';
import { mlfa } from '../../src/networks/archs/mlfa/mlfa.ts';
import { maxDifference } from '../support/arrays.ts';
import { madeUpWeights, movingPattern } from '../unit/inference/support/made-up-weights.ts';
import { deblurClip, type DeblurSetup } from './support/deblur-clip.ts';
import { plainMlfaClip } from './support/plain-clips.ts';

const parameters = madeUpWeights(mlfa, 'lite');
const weights = { parameters, alignCorners: true };

function deblur(frames: readonly Float32Array[], setup: DeblurSetup<'stages' | 'height' | 'width'>) {
  return deblurClip(frames, { network: mlfa, size: 'lite', weights, ...setup });
}

describe('a clip through MLFA', () => {
  it('comes out as the paper says, ends mirrored', async () => {
    const [height, width] = [32, 48];
    const frames = movingPattern(4, height, width);
    for (const stages of [1, 2] as const) {
      const expected = plainMlfaClip(frames, { size: 'lite', stages, height, width, parameters });
      const { restored } = await deblur(frames, { stages, height, width });
      expect(restored.length).toBe(4);
      for (const [index, frame] of restored.entries())
        expect(maxDifference(frame, expected[index]!)).toBeLessThan(1e-4);
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
