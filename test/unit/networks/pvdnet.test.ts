import { describe, expect, it } from 'vitest';
import { pvdNet } from '../../../src/networks/archs/pvdnet/pvdnet.ts';
import type { Lowering } from '../../../src/networks/graph/graph.ts';
import type { NetworkProgram } from '../../../src/networks/network.ts';
import { elementCount, type Tensor } from '../../../src/shared/tensor.ts';
import { fillState } from '../../fixtures/fill.ts';
import bimnetState from '../../fixtures/parity/pvdnet/state_bimnet.json' with { type: 'json' };
import mediumState from '../../fixtures/parity/pvdnet/state.json' with { type: 'json' };
import largeState from '../../fixtures/parity/pvdnet_large/state.json' with { type: 'json' };
import { batchItem, loadFixture, maxDifference } from '../../support/arrays.ts';
import { runModel } from '../../support/run-graph.ts';
import { compareTile, noiseParameters } from './support/compare-tile.ts';

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
const lowerings: Lowering[] = ['standard', 'webgpu'];
const count = (size: Parameters<typeof pvdNet.parameters>[0], prefix: string) =>
  pvdNet
    .parameters(size)
    .filter(({ name }) => name.startsWith(prefix))
    .reduce((sum, { dims }) => sum + elementCount(dims), 0);

describe('PVDNet', () => {
  it.each([
    ['medium', mediumState],
    ['large', largeState],
  ] as const)('has exactly the tensors of the published state_dict in size %s', (size, state) => {
    const published = state.tensors.map(({ name, shape }) => ({ name, dims: shape }));
    expect([...pvdNet.parameters(size)].sort(byName)).toEqual(published.sort(byName));
  });

  it('has as many parameters as the paper reports, and as was published for the large one', () => {
    // The paper says 0.7 M for half the filters and half the blocks, which is 0.85 M of the published network.
    expect(count('small', 'PVDNet.') / 1e6).toBeCloseTo(0.85, 2);
    expect(count('medium', 'PVDNet.') / 1e6).toBeCloseTo(5.1, 1);
    expect(count('large', 'PVDNet.') / 1e6).toBeCloseTo(18.0, 1);
    for (const size of ['small', 'medium', 'large'] as const)
      expect(count(size, 'BIMNet.') / 1e6).toBeCloseTo(5.4, 1);
  });

  it('has channels in multiples of 16 in size lite', () => {
    const widths = pvdNet
      .parameters('lite')
      .filter(({ name }) => name.endsWith('.bias') && !/moduleDist|moduleScale/.test(name))
      .map(({ dims }) => dims[0]!)
      // Flows have two channels and a packed picture twelve.
      .filter((width) => width !== 2 && width !== 12);
    expect(widths.filter((width) => width % 16 !== 0)).toEqual([]);
  });

  it('names every parameter below one of its parts', () => {
    for (const { name } of pvdNet.parameters('medium'))
      expect(pvdNet.parts.filter(({ prefix }) => name.startsWith(prefix)).length).toBe(1);
  });

  it.each(['small', 'medium', 'large', 'lite'] as const)(
    'reconstructs inside a tile as in the whole frame, size %s',
    async (size) => {
      const setup = { size, height: 8, parameters: noiseParameters(1.4) };
      const { inside, beside, scale } = await compareTile(pvdNet, setup);
      expect(inside / scale).toBeLessThan(1e-5);
      // The cut does show just beside it, so that the margin is not vacuous.
      expect(beside / scale).toBeGreaterThan(1e-3);
    },
  );
});

describe.each(lowerings)('BIMNet through the %s bodies', (lowering) => {
  const weights = fillState(bimnetState as Parameters<typeof fillState>[0]);
  const run = (program: NetworkProgram, height: number, width: number, feeds: Record<string, Tensor>) => {
    const request = { program, size: 'medium', height, width, alignCorners: true, lowering } as const;
    return runModel(pvdNet.buildModel({ ...request, parameters: (name) => weights.get(name)! }), feeds);
  };
  const rename = (features: Record<string, Tensor>, role: string) =>
    Object.fromEntries(
      Object.entries(features).map(([name, tensor]) => [name.replace('level', role), tensor]),
    );
  const flowBetween = async (current: Tensor, previous: Tensor) => {
    const [, , height, width] = current.dims as [number, number, number, number];
    const features = (frame: Tensor) => run('features', height, width, { frame });
    const feeds = {
      ...rename(await features(current), 'reference'),
      ...rename(await features(previous), 'neighbour'),
    };
    return (await run('flow', height, width, feeds))['flow']!;
  };

  it('equals the published flow', async () => {
    const input = loadFixture('parity/pvdnet/bimnet_64x96/input.npy');
    const flow = await flowBetween(batchItem(input, 1), batchItem(input, 0));
    const expected = loadFixture('parity/pvdnet/bimnet_64x96/expected.npy');
    expect(maxDifference(flow.data, expected.data)).toBeLessThan(1e-3);
  });

  it('gives the pixel volume what the published code gives it: no motion beyond multiples of 32', async () => {
    const medium = fillState(mediumState as Parameters<typeof fillState>[0]);
    const sequence = (name: string) => loadFixture(`parity/pvdnet/seq_72x104/${name}.npy`);
    const unit = ({ data, dims }: Tensor): Tensor => ({ data: data.map((value) => (value + 1) / 2), dims });
    const frames = [0, 1, 2, 3].map((index) => unit(batchItem(sequence('input'), index)));
    const runMedium = (program: NetworkProgram, feeds: Record<string, Tensor>) => {
      const request = { program, size: 'medium', height: 72, width: 104, alignCorners: true } as const;
      const parameters = (name: string) => medium.get(name)!;
      return runModel(pvdNet.buildModel({ ...request, lowering, parameters }), feeds);
    };
    const { flow } = await runMedium('flow', {
      ...rename(await runMedium('features', { frame: frames[2]! }), 'reference'),
      ...rename(await runMedium('features', { frame: frames[1]! }), 'neighbour'),
    });
    expect(maxDifference(flow!.data, batchItem(sequence('flow'), 2).data)).toBeLessThan(1e-4);

    const { aligned } = await runMedium('align', {
      ...{ previous: frames[1]!, middle: frames[2]!, next: frames[3]! },
      restored: unit(batchItem(sequence('expected'), 1)),
      flow_previous: flow!,
    });
    const volume = aligned!.data.subarray(9 * 72 * 104);
    expect(maxDifference(volume, sequence('pixel_volume_2').data)).toBeLessThan(1e-5);
  });

  it('takes frames of the smallest size, 32 x 32, and one row of features', async () => {
    const frame = (phase: number): Tensor => ({
      data: Float32Array.from({ length: 3 * 32 * 32 }, (_, i) => 0.5 + 0.4 * Math.sin(0.3 * i + phase)),
      dims: [1, 3, 32, 32],
    });
    const flow = await flowBetween(frame(0), frame(1));
    expect(flow.dims).toEqual([1, 2, 32, 32]);
    expect(flow.data.every(Number.isFinite)).toBe(true);
  });
});
