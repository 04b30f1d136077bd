import { describe, expect, it } from 'vitest';
import { arvo } from '../../../src/networks/archs/arvo/arvo.ts';
import { SIZES, type ArvoSizeName } from '../../../src/networks/archs/arvo/sizes.ts';
import { cdvdTsp } from '../../../src/networks/archs/cdvd-tsp/cdvd-tsp.ts';
import type { Lowering } from '../../../src/networks/graph/graph.ts';
import type { NetworkProgram } from '../../../src/networks/network.ts';
import { LAYER_COUNTS, type LayerCount } from '../../../src/shared/settings.ts';
import type { Tensor } from '../../../src/shared/tensor.ts';
import { mulberry32 } from '../../fixtures/fill.ts';
import { maxDifference } from '../../support/arrays.ts';
import { runModel } from '../../support/run-graph.ts';
import { madeUpWeights, movingPattern } from '../inference/support/made-up-weights.ts';
import { compareTile } from './support/compare-tile.ts';
import { PlainArvo, warped, type Image } from './support/plain-arvo.ts';

interface Setup {
  readonly size: ArvoSizeName;
  readonly layers: LayerCount;
  readonly lowering: Lowering;
  readonly height: number;
  readonly width: number;
}

function runner({ size, layers, lowering, height, width }: Setup) {
  const parameters = madeUpWeights(arvo, size, { layers });
  return {
    parameters,
    run: (program: NetworkProgram, feeds: Record<string, Tensor>) => {
      const request = { program, size, options: { layers }, height, width, alignCorners: true } as const;
      return runModel(arvo.buildModel({ ...request, lowering, parameters }), feeds);
    },
  };
}

/** Three frames, and a flow to each neighbour that also leads out of them. */
function materials(height: number, width: number) {
  const random = mulberry32(3);
  const frames = movingPattern(3, height, width).map((data): Tensor => ({
    data,
    dims: [1, 3, height, width],
  }));
  const [previous, middle, next] = frames as [Tensor, Tensor, Tensor];
  const flow = (): Tensor => ({
    data: Float32Array.from({ length: 2 * height * width }, () => (random() / 2 ** 31 - 1) * 4),
    dims: [1, 2, height, width],
  });
  return { previous, middle, next, flow_previous: flow(), flow_next: flow() };
}

function asImage({ data, dims }: Tensor): Image {
  return { channels: dims[1]!, height: dims[2]!, width: dims[3]!, data: Float64Array.from(data) };
}

describe.each([
  ['lite', 'standard', 0, 16, 24],
  ['lite', 'standard', 1, 24, 40],
  ['lite', 'standard', 3, 40, 56],
  ['lite', 'webgpu', 3, 40, 56],
  ['lite', 'webgpu', 0, 16, 24],
  ['lite', 'standard', 4, 56, 40],
  ['paper', 'standard', 3, 12, 20],
] as const)('ARVo %s through the %s bodies, %i levels', (size, lowering, layers, height, width) => {
  it('restores a frame as the paper says', async () => {
    const { parameters, run } = runner({ size, layers, lowering, height, width });
    const feeds = materials(height, width);
    const { aligned } = await run('align', feeds);
    const frames = {
      previous: warped(asImage(feeds.previous), feeds.flow_previous.data),
      middle: asImage(feeds.middle),
      next: warped(asImage(feeds.next), feeds.flow_next.data),
    };
    const [previous, middle, next] = [frames.previous, frames.middle, frames.next];
    expect(maxDifference(aligned!.data, [...previous.data, ...middle.data, ...next.data])).toBeLessThan(2e-5);

    const { restored } = await run('reconstruct', { aligned: aligned! });
    const plain = new PlainArvo(parameters, SIZES[size], layers);
    const expected = plain.restore(previous, middle, next).data;
    expect(maxDifference(restored!.data, expected)).toBeLessThan(1e-5);
    // It matters which neighbour is which, and that there are any.
    expect(maxDifference(restored!.data, plain.restore(next, middle, previous).data)).toBeGreaterThan(1e-3);
    expect(maxDifference(restored!.data, plain.restore(middle, middle, middle).data)).toBeGreaterThan(1e-3);
  });
});

describe('ARVo', () => {
  it('estimates motion with the very graphs and parameters of CDVD-TSP', () => {
    const flowOnly = ({ name }: { name: string }) => name.startsWith('flow_net.');
    for (const size of ['paper', 'lite'] as const) {
      expect(arvo.parameters(size).filter(flowOnly)).toEqual(cdvdTsp.parameters(size).filter(flowOnly));
    }
  });

  it('has the layers of the paper in size paper', () => {
    const dims = new Map(arvo.parameters('paper').map((spec) => [spec.name, spec.dims]));
    expect(dims.get('encoder.inBlock.0.0.weight')).toEqual([32, 3, 5, 5]);
    expect(dims.get('encoder.inBlock.5.conv2.weight')).toEqual([32, 32, 5, 5]);
    expect(dims.get('encoder.encoder_second.5.conv2.weight')).toEqual([128, 128, 5, 5]);
    expect(dims.has('encoder.encoder_second.6.conv1.weight')).toBe(false);
    expect(dims.get('values.2.weight')).toEqual([128, 128, 3, 3]);
    expect(dims.get('fusion.weight')).toEqual([128, 10 * 128, 3, 3]);
    expect(dims.get('decoder.outBlock.3.weight')).toEqual([3, 32, 5, 5]);
  });

  it.each(LAYER_COUNTS)(
    'has, with %i levels, as many value convolutions, and a fusion that fits',
    (layers) => {
      const parameters = arvo.parameters('lite', { layers });
      const values = parameters.filter(({ name }) => /^values\.\d\.weight$/.test(name));
      expect(values.length).toBe(layers);
      const fusion = parameters.find(({ name }) => name === 'fusion.weight');
      // Without levels, the features of all three frames are fused.
      expect(fusion?.dims[1]).toBe(64 * (layers === 0 ? 3 : 1 + 3 * layers));
      expect(arvo.variants).toContainEqual({ layers });
    },
  );

  it.each(['paper', 'lite'] as const)(
    'sees no further than its margin without levels, size %s',
    async (size) => {
      const options = { layers: 0 } as const;
      const parameters = madeUpWeights(arvo, size, options);
      const { inside, beside } = await compareTile(arvo, { size, options, height: 8, parameters });
      expect(inside).toBeLessThan(1e-5);
      // The cut does show just beside it, so that the margin is not vacuous.
      expect(beside).toBeGreaterThan(1e-3);
    },
  );
});
