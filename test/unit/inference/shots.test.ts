import { describe, expect, it } from 'vitest';
import { createDeblurrer, type DeblurrerOptions } from '../../../src/main/inference/deblurrer.ts';
import { OnnxRuntimeRuntime } from '../../../src/main/inference/onnxruntime-runtime.ts';
import { restoreShots } from '../../../src/main/inference/shots.ts';
import { cdvdTsp } from '../../../src/networks/archs/cdvd-tsp/cdvd-tsp.ts';
import { erdn } from '../../../src/networks/archs/erdn/erdn.ts';
import { mlfa } from '../../../src/networks/archs/mlfa/mlfa.ts';
import { pvdNet } from '../../../src/networks/archs/pvdnet/pvdnet.ts';
import type { Network } from '../../../src/networks/network.ts';
import { maxDifference } from '../../support/arrays.ts';
import { FakeRuntime, fakeNetwork } from './support/fake-cascade.ts';
import { madeUpWeights, movingPattern } from './support/made-up-weights.ts';

const [HEIGHT, WIDTH] = [32, 48];

async function restore(
  frames: readonly Float32Array[],
  cuts: readonly number[],
  options: Pick<DeblurrerOptions, 'runtime' | 'network' | 'size' | 'stages'> & Partial<DeblurrerOptions>,
): Promise<Float32Array[]> {
  const parameters = madeUpWeights(options.network, options.size);
  const weights = { parameters, alignCorners: true };
  const deblurrer = await createDeblurrer({
    ...{ weights, device: 'cpu', height: HEIGHT, width: WIDTH },
    ...options,
  });
  // One array for all frames, as a decoder may have it.
  const pixels = new Float32Array(3 * HEIGHT * WIDTH);
  async function* source() {
    for (const [index, frame] of frames.entries()) {
      await Promise.resolve();
      pixels.set(frame);
      yield { pixels, startsShot: cuts.includes(index) };
    }
  }
  const restored: Float32Array[] = [];
  try {
    for await (const frame of restoreShots(deblurrer, source(), {})) restored.push(frame.slice());
  } finally {
    await deblurrer.dispose();
  }
  return restored;
}

const first = movingPattern(4, HEIGHT, WIDTH);
/** Another scene: the pattern upside down and inverted. */
const second = movingPattern(3, HEIGHT, WIDTH).map((frame) => frame.toReversed().map((value) => 1 - value));

describe('shots', () => {
  const runtime = new OnnxRuntimeRuntime();

  it.each([
    ['CDVD-TSP', cdvdTsp, 2, 1],
    ['ERDN', erdn, 2, 1],
    ['PVDNet, which is recurrent', pvdNet, 1, 1],
    ['MLFA', mlfa, 2, 1],
    ['MLFA with a self-ensemble', mlfa, 2, 4],
  ] as const)('come out of %s as when they are alone', async (_, network, stages, ensemble) => {
    const options = { runtime, network: network as Network, size: 'lite', stages, ensemble } as const;
    const alone = [...(await restore(first, [], options)), ...(await restore(second, [], options))];
    const joined = await restore([...first, ...second], [first.length], options);
    expect(joined.length).toBe(alone.length);
    for (const [index, frame] of joined.entries()) expect(maxDifference(frame, alone[index]!)).toBe(0);
    // The test could fail: without the cut, frames of both shots are other ones.
    const through = await restore([...first, ...second], [], options);
    expect(maxDifference(through[first.length - 1]!, alone[first.length - 1]!)).toBeGreaterThan(1e-3);
    expect(maxDifference(through[first.length]!, alone[first.length]!)).toBeGreaterThan(1e-3);
  });

  const fake = { network: fakeNetwork, size: 'paper', stages: 2 } as const;

  it('may be one frame long, and begin with the first frame of all', async () => {
    const frames = [...first, ...second];
    const options = { ...fake, runtime: new FakeRuntime() };
    const joined = await restore(frames, [0, 4, 5], options);
    const alone = [
      ...(await restore(frames.slice(0, 4), [], options)),
      ...(await restore(frames.slice(4, 5), [], options)),
      ...(await restore(frames.slice(5), [], options)),
    ];
    expect(joined).toEqual(alone);
    expect(await restore([], [], options)).toEqual([]);
  });

  it('load their network once, and run it as often as clips of their lengths do', async () => {
    const joined = new FakeRuntime();
    await restore([...first, ...second], [4], { ...fake, runtime: joined });
    const alone = new FakeRuntime();
    await restore(first, [], { ...fake, runtime: alone });
    await restore(second, [], { ...fake, runtime: alone });
    expect(joined.loaded.length).toBe(4);
    expect(joined.runs).toEqual(alone.runs);
    expect(joined.open).toBe(0);
  });

  it('end their source when the reader stops or the network fails', async () => {
    const ends: string[] = [];
    async function* source() {
      try {
        for (;;) {
          await Promise.resolve();
          yield { pixels: new Float32Array(3), startsShot: false };
        }
      } finally {
        ends.push('ended');
      }
    }
    async function* echo(frames: AsyncIterable<Float32Array>): AsyncGenerator<Float32Array, void, undefined> {
      for await (const frame of frames) yield frame;
    }
    for await (const frame of restoreShots({ process: echo }, source(), {})) {
      expect(frame.length).toBe(3);
      break;
    }
    async function* failing(): AsyncGenerator<Float32Array, void, undefined> {
      await Promise.resolve();
      yield new Float32Array(3);
      throw new Error('no network');
    }
    const collect = async () => {
      for await (const frame of restoreShots({ process: failing }, source(), {}))
        expect(frame.length).toBe(3);
    };
    await expect(collect()).rejects.toThrow('no network');
    expect(ends).toEqual(['ended', 'ended']);
  });
});
