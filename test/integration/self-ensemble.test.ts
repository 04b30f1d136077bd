import { describe, expect, it } from 'vitest';
import { createDeblurrer, type DeblurrerOptions } from '../../src/main/inference/deblurrer.ts';
import { Orientation } from '../../src/main/inference/frames/orientation.ts';
import { OnnxRuntimeRuntime } from '../../src/main/inference/onnxruntime-runtime.ts';
import { networks } from '../../src/networks/catalogue.ts';
import { ENSEMBLE_COUNTS } from '../../src/shared/settings.ts';
import { maxDifference } from '../support/arrays.ts';
import { madeUpWeights, movingPattern } from '../unit/inference/support/made-up-weights.ts';

/** Longer than high, and no multiple of anything: what is turned is padded otherwise. */
const [HEIGHT, WIDTH] = [21, 38];
const FRAMES = 3;

/** The members of a self-ensemble of eight; the first four are those of one of four, the first is the clip itself. */
const TURNS = [false, true].flatMap((transposes) =>
  [false, true].flatMap((flipsRows) =>
    [false, true].map((flipsColumns) => ({ transposes, flipsRows, flipsColumns })),
  ),
);

async function restore(
  frames: readonly Float32Array[],
  options: Omit<DeblurrerOptions, 'runtime' | 'device'>,
) {
  const deblurrer = await createDeblurrer({ runtime: new OnnxRuntimeRuntime(), device: 'cpu', ...options });
  async function* source() {
    for (const frame of frames) {
      await Promise.resolve();
      yield frame;
    }
  }
  const restored: Float32Array[] = [];
  for await (const frame of deblurrer.process(source())) restored.push(frame);
  await deblurrer.dispose();
  return restored;
}

describe('a self-ensemble of a network', () => {
  it.each(networks)('is the mean of 1, 4 or 8 turned clips, turned back: $title', async (network) => {
    const frames = movingPattern(FRAMES, HEIGHT, WIDTH);
    const weights = { parameters: madeUpWeights(network, 'lite', network.options), alignCorners: true };
    const setup = { network, size: 'lite', stages: network.stages.default, weights } as const;
    const upright = { ...setup, height: HEIGHT, width: WIDTH };
    const sums = frames.map((frame) => new Float32Array(frame.length));
    for (const [index, turn] of TURNS.entries()) {
      const orientation = new Orientation(HEIGHT, WIDTH, turn);
      const turned = frames.map((frame) => {
        const target = new Float32Array(frame.length);
        orientation.turn(frame, target);
        return target;
      });
      const shape = turn.transposes ? { height: WIDTH, width: HEIGHT } : { height: HEIGHT, width: WIDTH };
      const member = await restore(turned, { ...setup, ...shape });
      member.forEach((frame, number) => orientation.addBack(frame, sums[number]!, 1));
      const ensemble = ENSEMBLE_COUNTS.find((count) => count === index + 1);
      if (ensemble === undefined) continue;
      const together = await restore(frames, { ...upright, ensemble });
      expect(together.length).toBe(FRAMES);
      for (const [number, frame] of together.entries()) {
        const mean = sums[number]!.map((sum) => sum / ensemble);
        expect(maxDifference(frame, mean)).toBeLessThan(1e-6);
      }
      // The members differ, or their mean would say nothing.
      if (ensemble > 1) expect(maxDifference(together[1]!, member[1]!)).toBeGreaterThan(1e-3);
    }
  });
});
