import { describe, expect, it } from 'vitest';
import { Graph } from '../../../src/networks/graph/graph.ts';
import {
  conv,
  transposedConv,
  type ConvOptions,
  type TransposedConvOptions,
} from '../../../src/networks/ops/convolution.ts';
import type { Tensor } from '../../../src/shared/tensor.ts';
import { maxDifference } from '../../support/arrays.ts';
import { runGraph } from '../../support/run-graph.ts';

const INPUTS = 5;

/** A place outside 0..size-1, as what surrounds the image has it; -1 where that is zero. */
function inside(place: number, size: number, padding: ConvOptions['padding']): number {
  if (place >= 0 && place < size) return place;
  if (padding !== 'reflection') return -1;
  return place < 0 ? -place : 2 * (size - 1) - place;
}

/** The definition, written out. */
function plainConvolution(image: Tensor, weight: Tensor, bias: Float32Array, options: ConvOptions) {
  const [, inputs, h, w] = image.dims as [number, number, number, number];
  const [channels, , kernel] = weight.dims as [number, number, number, number];
  const { stride = 1, dilation = 1, padding } = options;
  const reach = ((kernel - 1) / 2) * dilation;
  const result: number[] = [];
  for (let channel = 0; channel < channels; channel += 1)
    for (let y = 0; y < h; y += stride)
      for (let x = 0; x < w; x += stride) {
        let sum = bias[channel]!;
        for (let tap = 0; tap < inputs * kernel * kernel; tap += 1) {
          const input = Math.floor(tap / kernel ** 2);
          const row = inside(y - reach + (Math.floor(tap / kernel) % kernel) * dilation, h, padding);
          const column = inside(x - reach + (tap % kernel) * dilation, w, padding);
          if (row < 0 || column < 0) continue;
          const factor = weight.data[channel * inputs * kernel ** 2 + tap]!;
          sum += factor * image.data[(input * h + row) * w + column]!;
        }
        result.push(sum);
      }
  return Float32Array.from(result);
}

function wave(dims: readonly number[], phase: number): Tensor {
  const count = dims.reduce((product, dim) => product * dim, 1);
  return { data: Float32Array.from({ length: count }, (_, i) => Math.sin(i * 1.3 + phase)), dims };
}

interface Shape extends ConvOptions {
  readonly what: string;
  readonly kernel: number;
  readonly h: number;
  readonly w: number;
}

const shapes: Shape[] = [
  { what: 'an image of 3 x 3 kernels', channels: 3, kernel: 3, h: 8, w: 12 },
  { what: 'an image of 5 x 5 kernels', channels: 3, kernel: 5, h: 6, w: 10 },
  { what: 'a flow of 7 x 7 kernels', channels: 2, kernel: 7, h: 10, w: 8 },
  { what: 'one channel of two pixels a side', channels: 1, kernel: 3, h: 2, w: 2 },
  { what: 'an image of 5 x 5 kernels, mirrored', channels: 3, kernel: 5, h: 6, w: 8, padding: 'reflection' },
  { what: 'an image of odd height', channels: 3, kernel: 3, h: 7, w: 8 },
  { what: 'an image of odd width', channels: 3, kernel: 3, h: 8, w: 7 },
  { what: 'an image of 1 x 1 kernels', channels: 3, kernel: 1, h: 4, w: 6 },
  { what: 'a flow, spread', channels: 2, kernel: 3, h: 8, w: 8, dilation: 2 },
  { what: 'a flow of every other pixel', channels: 2, kernel: 3, h: 8, w: 8, stride: 2 },
  { what: 'many channels', channels: 19, kernel: 3, h: 8, w: 8 },
];

describe('a convolution', () => {
  it.each(shapes)('computes $what as the plain formula does', async (shape) => {
    const { channels, kernel, h, w } = shape;
    const image = wave([1, INPUTS, h, w], 0);
    const weight = wave([channels, INPUTS, kernel, kernel], 1);
    const bias = wave([channels], 2);
    const graph = new Graph('test');
    graph.output('result', conv(graph.input('image', image.dims), shape));
    const parameters = (name: string) => (name === 'weight' ? weight : bias).data;
    const { result } = await runGraph(graph, { image }, parameters);
    const expected = plainConvolution(image, weight, bias.data, shape);
    expect(result!.data).toHaveLength(expected.length);
    expect(maxDifference(result!.data, expected)).toBeLessThan(1e-5);
  });

  it('to few channels computes blocks of pixels at once, which the fast kernels have room for', () => {
    const graph = new Graph('test');
    conv(graph.input('image', [1, 16, 8, 8]), { channels: 3, kernel: 5 });
    const [node] = graph.nodes.filter(({ opType }) => opType === 'Conv');
    expect(node!.attributes).toMatchObject({ kernel_shape: [6, 6], strides: [2, 2] });
  });
});

/** The definition, written out: every input pixel, times the kernel, is added around twice its place. */
function plainTransposed(image: Tensor, weight: Tensor, bias: Float32Array, options: TransposedConvOptions) {
  const [, inputs, h, w] = image.dims as [number, number, number, number];
  const { channels, kernel, padding } = options;
  const result = Float32Array.from(
    { length: channels * 4 * h * w },
    (_, i) => bias[Math.floor(i / (4 * h * w))]!,
  );
  for (let input = 0; input < inputs; input += 1)
    for (let channel = 0; channel < channels; channel += 1)
      for (let pixel = 0; pixel < h * w; pixel += 1)
        for (let tap = 0; tap < kernel ** 2; tap += 1) {
          const y = 2 * Math.floor(pixel / w) - padding + Math.floor(tap / kernel);
          const x = 2 * (pixel % w) - padding + (tap % kernel);
          if (y < 0 || y >= 2 * h || x < 0 || x >= 2 * w) continue;
          const factor = weight.data[(input * channels + channel) * kernel ** 2 + tap]!;
          result[(channel * 2 * h + y) * 2 * w + x]! += factor * image.data[input * h * w + pixel]!;
        }
  return result;
}

describe('a transposed convolution', () => {
  const kinds: (TransposedConvOptions & { what: string; h: number; w: number })[] = [
    { what: 'of 4 x 4 kernels', channels: 6, kernel: 4, padding: 1, h: 5, w: 8 },
    { what: 'of 4 x 4 kernels, to one channel', channels: 1, kernel: 4, padding: 1, h: 4, w: 3 },
    { what: 'of 4 x 4 kernels, of one pixel', channels: 2, kernel: 4, padding: 1, h: 1, w: 1 },
    {
      what: 'of 4 x 4 kernels, of zeros too',
      channels: 3,
      kernel: 4,
      padding: 1,
      h: 3,
      w: 2,
      inputs: INPUTS - 2,
    },
    { what: 'of 3 x 3 kernels', channels: 6, kernel: 3, padding: 1, outputPadding: 1, h: 5, w: 8 },
  ];

  it.each(kinds)('$what doubles an image as the plain formula does', async ({ h, w, ...options }) => {
    const { channels, kernel, inputs = INPUTS } = options;
    const image = wave([1, INPUTS, h, w], 0);
    image.data.fill(0, inputs * h * w);
    const weight = wave([inputs, channels, kernel, kernel], 1);
    const bias = wave([channels], 2);
    const graph = new Graph('test');
    graph.output('result', transposedConv(graph.input('image', image.dims), options));
    const parameters = (name: string) => (name === 'weight' ? weight : bias).data;
    const { result } = await runGraph(graph, { image }, parameters);
    const seen = { ...image, dims: [1, inputs, h, w] };
    const expected = plainTransposed(seen, weight, bias.data, options);
    expect(result!.data).toHaveLength(expected.length);
    expect(maxDifference(result!.data, expected)).toBeLessThan(1e-5);
  });
});
