import { describe, expect, it } from 'vitest';
import { buildTrainingStage, cdvdTsp } from '../../../src/networks/archs/cdvd-tsp/cdvd-tsp.ts';
import type { Graph } from '../../../src/networks/graph/graph.ts';
import { elementCount } from '../../../src/shared/tensor.ts';
import { mulberry32 } from '../../fixtures/fill.ts';
import state from '../../fixtures/parity/cdvd_tsp/state.json' with { type: 'json' };
import { maxDifference } from '../../support/arrays.ts';
import { runModel } from '../../support/run-graph.ts';

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
      const margin = cdvdTsp.reconstructionMargin(size);
      const multiple = cdvdTsp.frameMultiple(size);
      const start = Math.ceil(margin / multiple) * multiple;
      const [height, width] = [16, 2 * start + 3 * multiple];
      const random = mulberry32(7);
      const values = new Map<string, Float32Array>();
      const parameters = (name: string, dims: readonly number[]) => {
        const bound = Math.sqrt(3 / Math.max(1, elementCount(dims) / dims[0]!));
        const fill = () =>
          Float32Array.from({ length: elementCount(dims) }, () => ((random() >>> 8) / 2 ** 23 - 1) * bound);
        return values.get(name) ?? values.set(name, fill()).get(name)!;
      };
      const run = (data: Float32Array, w: number) =>
        runModel(
          cdvdTsp.buildModel({
            program: 'reconstruct',
            size,
            height,
            width: w,
            alignCorners: true,
            lowering: 'standard',
            parameters,
          }),
          { aligned: { data, dims: [1, 10, height, w] } },
        );
      const frame = Float32Array.from({ length: 10 * height * width }, () => (random() >>> 8) / 2 ** 24);
      const columns = (data: Float32Array, from: number, count: number, rowLength: number) =>
        Float32Array.from(
          { length: (data.length / rowLength) * count },
          (_, i) => data[Math.floor(i / count) * rowLength + from + (i % count)]!,
        );

      // The tile begins at `multiple`; its first column that lies a margin away from the cut must be as in the frame.
      const whole = (await run(frame, width))['restored']!.data;
      const tileWidth = width - multiple;
      const tile = (await run(columns(frame, multiple, tileWidth, width), tileWidth))['restored']!.data;
      const inside = width - start - multiple;
      const difference = maxDifference(
        columns(tile, start, inside, tileWidth),
        columns(whole, start + multiple, inside, width),
      );
      expect(difference).toBeLessThan(1e-4);
      // The cut does show just beside it, so that the margin is not vacuous.
      expect(
        maxDifference(columns(tile, 0, 1, tileWidth), columns(whole, multiple, 1, width)),
      ).toBeGreaterThan(1e-3);
    },
  );
});
