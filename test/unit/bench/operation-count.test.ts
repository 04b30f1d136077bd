import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { networks } from '../../../src/networks/catalogue.ts';
import { Graph, type Value } from '../../../src/networks/graph/graph.ts';
import { serialise } from '../../../src/networks/graph/serialise.ts';
import { ModelProtoSchema } from '../../../src/networks/onnx/onnx_pb.ts';
import {
  alignChannels,
  conv,
  depthwiseUpsample,
  transposedConv,
} from '../../../src/networks/ops/convolution.ts';
import { allRangeAggregation } from '../../../src/networks/ops/own/all-range-aggregation.ts';
import { correlation } from '../../../src/networks/ops/own/correlation.ts';
import { predictedDeformableConv } from '../../../src/networks/ops/own/deformable-conv.ts';
import { matmul } from '../../../src/networks/ops/shaping.ts';
import { elementCount } from '../../../src/shared/tensor.ts';
import { inferShapes } from '../../bench/support/model-shapes.ts';
import { frameWork, programWork } from '../../bench/support/network-work.ts';
import { countOperations } from '../../bench/support/operation-count.ts';

const zeros = (_: string, dims: readonly number[]) => new Float32Array(elementCount(dims));

function modelOf(build: (graph: Graph) => Value): Uint8Array {
  const graph = new Graph('test');
  graph.output('result', build(graph));
  return serialise(graph, zeros);
}

const image = (graph: Graph, channels: number, height: number, width: number, name = 'image') =>
  graph.input(name, [1, channels, height, width]);

describe('the operations of', () => {
  it('a convolution: two for each output and each weight that meets it', () => {
    const model = modelOf((graph) => conv(image(graph, 16, 30, 40), { channels: 24, kernel: 5 }));
    expect(countOperations(model)).toEqual({ convolutions: 2 * (30 * 40) * 24 * (16 * 5 * 5), others: 0 });
  });

  it('a convolution with a stride and kernels that are no squares', () => {
    const model = modelOf((graph) =>
      conv(image(graph, 4, 31, 41), { channels: 6, kernel: [7, 1], stride: 2 }),
    );
    expect(countOperations(model).convolutions).toBe(2 * (16 * 21) * 6 * (4 * 7));
  });

  it('a convolution to which channels of zeros were added: those of the true channels', () => {
    const model = modelOf((graph) =>
      conv(alignChannels(image(graph, 117, 10, 10)), { channels: 20, kernel: 3, inputs: 117, aligned: true }),
    );
    expect(countOperations(model).convolutions).toBe(2 * (10 * 10) * 20 * (117 * 9));
  });

  it('a convolution of several pixels at once: those of the pixels', () => {
    const model = modelOf((graph) => conv(image(graph, 32, 30, 40), { channels: 3, kernel: 5 }));
    expect(countOperations(model).convolutions).toBe(2 * (30 * 40) * 3 * (32 * 5 * 5));
  });

  it('transposed convolutions: two for each input and each weight that it meets', () => {
    const full = modelOf((graph) =>
      transposedConv(image(graph, 8, 10, 12), { channels: 6, kernel: 3, padding: 1, outputPadding: 1 }),
    );
    expect(countOperations(full).convolutions).toBe(2 * (10 * 12) * 8 * (6 * 9));
    const byBlocks = modelOf((graph) =>
      transposedConv(image(graph, 8, 10, 12), { channels: 6, kernel: 4, padding: 1 }),
    );
    expect(countOperations(byBlocks).convolutions).toBe(2 * (10 * 12) * 8 * (6 * 16));
    const depthwise = modelOf((graph) => depthwiseUpsample(image(graph, 8, 10, 12)));
    expect(countOperations(depthwise).convolutions).toBe(2 * (10 * 12) * 8 * 16);
  });

  it('a local correlation: two for each channel of each displacement', () => {
    const model = modelOf((graph) =>
      correlation(image(graph, 32, 9, 20, 'first'), image(graph, 32, 9, 20, 'second'), 4),
    );
    expect(countOperations(model)).toEqual({ convolutions: 0, others: 2 * (9 * 20) * 81 * 32 });
  });

  it('matching all over the frame: two matrix products', () => {
    const model = modelOf((graph) =>
      allRangeAggregation(
        image(graph, 16, 8, 10, 'query'),
        image(graph, 16, 4, 5, 'keys'),
        image(graph, 24, 4, 5, 'values'),
      ),
    );
    expect(countOperations(model)).toEqual({ convolutions: 0, others: 2 * 80 * 20 * 16 + 2 * 80 * 20 * 24 });
  });

  it('a deformable convolution: its own, and those of the convolution that displaces its taps', () => {
    const model = modelOf((graph) =>
      predictedDeformableConv(
        {
          image: image(graph, 16, 8, 8),
          from: image(graph, 12, 8, 8, 'from'),
          weight: graph.parameter('weight', [10, 16, 3, 3]),
          bias: graph.parameter('bias', [10]),
          predictor: {
            weight: graph.parameter('predictor.weight', [27 * 2, 12, 3, 3]),
            bias: graph.parameter('predictor.bias', [27 * 2]),
          },
        },
        2,
      ),
    );
    expect(countOperations(model)).toEqual({
      convolutions: 2 * 64 * (27 * 2) * (12 * 9),
      others: 2 * 64 * 10 * (16 * 9),
    });
  });

  it('a matrix product', () => {
    const model = modelOf((graph) => matmul(graph.input('left', [5, 7]), graph.parameter('right', [7, 3])));
    expect(countOperations(model).others).toBe(2 * 5 * 7 * 3);
  });

  it('the reconstruction of CDVD-TSP, by a formula of its channels 32, 64 and 128', () => {
    const cdvdTsp = networks.find(({ id }) => id === 'cdvd-tsp')!;
    const [a, b, c] = [32, 64, 128];
    // Products per pixel at full, half and quarter resolution: 5 x 5 kernels, three residual blocks of two convolutions.
    const full = 25 * (10 * a + 2 * 6 * a * a + a * 3);
    const half = 25 * (a * b + 2 * 6 * b * b) + 9 * b * a;
    const quarter = 25 * (b * c + 2 * 6 * c * c) + 9 * c * b;
    const work = programWork(cdvdTsp, 'paper', 'reconstruct', { height: 720, width: 1280 });
    expect(work).toEqual({ convolutions: 2 * 1280 * 720 * (full + half / 4 + quarter / 16), others: 0 });
  });

  it('a frame: every program as often as it runs', () => {
    const mlfa = networks.find(({ id }) => id === 'mlfa')!;
    const shape = { height: 64, width: 96 };
    const [single, fuse] = (['reconstruct', 'fuse'] as const).map((program) => {
      const { convolutions, others } = programWork(mlfa, 'lite', program, shape);
      return convolutions + others;
    });
    expect(frameWork(mlfa, 'lite', { reconstruct: 1, fuse: 2 }, shape)).toBe(single! + 2 * fuse!);
  });
});

describe('the shapes inside', () => {
  for (const network of networks) {
    for (const size of network.sizes) {
      it(`${network.id} ${size} lead to the shapes that its programs declare`, () => {
        const setup = { stages: network.stages.max, options: network.options };
        const multiple = network.frameMultiple(size);
        const [height, width] = [9, 14].map((count) => Math.ceil((count * 8) / multiple) * multiple) as [
          number,
          number,
        ];
        for (const program of network.programs(setup)) {
          const request = { program, size, options: network.options, height, width, alignCorners: true };
          const model = network.buildModel({ ...request, lowering: 'standard', parameters: zeros });
          const graph = fromBinary(ModelProtoSchema, model).graph!;
          const shapes = inferShapes(graph);
          expect(graph.output.length).toBeGreaterThan(0);
          for (const { name, type } of graph.output) {
            const declared = type?.value.value?.shape?.dim.map(({ value }) => Number(value.value));
            expect(shapes.of(name)).toEqual(declared);
          }
        }
      });
    }
  }
});

describe('the learned parameters, in millions,', () => {
  // As the papers and the published checkpoints have them; those of ERDN for two stages, those of PVDNet with BIMNet.
  for (const [id, size, millions] of [
    ['cdvd-tsp', 'paper', 16.19],
    ['erdn', 'paper', 46.2],
    ['pvdnet', 'medium', 10.5],
    ['pvdnet', 'large', 23.4],
  ] as const) {
    it(`of ${id} ${size} are ${millions}`, () => {
      const network = networks.find((candidate) => candidate.id === id)!;
      const count = network
        .parameters(size, network.options)
        .reduce((sum, { dims }) => sum + elementCount(dims), 0);
      const digits = String(millions).split('.')[1]!.length;
      expect((count / 1e6).toFixed(digits)).toBe(millions.toFixed(digits));
    });
  }
});
