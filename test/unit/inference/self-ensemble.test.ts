import { describe, expect, it } from 'vitest';
import { createDeblurrer, type DeblurrerOptions } from '../../../src/main/inference/deblurrer.ts';
import { Orientation } from '../../../src/main/inference/frames/orientation.ts';
import { OnnxRuntimeRuntime } from '../../../src/main/inference/onnxruntime-runtime.ts';
import { mlfa } from '../../../src/networks/archs/mlfa/mlfa.ts';
import { pvdNet } from '../../../src/networks/archs/pvdnet/pvdnet.ts';
import { maxDifference } from '../../support/arrays.ts';
import { FakeRuntime, fakeNetwork } from './support/fake-cascade.ts';
import { madeUpWeights, movingPattern } from './support/made-up-weights.ts';

const TURNS = [false, true].flatMap((transposes) =>
  [false, true].flatMap((flipsRows) =>
    [false, true].map((flipsColumns) => ({ transposes, flipsRows, flipsColumns })),
  ),
);

type Options = Omit<DeblurrerOptions, 'device'>;

async function restore(frames: readonly Float32Array[], options: Options) {
  const deblurrer = await createDeblurrer({ device: 'cpu', ...options });
  // One array for all frames, as a decoder may have it.
  const shared = new Float32Array(3 * options.height * options.width);
  async function* source() {
    for (const frame of frames) {
      await Promise.resolve();
      shared.set(frame);
      yield shared;
    }
  }
  const restored: Float32Array[] = [];
  for await (const frame of deblurrer.process(source())) restored.push(frame);
  const { statistics } = deblurrer;
  await deblurrer.dispose();
  return { restored, statistics };
}

describe('turning a frame', () => {
  it('shows a 2 x 3 plane in all eight ways', () => {
    // a b c
    // d e f
    const frame = Float32Array.from([1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    const seen = TURNS.map((turn) => {
      const turned = new Float32Array(18);
      new Orientation(2, 3, turn).turn(frame, turned);
      return [...turned.subarray(0, 6)].map((value) => 'abcdef'[value - 1]).join('');
    });
    expect(seen).toEqual(['abcdef', 'cbafed', 'defabc', 'fedcba', 'adbecf', 'daebfc', 'cfbead', 'fcebda']);
  });

  it('is exactly undone, for frames of any shape', () => {
    for (const [height, width] of [
      [1, 1],
      [1, 5],
      [4, 3],
      [7, 7],
    ] as const) {
      const [frame] = movingPattern(1, height, width) as [Float32Array];
      for (const turn of TURNS) {
        const orientation = new Orientation(height, width, turn);
        const turned = new Float32Array(frame.length);
        const back = new Float32Array(frame.length);
        orientation.turn(frame, turned);
        orientation.addBack(turned, back, 1);
        expect(back).toEqual(frame);
      }
    }
  });
});

describe('a self-ensemble', () => {
  const runtime = new OnnxRuntimeRuntime();
  const [height, width] = [33, 50];
  const frames = movingPattern(3, height, width);

  it.each([
    ['PVDNet, recurrent', { network: pvdNet, size: 'lite', stages: 1 }, 4],
    ['PVDNet, recurrent', { network: pvdNet, size: 'lite', stages: 1 }, 8],
    ['MLFA', { network: mlfa, size: 'lite', stages: 2 }, 8],
  ] as const)('of %s is the mean of what its members give', async (_, which, ensemble) => {
    const parameters = madeUpWeights(which.network as typeof pvdNet, 'lite');
    const options = { runtime, ...which, weights: { parameters, alignCorners: true } };
    const { restored } = await restore(frames, { ...options, ensemble, height, width });
    const sums = frames.map(() => new Float32Array(3 * height * width));
    for (const turn of TURNS.filter(({ transposes }) => ensemble === 8 || !transposes)) {
      const orientation = new Orientation(height, width, turn);
      const turned = frames.map((frame) => {
        const target = new Float32Array(frame.length);
        orientation.turn(frame, target);
        return target;
      });
      const shape = turn.transposes ? { height: width, width: height } : { height, width };
      const member = await restore(turned, { ...options, ...shape });
      member.restored.forEach((frame, index) => orientation.addBack(frame, sums[index]!, 1 / ensemble));
    }
    expect(restored.length).toBe(frames.length);
    for (const [index, frame] of restored.entries())
      expect(maxDifference(frame, sums[index]!)).toBeLessThan(1e-6);
  });

  const fake = {
    ...({ network: fakeNetwork, size: 'paper', stages: 2, height: 8, width: 12 } as const),
    weights: { parameters: () => new Float32Array(4), alignCorners: true },
  } as const;

  it('runs every program as often as it has members, and frees all graphs', async () => {
    const clip = movingPattern(5, 8, 12);
    const runsOf = async (ensemble: 1 | 4 | 8) => {
      const fakeRuntime = new FakeRuntime();
      const { restored, statistics } = await restore(clip, { ...fake, runtime: fakeRuntime, ensemble });
      expect(restored.length).toBe(5);
      expect(fakeRuntime.open).toBe(0);
      expect(statistics.programs.reconstruct?.runs).toBe(fakeRuntime.count('reconstruct'));
      return fakeRuntime.count('reconstruct');
    };
    const single = await runsOf(1);
    expect(await runsOf(4)).toBe(4 * single);
    expect(await runsOf(8)).toBe(8 * single);
  });

  it('changes nothing where the network does not care which way up a frame is', async () => {
    const clip = movingPattern(4, 8, 12);
    const plain = await restore(clip, { ...fake, runtime: new FakeRuntime() });
    const all = await restore(clip, { ...fake, runtime: new FakeRuntime(), ensemble: 8 });
    for (const [index, frame] of all.restored.entries())
      expect(maxDifference(frame, plain.restored[index]!)).toBeLessThan(1e-6);
  });

  it('gives everything back when its receiver stops', async () => {
    const deblurrer = await createDeblurrer({
      ...fake,
      runtime: new FakeRuntime(),
      device: 'cpu',
      ensemble: 4,
    });
    let isClosed = false;
    async function* source() {
      try {
        for (const frame of movingPattern(9, 8, 12)) {
          await Promise.resolve();
          yield frame;
        }
      } finally {
        isClosed = true;
      }
    }
    for await (const frame of deblurrer.process(source())) if (frame.length > 0) break;
    expect(isClosed).toBe(true);
    await deblurrer.dispose();
  });

  it('of another number is refused', async () => {
    const options = { ...fake, runtime: new FakeRuntime(), device: 'cpu', ensemble: 2 as 4 } as const;
    await expect(createDeblurrer(options)).rejects.toMatchObject({ code: 'usage' });
  });
});
