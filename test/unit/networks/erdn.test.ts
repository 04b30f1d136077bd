import { describe, expect, it } from 'vitest';
import { erdn } from '../../../src/networks/archs/erdn/erdn.ts';
import { gradientMap } from '../../../src/networks/archs/erdn/fusion.ts';
import { Graph, type Lowering } from '../../../src/networks/graph/graph.ts';
import { convBy } from '../../../src/networks/ops/convolution.ts';
import { sigmoid } from '../../../src/networks/ops/elementwise.ts';
import { deformableConv, predictedDeformableConv } from '../../../src/networks/ops/own/deformable-conv.ts';
import { sharpnessPrior } from '../../../src/networks/ops/own/sharpness-prior.ts';
import { slice } from '../../../src/networks/ops/shaping.ts';
import { elementCount, type Tensor } from '../../../src/shared/tensor.ts';
import { mulberry32 } from '../../fixtures/fill.ts';
import state from '../../fixtures/parity/erdn/state.json' with { type: 'json' };
import { loadFixture, maxDifference } from '../../support/arrays.ts';
import { runGraph } from '../../support/run-graph.ts';
import { compareTile, noiseParameters } from './support/compare-tile.ts';

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
const lowerings: Lowering[] = ['standard', 'webgpu'];
const unit = (name: string) => loadFixture(`parity/erdn/units/${name}.npy`);

describe('ERDN', () => {
  it('has exactly the tensors of the published state_dict in size paper', () => {
    const published = state.tensors.map(({ name, shape }) => ({ name, dims: shape }));
    expect([...erdn.parameters('paper')].sort(byName)).toEqual(published.sort(byName));
  });

  it('has channels in multiples of 16 in size lite', () => {
    const widths = erdn
      .parameters('lite')
      .filter(({ name }) => name.endsWith('.bias') && !name.includes('conv_offset'))
      .map(({ dims }) => dims[0]!)
      // A packed picture has twelve.
      .filter((width) => width !== 12);
    expect(widths.filter((width) => width % 16 !== 0)).toEqual([]);
  });

  it('has the parameters that the paper reports for one stage, without what is never used', () => {
    const used = erdn
      .parameters('paper')
      .filter(({ name }) => !/_new\.|conv_l4_c|recons_output|get_grad/.test(name))
      .reduce((sum, { dims }) => sum + elementCount(dims), 0);
    expect(used / 1e6).toBeCloseTo(23.02, 1);
  });
});

describe.each(lowerings)('the operations of ERDN through the %s bodies', (lowering) => {
  it('convolve deformably as published', async () => {
    const [image, raw] = [unit('dcn_input'), unit('dcn_raw')];
    const graph = new Graph('test', lowering);
    const rawIn = graph.input('raw', raw.dims);
    const constant = ({ data, dims }: Tensor) => graph.constant({ data, dims });
    const output = deformableConv(
      {
        image: graph.input('image', image.dims),
        weight: constant(unit('dcn_weight')),
        bias: constant(unit('dcn_bias')),
        offset: slice(rawIn, 1, 0, 144),
        mask: sigmoid(slice(rawIn, 1, 144, 216)),
      },
      8,
    );
    graph.output('output', output);
    const result = await runGraph(graph, { image, raw });
    expect(maxDifference(result['output']!.data, unit('dcn_expected').data)).toBeLessThan(1e-5);
  });

  it('convolve deformably a few channels at a time, with offsets computed on the way', async () => {
    const [image, raw] = [unit('dcn_input'), unit('dcn_raw')];
    const graph = new Graph('test', lowering);
    const constant = ({ data, dims }: Tensor) => graph.constant({ data, dims });
    const count = raw.dims[1]!;
    // The predictor hands on what it gets.
    const identity = new Float32Array(count * count * 9);
    for (let channel = 0; channel < count; channel++) identity[(channel * count + channel) * 9 + 4] = 1;
    const output = predictedDeformableConv(
      {
        image: graph.input('image', image.dims),
        from: graph.input('raw', raw.dims),
        weight: constant(unit('dcn_weight')),
        bias: constant(unit('dcn_bias')),
        predictor: {
          weight: constant({ data: identity, dims: [count, count, 3, 3] }),
          bias: constant({ data: new Float32Array(count), dims: [count] }),
        },
      },
      8,
    );
    graph.output('output', output);
    const result = await runGraph(graph, { image, raw });
    expect(maxDifference(result['output']!.data, unit('dcn_expected').data)).toBeLessThan(1e-5);
  });

  it('convolve deformably in bands of rows as in one piece', async () => {
    // More than one band of rows, of which the last is shorter, by an odd number of rows.
    const [channels, groups, height, width] = [16, 2, 69, 128];
    const random = mulberry32(11);
    const fill = (dims: readonly number[], scale: number): Tensor => {
      const draw = () => ((random() >>> 8) / 2 ** 23 - 1) * scale;
      return { data: Float32Array.from({ length: elementCount(dims) }, draw), dims };
    };
    const graph = new Graph('test', lowering);
    const constant = ({ data, dims }: Tensor) => graph.constant({ data, dims });
    const image = graph.input('image', [1, channels, height, width]);
    const from = graph.input('from', [1, channels, height, width]);
    const [weight, bias] = [constant(fill([channels, channels, 3, 3], 0.2)), constant(fill([channels], 0.2))];
    const taps = 9 * groups;
    // Offsets of many pixels, out of the image too.
    const predictor = {
      weight: constant(fill([3 * taps, channels, 3, 3], 3)),
      bias: constant(fill([3 * taps], 3)),
    };
    graph.output('banded', predictedDeformableConv({ image, from, weight, bias, predictor }, groups));
    const raw = convBy(from, predictor.weight, predictor.bias);
    const [offset, mask] = [slice(raw, 1, 0, 2 * taps), sigmoid(slice(raw, 1, 2 * taps, 3 * taps))];
    graph.output('whole', deformableConv({ image, weight, bias, offset, mask }, groups));
    const feeds = { image: fill(image.dims, 1), from: fill(from.dims, 1) };
    const { banded, whole } = await runGraph(graph, feeds);
    expect(maxDifference(banded!.data, whole!.data)).toBeLessThan(1e-4);
  });

  it('make the prior and the gradient map as published', async () => {
    const frames = unit('prior_frames');
    const graph = new Graph('test', lowering);
    const stack = graph.input('frames', frames.dims);
    const part = (index: number) =>
      frames.dims[0] === 3 ? slice(stack, 0, index, index + 1) : slice(stack, 1, 3 * index, 3 * index + 3);
    const prior = sharpnessPrior({ previous: part(0), middle: part(1), next: part(2), divisor: 0.25 });
    graph.output('prior', prior);
    graph.output('gradient', gradientMap(part(1)));
    const result = await runGraph(graph, { frames });
    expect(maxDifference(result['prior']!.data, unit('prior_expected').data)).toBeLessThan(1e-5);
    expect(maxDifference(result['gradient']!.data, unit('gradient_expected').data)).toBeLessThan(1e-5);
  });
});

describe.each(['paper', 'lite'] as const)('a tile of ERDN, size %s', (size) => {
  it('is reconstructed as in the whole frame', async () => {
    const height = erdn.frameMultiple(size);
    const { inside, beside, scale } = await compareTile(erdn, {
      size,
      height,
      parameters: noiseParameters(),
    });
    expect(inside / scale).toBeLessThan(1e-5);
    // The cut does show just beside it, so that the margin is not vacuous.
    expect(beside / scale).toBeGreaterThan(1e-3);
  });
});
