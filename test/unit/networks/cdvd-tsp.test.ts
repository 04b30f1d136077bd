import { describe, expect, it } from 'vitest';
import { buildTrainingStage, cdvdTsp } from '../../../src/networks/archs/cdvd-tsp/cdvd-tsp.ts';
import type { Graph } from '../../../src/networks/graph/graph.ts';
import { elementCount } from '../../../src/shared/tensor.ts';
import state from '../../fixtures/parity/cdvd_tsp/state.json' with { type: 'json' };
import { compareTile, noiseParameters } from './support/compare-tile.ts';

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

/** Multiply-adds of all convolutions as they run, channels of zeros included, from the graph's own shapes. */
function multiplications(graph: Graph, scope = ''): number {
  const parameters = graph.parameters.map(({ name, dims }) => [name, dims] as const);
  const shapes = new Map([...parameters, ...graph.shapes()]);
  return graph.nodes
    .filter(
      (node) => node.scope.includes(scope) && (node.opType === 'Conv' || node.opType === 'ConvTranspose'),
    )
    .reduce((sum, node) => {
      const weight = elementCount(shapes.get(node.inputs[1]!)!);
      // Every input pixel of a transposed convolution, every output pixel of a plain one, meets the whole kernel.
      const pixels = shapes.get(node.opType === 'Conv' ? node.outputs[0]! : node.inputs[0]!)!.slice(2);
      return sum + weight * elementCount(pixels);
    }, 0);
}

describe('CDVD-TSP', () => {
  it('has exactly the tensors of the published state_dict in size paper', () => {
    const published = state.tensors.map(({ name, shape }) => ({ name, dims: shape }));
    expect([...cdvdTsp.parameters('paper')].sort(byName)).toEqual(published.sort(byName));
  });

  it('has the 16.19 million parameters that the paper reports', () => {
    const count = cdvdTsp.parameters('paper').reduce((sum, { dims }) => sum + elementCount(dims), 0);
    expect(count).toBe(16_187_045);
  });

  it('costs at most 0.3 MFLOP per pixel and stage in size lite, flow of both neighbours included', () => {
    const [height, width] = [256, 384];
    const graph = buildTrainingStage({
      program: 'reconstruct',
      size: 'lite',
      batch: 1,
      height,
      width,
      alignCorners: true,
      lowering: 'standard',
    });
    // The training graph extracts the features of three frames, the stream those of the newest one only.
    const repeated = (2 / 3) * multiplications(graph, 'moduleExtractor');
    const flop = (2 * (multiplications(graph) - repeated)) / (height * width);
    expect(flop).toBeGreaterThan(0.25e6);
    expect(flop).toBeLessThan(0.3e6);
  });

  it('has channels in multiples of 16 in size lite', () => {
    const widths = cdvdTsp
      .parameters('lite')
      .filter(({ name }) => name.endsWith('.bias'))
      .map(({ dims }) => dims[0]!)
      // Flows have two channels and a packed picture twelve.
      .filter((width) => width !== 2 && width !== 12);
    expect(widths.filter((width) => width % 16 !== 0)).toEqual([]);
  });

  it.each(['paper', 'lite'] as const)(
    'reconstructs inside a tile as in the whole frame, size %s',
    async (size) => {
      const setup = { size, height: 16, parameters: noiseParameters() };
      const { inside, beside } = await compareTile(cdvdTsp, setup);
      expect(inside).toBeLessThan(1e-4);
      // The cut does show just beside it, so that the margin is not vacuous.
      expect(beside).toBeGreaterThan(1e-3);
    },
  );
});
