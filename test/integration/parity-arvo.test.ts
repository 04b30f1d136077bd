import { describe, expect, it } from 'vitest';
import { arvo } from '../../src/networks/archs/arvo/arvo.ts';
import type { NetworkProgram } from '../../src/networks/network.ts';
import { LAYER_COUNTS, type LayerCount } from '../../src/shared/settings.ts';
import type { Tensor } from '../../src/shared/tensor.ts';
import { lazyFill, type FillEntry, type FillState } from '../fixtures/fill.ts';
import { batchItem, loadFixture, maxDifference } from '../support/arrays.ts';
import { runModel } from '../support/run-graph.ts';
import { deblurClip } from './support/deblur-clip.ts';
import { clipOf, jsonOf, withWebGpuBodies } from './support/parity.ts';

const TIMEOUT = 180_000;
const TOLERANCE = 1e-4;

type Size = 'paper' | 'lite';
const folderOf = (size: Size) => (size === 'lite' ? 'arvo_lite' : 'arvo');

interface Case {
  readonly size: Size;
  readonly layers: LayerCount;
  readonly stages: number;
  /** Of the frames. */
  readonly height: number;
  readonly width: number;
  /** Whether the results of the first of several stages are there too. */
  readonly stage1?: true;
}

const CASES: readonly Case[] = [
  { size: 'paper', layers: 3, stages: 1, height: 32, width: 48 },
  // No multiple of four.
  { size: 'paper', layers: 0, stages: 2, height: 30, width: 46, stage1: true },
  // The pyramid's levels do not divide the features, of 11 x 17.
  { size: 'paper', layers: 4, stages: 2, height: 44, width: 68, stage1: true },
  { size: 'paper', layers: 1, stages: 3, height: 28, width: 44 },
  { size: 'paper', layers: 2, stages: 2, height: 26, width: 42 },
  { size: 'lite', layers: 0, stages: 1, height: 24, width: 40 },
  { size: 'lite', layers: 1, stages: 2, height: 22, width: 38 },
  { size: 'lite', layers: 2, stages: 3, height: 24, width: 44 },
  { size: 'lite', layers: 3, stages: 2, height: 30, width: 46 },
  { size: 'lite', layers: 4, stages: 1, height: 44, width: 68 },
];
const caseOf = ({ size, layers, stages, height, width }: Case) =>
  `${folderOf(size)}/layers${layers}_stages${stages}_${height}x${width}`;

/** The reference has one state for four levels, and per case the tensors that differ from it. */
function stateOf(one: Case): FillState {
  const state = jsonOf(`${folderOf(one.size)}/state`) as FillState;
  const { replaced } = jsonOf(`${caseOf(one)}/case`) as { replaced: readonly FillEntry[] };
  const names = new Set(replaced.map(({ name }) => name));
  return {
    salt: state.salt,
    tensors: [...state.tensors.filter(({ name }) => !names.has(name)), ...replaced],
  };
}
const filled = new Map(CASES.map((one) => [one, lazyFill(stateOf(one))] as const));
const parametersOf = (one: Case) => filled.get(one)!;

describe('ARVo beside a PyTorch reference written from the paper', { timeout: TIMEOUT }, () => {
  it.each(CASES)('asks for parameters that the reference has: $size, $layers levels', (one) => {
    const known = stateOf(one).tensors.map(({ name, shape }) => ({ name, dims: shape }));
    expect(known).toEqual(expect.arrayContaining([...arvo.parameters(one.size, one)]));
  });

  it.each(['paper', 'lite'] as const)('is held against every number of levels and stages: %s', (size) => {
    const own = CASES.filter((one) => one.size === size);
    expect(new Set(own.map(({ layers }) => layers))).toEqual(new Set(LAYER_COUNTS));
    expect(new Set(own.map(({ stages }) => stages))).toEqual(new Set([1, 2, 3]));
  });

  for (const [bodies, network] of [
    ['standard', arvo],
    ['webgpu', withWebGpuBodies(arvo)],
  ] as const) {
    const first = CASES.filter(({ stage1 }) => stage1).map((one) => ({
      ...one,
      one,
      stages: 1,
      name: 'stage1',
    }));
    const last = CASES.map((one) => ({ ...one, one, name: 'expected' }));
    it.each([...first, ...last])(
      `restores every frame of a clip as it does: $size, $layers levels, after $stages, ${bodies} bodies`,
      async ({ one, stages, name }) => {
        const { size, layers, height, width } = one;
        const weights = { parameters: parametersOf(one), alignCorners: true };
        const setup = { network, size, stages, weights, height, width, options: { layers } } as const;
        const { restored } = await deblurClip(clipOf(`${caseOf(one)}/input`), setup);
        const expected = clipOf(`${caseOf(one)}/${name}`);
        expect(restored.length).toBe(expected.length);
        const differences = restored.map((frame, index) => maxDifference(frame, expected[index]!));
        expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
      },
    );
  }

  it('has the same on the way: flows to both neighbours, and the neighbours warped', async () => {
    const one = CASES[0]!;
    const folder = caseOf(one);
    const input = loadFixture(`parity/${folder}/input.npy`);
    const parameters = parametersOf(one);
    const run = (program: NetworkProgram, feeds: Record<string, Tensor>) => {
      const request = { program, size: 'paper', height: 32, width: 48, alignCorners: true } as const;
      return runModel(arvo.buildModel({ ...request, lowering: 'standard', parameters }), feeds);
    };
    const [previous, middle, next] = [0, 1, 2].map((index) => batchItem(input, index));
    const features = async (frame: Tensor, role: string) =>
      Object.fromEntries(
        Object.entries(await run('features', { frame })).map(([name, value]) => [
          name.replace('level', role),
          value,
        ]),
      );
    const reference = await features(middle!, 'reference');
    const flowTo = async (neighbour: Tensor) =>
      (await run('flow', { ...reference, ...(await features(neighbour, 'neighbour')) }))['flow']!;
    const [flowPrevious, flowNext] = [await flowTo(previous!), await flowTo(next!)];
    const flows = loadFixture(`parity/${folder}/flow.npy`);
    const differences = [
      maxDifference(flowPrevious.data, batchItem(flows, 0).data),
      maxDifference(flowNext.data, batchItem(flows, 1).data),
    ];
    const { aligned } = await run('align', {
      ...{ previous: previous!, middle: middle!, next: next! },
      ...{ flow_previous: flowPrevious, flow_next: flowNext },
    });
    const warped = loadFixture(`parity/${folder}/warped.npy`);
    const pixels = 3 * 32 * 48;
    const before = aligned!.data.subarray(0, pixels);
    const after = aligned!.data.subarray(2 * pixels);
    differences.push(
      maxDifference(before, batchItem(warped, 0).data),
      maxDifference(after, batchItem(warped, 1).data),
    );
    expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
  });
});
