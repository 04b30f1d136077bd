import { describe, expect, it } from 'vitest';
import { Graph, type Lowering } from '../../../src/networks/graph/graph.ts';
import { serialise } from '../../../src/networks/graph/serialise.ts';
import { conv } from '../../../src/networks/ops/convolution.ts';
import { add, leakyRelu, relu } from '../../../src/networks/ops/elementwise.ts';
import { correlation } from '../../../src/networks/ops/own/correlation.ts';
import { warp } from '../../../src/networks/ops/own/warp.ts';
import {
  concat,
  depthToSpace,
  resizeBilinear,
  slice,
  spaceToDepth,
} from '../../../src/networks/ops/shaping.ts';
import { maxDifference } from '../../support/arrays.ts';
import { runGraph } from '../../support/run-graph.ts';

describe('the graph builder', () => {
  it('names parameters after the scope they are asked for in', () => {
    const graph = new Graph('test');
    const image = graph.input('image', [1, 3, 8, 8]);
    graph.within('recons_net.inBlock', () =>
      graph.within('0.0', () => conv(image, { channels: 4, kernel: 5 })),
    );
    expect(graph.parameters).toEqual([
      { name: 'recons_net.inBlock.0.0.weight', dims: [4, 3, 5, 5] },
      { name: 'recons_net.inBlock.0.0.bias', dims: [4] },
    ]);
  });

  it('gives the same parameter to every use of its name, and refuses two shapes for one name', () => {
    const graph = new Graph('test');
    const narrow = graph.input('narrow', [1, 3, 8, 8]);
    const wide = graph.input('wide', [1, 5, 8, 8]);
    const shared = (image: typeof narrow) =>
      graph.within('shared', () => conv(image, { channels: 4, kernel: 3 }));
    shared(narrow);
    shared(narrow);
    expect(graph.parameters).toHaveLength(2);
    expect(() => shared(wide)).toThrow(/shared\.weight.*\[4, 3, 3, 3\].*\[4, 5, 3, 3\]/);
  });

  it.each([
    [
      'Add',
      (g: Graph) => add(g.input('a', [1, 3, 4, 6]), g.input('b', [1, 3, 5, 6])),
      '[1, 3, 4, 6]',
      '[1, 3, 5, 6]',
    ],
    [
      'Concat',
      (g: Graph) => concat([g.input('a', [1, 3, 4, 6]), g.input('b', [1, 2, 4, 7])]),
      '[1, 3, 4, 6]',
      '[1, 2, 4, 7]',
    ],
    [
      'Warp',
      (g: Graph) =>
        warp(g.input('a', [1, 3, 4, 6]), g.input('b', [1, 2, 4, 5]), {
          alignCorners: true,
          padding: 'zeros',
        }),
      '[1, 3, 4, 6]',
      '[1, 2, 4, 5]',
    ],
    [
      'Correlation',
      (g: Graph) => correlation(g.input('a', [1, 3, 4, 6]), g.input('b', [1, 4, 4, 6]), 4),
      '[1, 3, 4, 6]',
      '[1, 4, 4, 6]',
    ],
  ])(
    'reports a %s that does not fit with operator, scope and both shapes',
    (operator, build, first, second) => {
      const graph = new Graph('test');
      const building = () => graph.within('recons_net.outBlock', () => build(graph));
      expect(building).toThrow(operator);
      expect(building).toThrow('recons_net.outBlock');
      expect(building).toThrow(first);
      expect(building).toThrow(second);
    },
  );

  it('refuses parameter values of the wrong number', () => {
    const graph = new Graph('test');
    graph.output(
      'result',
      graph.within('layer', () => conv(graph.input('image', [1, 1, 4, 4]), { channels: 2, kernel: 3 })),
    );
    expect(() => serialise(graph, () => new Float32Array(3))).toThrow('layer.weight has 3 values');
  });

  it('writes models that ONNX Runtime computes as written', async () => {
    const graph = new Graph('test');
    const image = graph.input('image', [1, 1, 2, 4]);
    graph.output('packed', spaceToDepth(image, 2));
    graph.output('unpacked', depthToSpace(spaceToDepth(image, 2), 2));
    graph.output('rectified', relu(image));
    graph.output('leaky', leakyRelu(image, 0.5));
    graph.output('right half', slice(image, 3, 2, 4));
    const data = Float32Array.of(1, -2, 3, -4, 5, -6, 7, -8);
    const result = await runGraph(graph, { image: { data, dims: [1, 1, 2, 4] } });
    expect([...result['packed']!.data]).toEqual([1, 3, -2, -4, 5, 7, -6, -8]);
    expect([...result['unpacked']!.data]).toEqual([...data]);
    expect([...result['rectified']!.data]).toEqual([1, 0, 3, 0, 5, 0, 7, 0]);
    expect([...result['leaky']!.data]).toEqual([1, -1, 3, -2, 5, -3, 7, -4]);
    expect([...result['right half']!.data]).toEqual([3, -4, 7, -8]);
  });

  it('packs pixels in the same order through both lowerings', async () => {
    const image = { data: Float32Array.from({ length: 2 * 3 * 4 * 6 }, (_, i) => i), dims: [2, 3, 4, 6] };
    const pack = async (lowering: Lowering) => {
      const graph = new Graph('test', lowering);
      graph.output('packed', spaceToDepth(graph.input('image', image.dims), 2));
      return [...(await runGraph(graph, { image }))['packed']!.data];
    };
    expect(await pack('webgpu')).toEqual(await pack('standard'));
  });

  it('resizes with half-pixel centres, clamped at the edges', async () => {
    const graph = new Graph('test');
    graph.output('twice', resizeBilinear(graph.input('row', [1, 1, 1, 3]), 1, 6));
    const { twice } = await runGraph(graph, { row: { data: Float32Array.of(0, 4, 8), dims: [1, 1, 1, 3] } });
    expect(maxDifference(twice!.data, [0, 1, 3, 5, 7, 8])).toBeLessThan(1e-6);
  });

  it('leads WebGPU past its wrong three-channel convolution without changing the result', async () => {
    const weights = (_: string, dims: readonly number[]) =>
      Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (__, i) => Math.sin(i));
    const feeds = {
      image: { data: Float32Array.from({ length: 9 * 30 }, (_, i) => Math.cos(i)), dims: [1, 9, 5, 6] },
    };
    const results = [];
    for (const lowering of ['standard', 'webgpu'] as const) {
      const graph = new Graph('test', lowering);
      graph.output('result', conv(graph.input('image', [1, 9, 5, 6]), { channels: 4, kernel: 3 }));
      expect(graph.nodes.some(({ opType }) => opType === 'Pad')).toBe(lowering === 'webgpu');
      results.push((await runGraph(graph, feeds, weights))['result']!.data);
    }
    expect(maxDifference(results[0]!, results[1]!)).toBeLessThan(1e-5);
  });
});
