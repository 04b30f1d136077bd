import { describe, expect, it } from 'vitest';
import { arvo } from '../../src/networks/archs/arvo/arvo.ts';
import type { NetworkProgram } from '../../src/networks/network.ts';
import type { LayerCount } from '../../src/shared/settings.ts';
import type { Tensor } from '../../src/shared/tensor.ts';
import { lazyFill, type FillEntry, type FillState } from '../fixtures/fill.ts';
import none from '../fixtures/parity/arvo/layers0_stages2_30x46/case.json' with { type: 'json' };
import three from '../fixtures/parity/arvo/layers3_stages1_32x48/case.json' with { type: 'json' };
import four from '../fixtures/parity/arvo/layers4_stages2_44x68/case.json' with { type: 'json' };
import state from '../fixtures/parity/arvo/state.json' with { type: 'json' };
import { batchItem, loadFixture, maxDifference } from '../support/arrays.ts';
import { runModel } from '../support/run-graph.ts';
import { deblurClip } from './support/deblur-clip.ts';
import { clipOf, withWebGpuBodies } from './support/parity.ts';

const TIMEOUT = 180_000;
const TOLERANCE = 1e-4;

/** The reference has one state for four levels, and per case the tensors that differ from it. */
const statesOf = ({ replaced }: { replaced: readonly unknown[] }): FillState => {
  const own = replaced as readonly FillEntry[];
  const names = new Set(own.map(({ name }) => name));
  const others = (state as FillState).tensors.filter(({ name }) => !names.has(name));
  return { salt: state.salt, tensors: [...others, ...own] };
};
const states = new Map<LayerCount, FillState>([
  [0, statesOf(none)],
  [3, statesOf(three)],
  [4, statesOf(four)],
]);
const parametersOf = (layers: LayerCount) => lazyFill(states.get(layers)!);

describe('ARVo beside a PyTorch reference written from the paper', { timeout: TIMEOUT }, () => {
  it.each([0, 3, 4] as const)('asks for parameters that the reference has, %i levels', (layers) => {
    const known = states.get(layers)!.tensors.map(({ name, shape }) => ({ name, dims: shape }));
    expect(known).toEqual(expect.arrayContaining([...arvo.parameters('paper', { layers })]));
  });

  for (const [bodies, network] of [
    ['standard', arvo],
    ['webgpu', withWebGpuBodies(arvo)],
  ] as const) {
    it.each([
      ['layers3_stages1_32x48', 3, 1, 32, 48, 'expected'],
      // No multiple of four.
      ['layers0_stages2_30x46', 0, 1, 30, 46, 'stage1'],
      ['layers0_stages2_30x46', 0, 2, 30, 46, 'expected'],
      // The pyramid's levels do not divide the features, of 11 x 17.
      ['layers4_stages2_44x68', 4, 1, 44, 68, 'stage1'],
      ['layers4_stages2_44x68', 4, 2, 44, 68, 'expected'],
    ] as const)(
      `restores every frame of a clip as it does: %s, %i levels, after %i, ${bodies} bodies`,
      async (...row) => {
        const [folder, layers, stages, height, width, name] = row;
        const weights = { parameters: parametersOf(layers), alignCorners: true };
        const setup = {
          network,
          size: 'paper',
          stages,
          weights,
          height,
          width,
          options: { layers },
        } as const;
        const { restored } = await deblurClip(clipOf(`arvo/${folder}/input`), setup);
        const expected = clipOf(`arvo/${folder}/${name}`);
        expect(restored.length).toBe(expected.length);
        const differences = restored.map((frame, index) => maxDifference(frame, expected[index]!));
        expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
      },
    );
  }

  it('has the same on the way: flows to both neighbours, and the neighbours warped', async () => {
    const folder = 'parity/arvo/layers3_stages1_32x48';
    const input = loadFixture(`${folder}/input.npy`);
    const parameters = parametersOf(3);
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
    const flows = loadFixture(`${folder}/flow.npy`);
    const differences = [
      maxDifference(flowPrevious.data, batchItem(flows, 0).data),
      maxDifference(flowNext.data, batchItem(flows, 1).data),
    ];
    const { aligned } = await run('align', {
      ...{ previous: previous!, middle: middle!, next: next! },
      ...{ flow_previous: flowPrevious, flow_next: flowNext },
    });
    const warped = loadFixture(`${folder}/warped.npy`);
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
