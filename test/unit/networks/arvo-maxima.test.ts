import { describe, expect, it } from 'vitest';
import { SIZES } from '../../../src/networks/archs/arvo/sizes.ts';
import { arvo } from '../../../src/networks/archs/arvo/arvo.ts';
import { Graph, type Lowering } from '../../../src/networks/graph/graph.ts';
import type { Look } from '../../../src/networks/looks.ts';
import {
  allRangeAggregation,
  allRangeAggregationWithMaxima,
} from '../../../src/networks/ops/own/all-range-aggregation.ts';
import { elementCount, type Tensor } from '../../../src/shared/tensor.ts';
import { mulberry32 } from '../../fixtures/fill.ts';
import { maxDifference } from '../../support/arrays.ts';
import { runGraph, runModel } from '../../support/run-graph.ts';
import { madeUpWeights, movingPattern } from '../inference/support/made-up-weights.ts';
import { PlainArvo } from './support/plain-arvo.ts';

function noise(dims: readonly number[], seed: number, scale: number): Tensor {
  const random = mulberry32(seed);
  return {
    data: Float32Array.from({ length: elementCount(dims) }, () => (random() / 2 ** 31 - 1) * scale),
    dims,
  };
}

/** Exponentials of all dot products divided by their sum: pixels of the query x candidates. */
function volume(query: Tensor, keys: Tensor): number[][] {
  const channels = query.dims[1]!;
  const [pixels, candidates] = [query.data.length / channels, keys.data.length / channels];
  return Array.from({ length: pixels }, (_, pixel) => {
    const row = Array.from({ length: candidates }, (_, candidate) => {
      let dot = 0;
      for (let c = 0; c < channels; c++)
        dot += query.data[c * pixels + pixel]! * keys.data[c * candidates + candidate]!;
      return Math.exp(dot);
    });
    const total = row.reduce((sum, value) => sum + value, 0);
    return row.map((value) => value / total);
  });
}

async function aggregate(lowering: Lowering, inputs: Record<'query' | 'keys' | 'values', Tensor>) {
  const graph = new Graph('test', lowering);
  const [query, keys, values] = Object.entries(inputs).map(([name, { dims }]) => graph.input(name, dims));
  const { aggregated, maxima } = allRangeAggregationWithMaxima(query!, keys!, values!, 2);
  graph.output('aggregated', aggregated);
  graph.output('maxima', maxima);
  graph.output('plain', allRangeAggregation(query!, keys!, values!));
  const results = await runGraph(graph, inputs);
  return {
    graph,
    aggregated: results['aggregated']!,
    maxima: results['maxima']!,
    plain: results['plain']!,
  };
}

describe.each(['standard', 'webgpu'] as Lowering[])('maxima of the correlation, %s body', (lowering) => {
  it.each([
    ['a single pixel', 1, 1],
    ['an odd number of pixels', 5, 7],
    ['many parts', 60, 100],
  ])('of %s are where and what the plain formula says', async (_what, h, w) => {
    const [kh, kw] = [Math.ceil(h / 2), Math.ceil(w / 2)];
    const [query, keys] = [noise([1, 6, h, w], 1, 1.5), noise([1, 6, kh, kw], 2, 1.5)];
    const values = noise([1, 4, kh, kw], 3, 1);
    const { graph, aggregated, maxima, plain } = await aggregate(lowering, { query, keys, values });
    expect(maxima.dims).toEqual([1, 3, h, w]);
    const expected = new Float32Array(3 * h * w);
    for (const [pixel, row] of volume(query, keys).entries()) {
      const weight = Math.max(...row);
      const best = row.indexOf(weight);
      expected[pixel] = ((best % kw) + 0.5) * 2 - ((pixel % w) + 0.5);
      expected[h * w + pixel] = (Math.floor(best / kw) + 0.5) * 2 - (Math.floor(pixel / w) + 0.5);
      expected[2 * h * w + pixel] = weight;
    }
    expect(maxDifference(maxima.data, expected)).toBeLessThan(1e-5);
    // What the network goes on with is not touched by being looked at.
    expect(maxDifference(aggregated.data, plain.data)).toBe(0);
    const parts = graph.functions[0]!.body.nodes.filter(({ opType }) => opType === 'ArgMax').length;
    expect(parts > 1).toBe(h === 60);
  });
});

describe.each(['lite', 'paper'] as const)('what ARVo %s finds', (size) => {
  const [height, width] = size === 'lite' ? [40, 56] : [12, 20];
  const layers = 2;
  const parameters = madeUpWeights(arvo, size, { layers });
  const frames = movingPattern(3, height, width);
  const aligned = {
    data: Float32Array.from(frames.flatMap((frame) => [...frame])),
    dims: [1, 9, height, width],
  };
  const maximaLook = arvo.looks!.find(({ name }) => name === 'maxima')!;
  const reconstruct = (looks: readonly Look[] | undefined) => {
    const shape = { height, width, alignCorners: true, lowering: 'standard' } as const;
    const request = { program: 'reconstruct', size, options: { layers }, ...shape } as const;
    return runModel(arvo.buildModel({ ...request, parameters, looks }), { aligned });
  };

  it('is told in pixels of the frame, as the paper’s formula has it', async () => {
    const results = await reconstruct([maximaLook]);
    const plain = new PlainArvo(parameters, SIZES[size], layers);
    const cell = 4 * SIZES[size].packing;
    const [rows, columns] = [height / cell, width / cell];
    const [previous, middle, next] = frames.map((data) => ({
      ...{ channels: 3, height, width },
      data: Float64Array.from(data),
    }));
    for (const [label, other] of Object.entries({ previous, middle, next })) {
      const { data, dims } = results[`look_maxima_${label}`]!;
      expect(dims).toEqual([1, 3, rows, columns]);
      const { weights, keys } = plain.likeness(middle!, other!);
      const candidates = keys.height * keys.width;
      for (let pixel = 0; pixel < rows * columns; pixel++) {
        const row = weights.subarray(pixel * candidates, (pixel + 1) * candidates);
        const [dx, dy, weight] = [0, 1, 2].map((channel) => data[channel * rows * columns + pixel]!);
        const x = ((pixel % columns) + 0.5) * cell + dx!;
        const y = (Math.floor(pixel / columns) + 0.5) * cell + dy!;
        const [column, line] = [x / (2 * cell) - 0.5, y / (2 * cell) - 0.5];
        expect([column, line]).toEqual([Math.round(column), Math.round(line)]);
        // Of candidates that are equally alike, any may be named.
        expect(row[line * keys.width + column]).toBeCloseTo(Math.max(...row), 4);
        expect(weight).toBeCloseTo(Math.max(...row), 4);
      }
    }
  });

  it('is computed only when it is asked for, and changes nothing', async () => {
    const [without, seen] = [await reconstruct(undefined), await reconstruct([maximaLook])];
    expect(Object.keys(without)).toEqual(['restored']);
    expect(maxDifference(without['restored']!.data, seen['restored']!.data)).toBe(0);
  });
});
