import { ShapeError, type Value } from '../graph/graph.ts';
import { imageDims, padZeros } from './shaping.ts';

export interface ConvOptions {
  readonly channels: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly dilation?: number;
}

/**
 * 2-D convolution with bias in the current scope (`weight` [out, in, k, k], `bias` [out]), zero-padded so that
 * stride 1 keeps the size ("same" padding of odd kernels, dilation included).
 */
export function conv(image: Value, { channels, kernel, stride = 1, dilation = 1 }: ConvOptions): Value {
  const { graph } = image;
  const [n, c, h, w] = imageDims('Conv', image);
  const padding = ((kernel - 1) / 2) * dilation;
  const weight = graph.parameter('weight', [channels, c, kernel, kernel]);
  const bias = graph.parameter('bias', [channels]);
  const outputSize = (size: number) =>
    Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
  if (outputSize(h) < 1 || outputSize(w) < 1)
    throw new ShapeError('Conv', graph.scope, 'the image is smaller than the kernel', {
      image: image.dims,
      weight: weight.dims,
    });
  const [input, kernels] = graph.lowering === 'webgpu' ? avoidTriples(image, weight) : [image, weight];
  return graph.node({
    opType: 'Conv',
    inputs: [input, kernels, bias],
    outputs: [{ dims: [n, channels, outputSize(h), outputSize(w)] }],
    attributes: {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      dilations: [dilation, dilation],
      pads: [padding, padding, padding, padding],
    },
  })[0]!;
}

/**
 * ONNX Runtime 1.30's WebGPU `Conv` reads input channels in threes where their number divides by 3 but not by 4, and
 * is then wrong (measured with 81 and 117 channels, as PWC-Net has; onnxruntime issue 29651). Zero channels on image and
 * weight change nothing and lead it past that path. Three channels, an image, are computed rightly.
 */
function avoidTriples(image: Value, weight: Value): [Value, Value] {
  const channels = image.dims[1]!;
  if (channels <= 3 || channels % 3 !== 0 || channels % 4 === 0) return [image, weight];
  const spare = 4 - (channels % 4);
  return [padZeros(image, [0, 0, 0, 0], [0, spare, 0, 0]), padZeros(weight, [0, 0, 0, 0], [0, spare, 0, 0])];
}

export interface TransposedConvOptions {
  readonly channels: number;
  readonly kernel: number;
  readonly padding: number;
  readonly outputPadding?: number;
}

/** Transposed convolution of stride 2 with bias (`weight` [in, out, k, k]): doubles height and width. */
export function transposedConv(image: Value, options: TransposedConvOptions): Value {
  const { channels, kernel, padding, outputPadding = 0 } = options;
  const { graph } = image;
  const [n, c, h, w] = imageDims('ConvTranspose', image);
  const weight = graph.parameter('weight', [c, channels, kernel, kernel]);
  const bias = graph.parameter('bias', [channels]);
  const outputSize = (size: number) => (size - 1) * 2 - 2 * padding + kernel + outputPadding;
  return graph.node({
    opType: 'ConvTranspose',
    inputs: [image, weight, bias],
    outputs: [{ dims: [n, channels, outputSize(h), outputSize(w)] }],
    attributes: {
      kernel_shape: [kernel, kernel],
      strides: [2, 2],
      pads: [padding, padding, padding, padding],
      output_padding: [outputPadding, outputPadding],
    },
  })[0]!;
}

/** Mean over a k x k window with zeros outside the frame (they count: the divisor is always k * k). */
export function boxFilter(image: Value, kernel: number): Value {
  const pad = (kernel - 1) / 2;
  return image.graph.node({
    opType: 'AveragePool',
    inputs: [image],
    outputs: [{ dims: image.dims }],
    attributes: { kernel_shape: [kernel, kernel], pads: [pad, pad, pad, pad], count_include_pad: 1 },
  })[0]!;
}
