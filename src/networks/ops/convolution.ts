import { ShapeError, type Graph, type Value } from '../graph/graph.ts';
import { add, multiply } from './elementwise.ts';
import {
  concat,
  crop,
  depthToSpace,
  gather,
  imageDims,
  padReflection,
  padZeros,
  reshape,
  slice,
  transpose,
} from './shaping.ts';

export interface ConvOptions {
  readonly channels: number;
  /** One number for a square, else height and width; odd. */
  readonly kernel: number | readonly [number, number];
  readonly stride?: number;
  readonly dilation?: number;
  /** Input channels that the weight has, where the image carries further channels of zeros (`alignChannels`). */
  readonly inputs?: number;
  /** What lies around the image: zeros, or the image mirrored without repeating its edge. */
  readonly padding?: 'zeros' | 'reflection';
  /** Whether each output channel is multiplied by a learned `scale` [out] before the bias is added. */
  readonly scaled?: boolean;
  /** Adds output channels of zeros up to a multiple of 16, as `alignChannels` would, without copying the image. */
  readonly aligned?: boolean;
}

/**
 * 2-D convolution with bias in the current scope (`weight` [out, in, kh, kw], `bias` [out]), zero-padded so that
 * stride 1 keeps the size ("same" padding of odd kernels, dilation included).
 */
export function conv(image: Value, options: ConvOptions): Value {
  const weight = weightOf(image.graph, options.inputs ?? image.dims[1]!, options);
  return convolve(image, weight, options, image.graph.parameter('bias', [options.channels]));
}

/** 3 x 3 convolution of stride 1 with a weight [out, in, 3, 3] and a bias [out] that were computed. */
export function convBy(image: Value, weight: Value, bias: Value): Value {
  return convolve(image, weight, { channels: weight.dims[0]!, kernel: 3 }, bias);
}

/**
 * The convolution of images concatenated along their channels, computed as a sum: nothing is copied, and parts of few
 * channels need not be aligned. `inputs` counts the channels of all parts; the last may have channels of zeros.
 */
export function convOfParts(images: readonly Value[], options: ConvOptions): Value {
  const [{ graph }] = images as readonly [Value];
  const inputs = options.inputs ?? images.reduce((sum, { dims }) => sum + dims[1]!, 0);
  const weight = weightOf(graph, inputs, options);
  let bias: Value | undefined = graph.parameter('bias', [options.channels]);
  let start = 0;
  return images
    .map((image) => {
      const end = Math.min(start + image.dims[1]!, inputs);
      const own = images.length === 1 ? weight : slice(weight, 1, start, end);
      const part = convolve(image, own, options, bias);
      bias = undefined;
      start = end;
      return part;
    })
    .reduce((sum, part) => add(sum, part));
}

function weightOf(graph: Graph, inputs: number, { channels, kernel, scaled = false }: ConvOptions): Value {
  const weight = graph.parameter('weight', [channels, inputs, ...kernelShape(kernel)]);
  return scaled ? multiply(weight, scaleOf(graph, [channels, 1, 1, 1])) : weight;
}

/** The learned scale of each output channel; what is multiplied with it is folded into constants. */
function scaleOf(graph: Graph, dims: readonly number[]): Value {
  return reshape(graph.parameter('scale', [Math.max(...dims)]), dims);
}

function kernelShape(kernel: ConvOptions['kernel']): readonly [number, number] {
  return typeof kernel === 'number' ? [kernel, kernel] : kernel;
}

function convolve(image: Value, weight: Value, options: ConvOptions, bias: Value | undefined): Value {
  const { channels, kernel, stride = 1, dilation = 1 } = options;
  const { graph } = image;
  const [n, , h, w] = imageDims('Conv', image);
  const shape = kernelShape(kernel);
  const margins = shape.map((length) => ((length - 1) / 2) * dilation);
  const outputSize = (size: number) => Math.floor((size - 1) / stride) + 1;
  const isMirrored = options.padding === 'reflection';
  const surrounded = isMirrored ? padReflection(image, margins[0]!, margins[1]!) : image;
  const pads = isMirrored ? [0, 0, 0, 0] : [...margins, ...margins];
  const isBy2 = stride === 1 && dilation === 1 && h % 2 === 0 && w % 2 === 0;
  if (graph.lowering === 'standard' && channels <= FEW && shape[0] > 1 && isBy2 && bias !== undefined)
    return convByQuads(surrounded, widen(weight, 1, surrounded), bias, pads);
  const input = graph.lowering === 'webgpu' ? avoidTriples(surrounded) : surrounded;
  const silent = options.aligned === true ? alignedChannels(channels) - channels : 0;
  return graph.node({
    opType: 'Conv',
    inputs: [
      input,
      appendZeros(widen(weight, 1, input), 0, silent),
      ...(bias === undefined ? [] : [appendZeros(bias, 0, silent)]),
    ],
    outputs: [{ dims: [n, channels + silent, outputSize(h), outputSize(w)] }],
    attributes: {
      kernel_shape: shape,
      strides: [stride, stride],
      dilations: [dilation, dilation],
      pads,
    },
  })[0]!;
}

/** As many output channels, of four pixels, fill a block of ONNX Runtime's fast CPU convolution. */
const FEW = 4;

/**
 * A convolution of few output channels, an image or a flow, for 2 x 2 pixels at once: of stride 2, by a kernel one wider in
 * which every pixel has the weights at a place of its own. ONNX Runtime's CPU provider computes output channels in blocks
 * of 16, and this wastes fewer of them: 5 x 5 to three channels takes a third of the time.
 */
function convByQuads(image: Value, weight: Value, bias: Value, pads: readonly number[]): Value {
  const { graph } = image;
  const [n, , h, w] = imageDims('Conv', image);
  const kernel = [weight.dims[2]! + 1, weight.dims[3]! + 1] as const;
  const places = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ] as const;
  const quads = graph.node({
    opType: 'Conv',
    inputs: [
      image,
      concat(
        places.map(([y, x]) => padZeros(weight, [0, 0, y, x], [0, 0, 1 - y, 1 - x])),
        0,
      ),
      concat(Array<Value>(4).fill(bias), 0),
    ],
    outputs: [
      {
        dims: [
          n,
          4 * weight.dims[0]!,
          (h + pads[0]! + pads[2]! - kernel[0]) / 2 + 1,
          (w + pads[1]! + pads[3]! - kernel[1]) / 2 + 1,
        ],
      },
    ],
    attributes: { kernel_shape: kernel, strides: [2, 2], pads },
  })[0]!;
  return depthToSpace(quads, 2);
}

/** Channels per block of ONNX Runtime's fast CPU convolution (with AVX-512; half of it with AVX2). */
const CHANNEL_BLOCK = 16;

/**
 * Appends channels of zeros up to a multiple of 16. ONNX Runtime's CPU provider runs a convolution in its blocked
 * layout, on all cores, only if the input channels fill whole blocks; PWC-Net's 117 channels cost three times the time
 * of 128. Convolutions of the result name the true number (`inputs`); their weights get zeros too.
 */
export function alignChannels(image: Value): Value {
  const channels = image.dims[1]!;
  return appendZeros(image, 1, alignedChannels(channels) - channels);
}

function alignedChannels(channels: number): number {
  return Math.ceil(channels / CHANNEL_BLOCK) * CHANNEL_BLOCK;
}

/**
 * The same image, brought to the blocked layout in which ONNX Runtime's CPU provider computes convolutions. It keeps to that
 * layout from one operation to the next while every input has it; a chain of residual blocks that begins with another image
 * stays outside, and each of its blocks is converted there and back. The mean of single pixels has the layout and changes
 * nothing.
 */
export function toBlocks(image: Value): Value {
  const { graph, dims } = image;
  if (graph.lowering !== 'standard' || dims[1]! % CHANNEL_BLOCK !== 0) return image;
  return graph.node({
    opType: 'AveragePool',
    inputs: [image],
    outputs: [{ dims }],
    attributes: { kernel_shape: [1, 1] },
  })[0]!;
}

/**
 * ONNX Runtime 1.30's WebGPU `Conv` reads input channels in threes where their number divides by 3 but not by 4, and
 * is then wrong (measured with 81 and 117 channels, as PWC-Net has; onnxruntime issue 29651). A channel of zeros
 * leads it past that path. Three channels, an image, are computed rightly.
 */
function avoidTriples(image: Value): Value {
  const channels = image.dims[1]!;
  if (channels <= 3 || channels % 3 !== 0 || channels % 4 === 0) return image;
  return appendZeros(image, 1, 4 - (channels % 4));
}

/** Appends zeros to a weight's input axis, so that it meets every channel of the image. */
function widen(weight: Value, axis: 0 | 1, image: Value): Value {
  const missing = image.dims[1]! - weight.dims[axis]!;
  if (missing < 0)
    throw new ShapeError('Conv', weight.graph.scope, 'the weight has more input channels than the image', {
      image: image.dims,
      weight: weight.dims,
    });
  return appendZeros(weight, axis, missing);
}

function appendZeros(value: Value, axis: number, count: number): Value {
  const none = value.dims.map(() => 0);
  return count === 0 ? value : padZeros(value, none, none.with(axis, count));
}

export interface TransposedConvOptions {
  readonly channels: number;
  readonly kernel: number;
  readonly padding: number;
  readonly outputPadding?: number;
  /** As for `conv`. */
  readonly inputs?: number;
  readonly scaled?: boolean;
}

/**
 * Transposed convolution of stride 2, kernel 4 and padding 1 of every channel by itself, without bias (`weight`
 * [channels, 1, 4, 4]): doubles height and width.
 */
export function depthwiseUpsample(image: Value): Value {
  const { graph } = image;
  const [n, c, h, w] = imageDims('ConvTranspose', image);
  return graph.node({
    opType: 'ConvTranspose',
    inputs: [image, graph.parameter('weight', [c, 1, 4, 4])],
    outputs: [{ dims: [n, c, 2 * h, 2 * w] }],
    attributes: { kernel_shape: [4, 4], strides: [2, 2], pads: [1, 1, 1, 1], group: c },
  })[0]!;
}

/** Transposed convolution of stride 2 with bias (`weight` [in, out, k, k]): doubles height and width. */
export function transposedConv(image: Value, options: TransposedConvOptions): Value {
  return toBlocks(plainTransposedConv(image, options));
}

function plainTransposedConv(image: Value, options: TransposedConvOptions): Value {
  const { channels, kernel, padding, outputPadding = 0 } = options;
  const { graph } = image;
  const [n, c, h, w] = imageDims('ConvTranspose', image);
  const plain = graph.parameter('weight', [options.inputs ?? c, channels, kernel, kernel]);
  const weight = options.scaled === true ? multiply(plain, scaleOf(graph, [1, channels, 1, 1])) : plain;
  const bias = graph.parameter('bias', [channels]);
  if (graph.lowering === 'standard' && kernel === 4 && padding === 1 && outputPadding === 0)
    return transposedConvByQuads(image, widen(weight, 0, image), bias);
  const outputSize = (size: number) => (size - 1) * 2 - 2 * padding + kernel + outputPadding;
  return graph.node({
    opType: 'ConvTranspose',
    inputs: [image, widen(weight, 0, image), bias],
    outputs: [{ dims: [n, channels, outputSize(h), outputSize(w)] }],
    attributes: {
      kernel_shape: [kernel, kernel],
      strides: [2, 2],
      pads: [padding, padding, padding, padding],
      output_padding: [outputPadding, outputPadding],
    },
  })[0]!;
}

/**
 * A transposed convolution of stride 2, kernel 4 and padding 1 (`weight` [in, out, 4, 4]) as a convolution of stride 1 to
 * blocks of 2 x 2 pixels. Output row 2i - 1 + a (a = 0, 1) has input rows i - 1 and i by kernel rows a + 2 and a, and so
 * for columns: a 2 x 2 kernel for each pixel of a block, as many products in all. Blocks begin a pixel before the frame.
 * ONNX Runtime's CPU provider writes every product of a transposed convolution to memory before it adds them up (for 64
 * channels at 320 x 176, 58 MB); this takes two thirds of the time.
 */
function transposedConvByQuads(image: Value, weight: Value, bias: Value): Value {
  const { graph } = image;
  const [n, c, h, w] = imageDims('ConvTranspose', image);
  const channels = weight.dims[1]!;
  const swap = graph.integers([1, 0]);
  const byPixel = transpose(reshape(weight, [c, channels, 2, 2, 2, 2]), [3, 5, 1, 0, 2, 4]);
  const quads = graph.node({
    opType: 'Conv',
    inputs: [
      image,
      reshape(gather(gather(byPixel, swap, 4), swap, 5), [4 * channels, c, 2, 2]),
      concat(Array<Value>(4).fill(bias), 0),
    ],
    outputs: [{ dims: [n, 4 * channels, h + 1, w + 1] }],
    attributes: { kernel_shape: [2, 2], strides: [1, 1], pads: [1, 1, 1, 1] },
  })[0]!;
  return crop(depthToSpace(quads, 2), 1);
}

/**
 * Mean over a k x k window with zeros outside the frame (they count: the divisor is always k * k). Sums of shifted
 * slices: ONNX Runtime's average pooling of a few channels is ten times slower.
 */
export function boxFilter(image: Value, kernel: number): Value {
  const reach = (kernel - 1) / 2;
  const padded = padZeros(image, [0, 0, reach, reach], [0, 0, reach, reach]);
  const sumAlong = (value: Value, axis: 2 | 3) => {
    const length = image.dims[axis]!;
    const shifted = Array.from({ length: kernel }, (_, shift) => slice(value, axis, shift, shift + length));
    return shifted.reduce((sum, term) => add(sum, term));
  };
  return multiply(sumAlong(sumAlong(padded, 2), 3), 1 / kernel ** 2);
}
