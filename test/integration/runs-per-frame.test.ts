import { describe, expect, it } from 'vitest';
import { createDeblurrer } from '../../src/main/inference/deblurrer.ts';
import { OnnxRuntimeRuntime } from '../../src/main/inference/onnxruntime-runtime.ts';
import type { Runtime } from '../../src/main/inference/runtime.ts';
import { networks } from '../../src/networks/catalogue.ts';
import type { Network, NetworkOptions, NetworkProgram } from '../../src/networks/network.ts';
import { runsPerFrame } from '../../src/networks/runs-per-frame.ts';
import { madeUpWeights, movingPattern } from '../unit/inference/support/made-up-weights.ts';

const [HEIGHT, WIDTH] = [24, 40];
/** Longer than the ends of a clip reach into it. */
const FRAMES = 7;

/** The runtime, with every run counted from outside by the graph's inputs and outputs. */
function counting(): { readonly runtime: Runtime; readonly runs: () => number } {
  let runs = 0;
  class CountingRuntime extends OnnxRuntimeRuntime {
    override async createSession(...request: Parameters<OnnxRuntimeRuntime['createSession']>) {
      const session = await super.createSession(...request);
      const run = session.run.bind(session);
      session.run = (...given) => {
        runs++;
        return run(...given);
      };
      return session;
    }
  }
  return { runtime: new CountingRuntime(), runs: () => runs };
}

async function countRuns(
  network: Network,
  request: { stages: number; options: NetworkOptions; ensemble?: 1 | 4 },
  frames: number,
) {
  const { runtime, runs } = counting();
  const weights = { parameters: madeUpWeights(network, 'lite', request.options), alignCorners: true };
  const deblurrer = await createDeblurrer({
    ...{ runtime, network, size: 'lite', weights, device: 'cpu', height: HEIGHT, width: WIDTH },
    ...request,
  });
  async function* source() {
    for (const frame of movingPattern(frames, HEIGHT, WIDTH)) {
      await Promise.resolve();
      yield frame;
    }
  }
  let restored = 0;
  for await (const frame of deblurrer.process(source())) restored += frame.length > 0 ? 1 : 0;
  const { programs } = deblurrer.statistics;
  await deblurrer.dispose();
  expect(restored).toBe(frames);
  const counted = Object.entries(programs).map(([name, { runs: count }]) => [name, count] as const);
  expect(counted.reduce((sum, [, count]) => sum + count, 0)).toBe(runs());
  return Object.fromEntries(counted) as Partial<Record<NetworkProgram, number>>;
}

const setups = networks.flatMap((network) => {
  const { min, max } = network.stages;
  const stages = Array.from({ length: max - min + 1 }, (_, index) => min + index);
  const cases = stages.map((count) => ({ network, stages: count, options: network.options }));
  const still = network.options.motion === undefined ? [] : [{ motion: false }];
  return [...cases, ...still.map((options) => ({ network, stages: min, options }))];
});

describe('what a network says it costs', () => {
  it.each(setups)('is what one more frame costs: $network.title, $stages stages, $options', async (setup) => {
    const { network } = setup;
    const some = await countRuns(network, setup, FRAMES);
    const more = await countRuns(network, setup, FRAMES + 1);
    const names = Object.keys(more) as NetworkProgram[];
    const perFrame = Object.fromEntries(names.map((name) => [name, more[name]! - some[name]!]));
    expect(perFrame).toEqual(runsPerFrame(network, setup));
  });

  it.each(networks)('is taken by every copy of a self-ensemble: $title', async (network) => {
    const setup = { network, stages: network.stages.default, options: network.options };
    const once = await countRuns(network, setup, 4);
    const four = await countRuns(network, { ...setup, ensemble: 4 }, 4);
    for (const [program, runs] of Object.entries(once)) expect(four).toHaveProperty(program, 4 * runs);
  });

  it('is T runs of a cascade of T stages, and features of a frame once for both of its pairs', () => {
    const cost = (id: string, stages: number) => {
      const network = networks.find((candidate) => candidate.id === id)!;
      return runsPerFrame(network, { stages, options: network.options });
    };
    for (const stages of [1, 2, 3]) {
      const cascade = { features: stages, flow: 2 * stages, align: stages, reconstruct: stages };
      expect(cost('cdvd-tsp', stages)).toEqual(cascade);
      expect(cost('arvo', stages)).toEqual(cascade);
    }
    expect(cost('erdn', 2)).toEqual({ features: 2, centre: 2, deform: 4, align: 2, reconstruct: 2 });
    expect(cost('pvdnet', 1)).toEqual({ features: 1, flow: 1, align: 1, reconstruct: 1 });
    expect(cost('mlfa', 1)).toEqual({ reconstruct: 1 });
    expect(cost('mlfa', 2)).toEqual({ reconstruct: 1, features: 1, fuse: 1 });
  });
});
