import { ShapeError, type Graph, type Value } from '../../graph/graph.ts';
import { convBy } from '../convolution.ts';
import {
  add,
  atLeast,
  cast,
  floor,
  maximum,
  minimum,
  multiply,
  negate,
  sigmoid,
  subtract,
} from '../elementwise.ts';
import { concat, gather, imageDims, matmul, reshape, slice, transpose } from '../shaping.ts';

const KERNEL = 3;
const TAPS = KERNEL ** 2;

export interface DeformableConvInputs {
  /** N x C x H x W. */
  readonly image: Value;
  /** [out, C, 3, 3]. */
  readonly weight: Value;
  /** [out]. */
  readonly bias: Value;
  /** N x (groups * 9 * 2) x H x W: for each group and tap how far it is displaced, y then x, in pixels. */
  readonly offset: Value;
  /** N x (groups * 9) x H x W: what each tap's sample is multiplied with. */
  readonly mask: Value;
}

/**
 * Modulated deformable 3 x 3 convolution (DCNv2), stride 1, padding 1: every tap of every pixel reads, bilinearly and
 * with zeros outside, at a place of its own, which the C / groups channels of a group share. N x out x H x W.
 */
export function deformableConv(inputs: DeformableConvInputs, groups: number): Value {
  const { image, weight, bias, offset, mask } = inputs;
  const [n, c, h, w] = imageDims('DeformableConv', image);
  const fits =
    offset.dims.join() === [n, groups * TAPS * 2, h, w].join() &&
    mask.dims.join() === [n, groups * TAPS, h, w].join() &&
    weight.dims.slice(1).join() === [c, KERNEL, KERNEL].join() &&
    c % groups === 0;
  if (!fits)
    throw new ShapeError('DeformableConv', image.graph.scope, 'the inputs do not fit', {
      image: image.dims,
      weight: weight.dims,
      offset: offset.dims,
      mask: mask.dims,
    });
  return image.graph.ownOperator({
    name: 'DeformableConv',
    inputs: [image, weight, bias, offset, mask],
    attributes: { groups },
    body: (graph, [imageIn, weightIn, biasIn, offsetIn, maskIn]) => {
      const values = {
        ...{ image: imageIn!, weight: weightIn!, bias: biasIn! },
        ...{ offset: offsetIn!, mask: maskIn! },
      };
      return graph.lowering === 'webgpu'
        ? gatherBody(graph, values, groups)
        : standardBody(graph, values, groups);
    },
  });
}

export interface PredictedDeformableConvInputs extends Pick<
  DeformableConvInputs,
  'image' | 'weight' | 'bias'
> {
  /** N x C' x H x W: where the taps read is computed from this. */
  readonly from: Value;
  /**
   * The convolution that computes it: weight [groups * 9 * 3, C', 3, 3], bias [groups * 9 * 3]; first the channels of the
   * offsets, then those of the masks before their sigmoid.
   */
  readonly predictor: { readonly weight: Value; readonly bias: Value };
}

/**
 * `deformableConv` with offsets and masks that a convolution computes from a feature. They are many times the image, and
 * so is what is read for them: where they can be, they are computed for a few rows at a time.
 */
export function predictedDeformableConv(inputs: PredictedDeformableConvInputs, groups: number): Value {
  const { image, from, weight, bias, predictor } = inputs;
  const channels = image.dims[1]!;
  if (
    image.dims.with(1, 0).join() !== from.dims.with(1, 0).join() ||
    predictor.weight.dims.join() !== [3 * groups * TAPS, from.dims[1], KERNEL, KERNEL].join() ||
    weight.dims.slice(1).join() !== [channels, KERNEL, KERNEL].join() ||
    channels % groups !== 0
  )
    throw new ShapeError('PredictedDeformableConv', image.graph.scope, 'the inputs do not fit', {
      image: image.dims,
      from: from.dims,
      weight: weight.dims,
      predictor: predictor.weight.dims,
    });
  return image.graph.ownOperator({
    name: 'PredictedDeformableConv',
    inputs: [image, from, weight, bias, predictor.weight, predictor.bias],
    attributes: { groups },
    body: (graph, [imageIn, fromIn, weightIn, biasIn, predictorWeight, predictorBias]) => {
      const values = { image: imageIn!, weight: weightIn!, bias: biasIn! };
      const prediction = { from: fromIn!, weight: predictorWeight!, bias: predictorBias! };
      if (graph.lowering !== 'webgpu') return bandedBody(graph, values, prediction, groups);
      // Gathering takes hundreds of nodes, which are long to load, and no buffer of all samples.
      const raw = convBy(prediction.from, prediction.weight, prediction.bias);
      return gatherBody(graph, { ...values, ...offsetsAndMasks(raw, groups) }, groups);
    },
  });
}

function offsetsAndMasks(raw: Value, groups: number): { readonly offset: Value; readonly mask: Value } {
  const taps = groups * TAPS;
  return { offset: slice(raw, 1, 0, 2 * taps), mask: sigmoid(slice(raw, 1, 2 * taps, 3 * taps)) };
}

interface Prediction {
  readonly from: Value;
  readonly weight: Value;
  readonly bias: Value;
}

/**
 * Pixels of a band. ONNX Runtime writes down where and with which shares each tap of each pixel of a node reads, and
 * reads that again for every channel of a group: nine taps of 32 bytes. While that stays in a core's cache of a megabyte,
 * sampling is twice as fast as with a node for a frame of 320 x 176, and needs a small part of the memory.
 */
const BAND_PIXELS = 2560;

/**
 * Each band is half a dozen nodes, which take time to load. And where no arena keeps memory, the C library's allocator
 * falls to pieces between many blocks of some megabytes: with 48 bands, frames of 960 x 544 took twice the memory.
 */
const MOST_BANDS = 24;

interface Parts {
  readonly offset: Value;
  readonly mask: Value;
}

/**
 * Bands of rows one after another. A node for some rows still reads from the whole image, to which offsets may lead from
 * everywhere: `DeformConv` has as many rows as its kernel, spread by its dilation, leaves room for in the image. A band's
 * kernel is spread that far, and the offsets of its three rows of taps begin with what leads them back to the band.
 */
function bandedBody(
  graph: Graph,
  { image, weight, bias }: Pick<DeformableConvInputs, 'image' | 'weight' | 'bias'>,
  { from, ...predictor }: Prediction,
  groups: number,
): Value {
  const [n, , h, w] = imageDims('PredictedDeformableConv', image);
  const rows = Math.min(h, Math.max(Math.ceil(h / MOST_BANDS), Math.floor(BAND_PIXELS / w)));
  // A convolution for each: what one gives would have to be taken apart again, and a sigmoid is free right behind one.
  const [weights, biases] = [predictor.weight, predictor.bias].map((value) => ({
    offset: slice(value, 0, 0, 2 * groups * TAPS),
    mask: slice(value, 0, 2 * groups * TAPS, 3 * groups * TAPS),
  })) as [Parts, Parts];
  const bands = Array.from({ length: Math.ceil(h / rows) }, (_, index) => {
    const start = index * rows;
    const end = Math.min(h, start + rows);
    const isWhole = end - start === h;
    // The rest of the image must be of an even number of rows: one of zeros below it changes nothing.
    const below = isWhole ? 1 : (h - (end - start)) % 2;
    const dilation = isWhole ? 1 : (h - (end - start) + below) / 2;
    const above = isWhole ? 1 : 0;
    const back = Float32Array.from({ length: 2 * groups * TAPS }, (_, channel) => {
      const isVertical = channel % 2 === 0;
      const row = Math.floor((Math.floor(channel / 2) % TAPS) / KERNEL);
      return isVertical ? start + row - 1 - (row * dilation - above) : 0;
    });
    const surrounding = slice(from, 2, Math.max(0, start - 1), Math.min(h, end + 1));
    const predicted = (kernel: Value, shift: Value) =>
      graph.node({
        opType: 'Conv',
        inputs: [surrounding, kernel, shift],
        outputs: [{ dims: [n, kernel.dims[0]!, end - start, w] }],
        attributes: {
          kernel_shape: [KERNEL, KERNEL],
          pads: [start === 0 ? 1 : 0, 1, end === h ? 1 : 0, 1],
        },
      })[0]!;
    const leading = graph.constant({ data: back, dims: [back.length] });
    const offset = predicted(weights.offset, isWhole ? biases.offset : add(biases.offset, leading));
    const mask = sigmoid(predicted(weights.mask, biases.mask));
    return graph.node({
      opType: 'DeformConv',
      inputs: [image, weight, offset, bias, mask],
      outputs: [{ dims: [n, weight.dims[0]!, end - start, w] }],
      attributes: {
        kernel_shape: [KERNEL, KERNEL],
        pads: [above, 1, below, 1],
        dilations: [dilation, 1],
        offset_group: groups,
      },
    })[0]!;
  });
  return concat(bands, 2);
}

/**
 * A sum over the groups of channels: ONNX Runtime lays out all samples of a node before it multiplies, nine times the
 * image, and where they are read, as much again; that is what large frames would fail for.
 */
function standardBody(graph: Graph, inputs: DeformableConvInputs, groups: number): Value {
  const { image, weight, bias, offset, mask } = inputs;
  const width = image.dims[1]! / groups;
  const noBias = graph.constant({ data: new Float32Array(weight.dims[0]!), dims: [weight.dims[0]!] });
  return Array.from({ length: groups }, (_, group) => {
    const share = (value: Value, size: number) =>
      value.dims[1] === size ? value : slice(value, 1, group * size, (group + 1) * size);
    return graph.node({
      opType: 'DeformConv',
      inputs: [
        share(image, width),
        share(weight, width),
        share(offset, TAPS * 2),
        group === 0 ? bias : noBias,
        share(mask, TAPS),
      ],
      outputs: [{ dims: image.dims.with(1, weight.dims[0]!) }],
      attributes: { kernel_shape: [KERNEL, KERNEL], pads: [1, 1, 1, 1], offset_group: 1 },
    })[0]!;
  }).reduce((sum, part) => add(sum, part));
}

/** For execution providers without DeformConv (WebGPU): per tap four gathers of a group's channels, and a product. */
function gatherBody(graph: Graph, inputs: DeformableConvInputs, groups: number): Value {
  const { image, weight, bias, offset, mask } = inputs;
  const [n, c, h, w] = imageDims('DeformableConv', image);
  if (n !== 1)
    throw new ShapeError('DeformableConv', graph.scope, 'the gather body takes a batch of one', {
      image: image.dims,
    });
  const pixels = h * w;
  const width = c / groups;
  const outputs = weight.dims[0]!;
  const integers = (values: readonly number[], dims: readonly number[]) =>
    graph.constant({ data: Int32Array.from(values), dims });
  // One row for each group and pixel, holding the group's channels.
  const rows = reshape(transpose(reshape(image, [groups, width, pixels]), [0, 2, 1]), [
    groups * pixels,
    width,
  ]);
  const groupStart = integers(
    Array.from({ length: groups }, (_, group) => group * pixels),
    [groups, 1],
  );
  const offsets = reshape(offset, [groups, TAPS * 2, pixels]);
  const masks = reshape(mask, [groups, TAPS, pixels]);
  const kernels = reshape(weight, [outputs, c, TAPS]);
  const at = (axis: 'x' | 'y', tap: number) => {
    const [channel, shift] = axis === 'y' ? [0, Math.floor(tap / KERNEL) - 1] : [1, (tap % KERNEL) - 1];
    const moved = slice(offsets, 1, 2 * tap + channel, 2 * tap + channel + 1);
    const own = Float32Array.from(
      { length: pixels },
      (_, pixel) => shift + (axis === 'y' ? Math.floor(pixel / w) : pixel % w),
    );
    const position = add(reshape(moved, [groups, pixels]), graph.constant({ data: own, dims: [1, pixels] }));
    return corners(position, axis === 'y' ? h : w);
  };
  let sum: Value | undefined;
  for (let tap = 0; tap < TAPS; tap += 1) {
    const modulation = reshape(slice(masks, 1, tap, tap + 1), [groups, pixels]);
    const sampled = at('y', tap)
      .flatMap((row) =>
        at('x', tap).map((column) => {
          // Integer arithmetic: float32 cannot number the pixels of an 8K frame.
          const index = add(add(multiply(row.index, integers([w], [1])), column.index), groupStart);
          const share = multiply(multiply(row.weight, column.weight), modulation);
          return multiply(gather(rows, index, 0), reshape(share, [groups, pixels, 1]));
        }),
      )
      .reduce((total, corner) => add(total, corner));
    const samples = reshape(transpose(sampled, [0, 2, 1]), [c, pixels]);
    const product = matmul(reshape(slice(kernels, 2, tap, tap + 1), [outputs, c]), samples);
    sum = sum === undefined ? product : add(sum, product);
  }
  return reshape(add(sum!, reshape(bias, [outputs, 1])), [1, outputs, h, w]);
}

/** The two neighbours of a position along an axis, int32 and inside it, with their shares (0 outside). */
function corners(position: Value, size: number): { readonly index: Value; readonly weight: Value }[] {
  const lower = floor(position);
  const fraction = subtract(position, lower);
  return [
    { coordinate: lower, weight: add(negate(fraction), 1) },
    { coordinate: add(lower, 1), weight: fraction },
  ].map(({ coordinate, weight }) => {
    const inside = multiply(atLeast(coordinate, 0), atLeast(negate(coordinate), 1 - size));
    const index = cast(maximum(minimum(coordinate, size - 1), 0), 'int32');
    return { index, weight: multiply(weight, inside) };
  });
}
