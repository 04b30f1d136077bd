import { describe, expect, it } from 'vitest';
import { Graph, type Lowering } from '../../../src/networks/graph/graph.ts';
import { allRangeAggregation } from '../../../src/networks/ops/own/all-range-aggregation.ts';
import type { Tensor } from '../../../src/shared/tensor.ts';
import { mulberry32 } from '../../fixtures/fill.ts';
import { maxDifference } from '../../support/arrays.ts';
import { runGraph } from '../../support/run-graph.ts';

function noise(dims: readonly number[], seed: number, scale: number): Tensor {
  const random = mulberry32(seed);
  const count = dims.reduce((product, dim) => product * dim, 1);
  return { data: Float32Array.from({ length: count }, () => (random() / 2 ** 31 - 1) * scale), dims };
}

/** The formula as it is printed: exponentials of all dot products, divided by their sum. The whole volume fits here. */
function plain(query: Tensor, keys: Tensor, values: Tensor): Float64Array {
  const channels = query.dims[1]!;
  const [pixels, candidates, depth] = [
    query.data.length / channels,
    keys.data.length / channels,
    values.dims[1]!,
  ];
  const result = new Float64Array(depth * pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const weights = Float64Array.from({ length: candidates }, (_, candidate) => {
      let dot = 0;
      for (let c = 0; c < channels; c++)
        dot += query.data[c * pixels + pixel]! * keys.data[c * candidates + candidate]!;
      return Math.exp(dot);
    });
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let v = 0; v < depth; v++) {
      let sum = 0;
      for (let candidate = 0; candidate < candidates; candidate++)
        sum += weights[candidate]! * values.data[v * candidates + candidate]!;
      result[v * pixels + pixel] = sum / total;
    }
  }
  return result;
}

async function aggregate(lowering: Lowering, query: Tensor, keys: Tensor, values: Tensor) {
  const graph = new Graph('test', lowering);
  const inputs = { query, keys, values };
  const [q, k, v] = Object.entries(inputs).map(([name, { dims }]) => graph.input(name, dims));
  graph.output('aggregated', allRangeAggregation(q!, k!, v!));
  return { graph, result: (await runGraph(graph, inputs))['aggregated']! };
}

describe.each(['standard', 'webgpu'] as Lowering[])('all-range aggregation, %s body', (lowering) => {
  it.each([
    [1, 1, 1, 1],
    [3, 5, 2, 1],
    [8, 12, 4, 6],
  ])('of %i x %i pixels over %i x %i candidates equals the plain formula', async (h, w, kh, kw) => {
    const [query, keys, values] = [
      noise([1, 6, h, w], 1, 1.5),
      noise([1, 6, kh, kw], 2, 1.5),
      noise([1, 4, kh, kw], 3, 1),
    ];
    const { result } = await aggregate(lowering, query, keys, values);
    expect(result.dims).toEqual([1, 4, h, w]);
    expect(maxDifference(result.data, plain(query, keys, values))).toBeLessThan(1e-5);
  });

  it('does not overflow where the printed formula would', async () => {
    const [query, keys, values] = [
      noise([1, 8, 4, 4], 1, 40),
      noise([1, 8, 3, 3], 2, 40),
      noise([1, 2, 3, 3], 3, 1),
    ];
    expect(plain(query, keys, values).every(Number.isFinite)).toBe(false);
    const { result } = await aggregate(lowering, query, keys, values);
    expect(result.data.every(Number.isFinite)).toBe(true);
    // One candidate is by far the likest for every pixel.
    const rounded = new Set(values.data.map((value) => Math.round(value * 1e4)));
    for (const value of result.data) expect(rounded).toContain(Math.round(value * 1e4));
  });

  it('gives the same in many parts: large volumes are never held whole', async () => {
    const [query, keys, values] = [
      noise([1, 2, 40, 120], 1, 1),
      noise([1, 2, 40, 60], 2, 1),
      noise([1, 1, 40, 60], 3, 1),
    ];
    const { graph, result } = await aggregate(lowering, query, keys, values);
    const [body] = graph.functions;
    const products = body!.body.nodes.filter(({ opType }) => opType === 'Softmax');
    expect(products.length).toBeGreaterThan(2);
    expect(maxDifference(result.data, plain(query, keys, values))).toBeLessThan(1e-5);
  });
});
