import { elementCount } from '../../shared/tensor.ts';
import { ShapeError, type Value } from '../graph/graph.ts';

/** Joins values along an axis; all other axes must be equal. */
export function concat(values: readonly Value[], axis = 1): Value {
  const [first] = values;
  if (first === undefined) throw new Error('concat of nothing');
  for (const value of values) {
    if (value.dims.some((dim, index) => index !== axis && dim !== first.dims[index]))
      throw new ShapeError('Concat', first.graph.scope, `shapes differ off axis ${axis}`, {
        first: first.dims,
        other: value.dims,
      });
  }
  const dims = first.dims.with(
    axis,
    values.reduce((sum, value) => sum + value.dims[axis]!, 0),
  );
  const outputs = [{ dims, type: first.type }];
  return first.graph.node({ opType: 'Concat', inputs: values, outputs, attributes: { axis } })[0]!;
}

/** Elements start (inclusive) to end (exclusive) of one axis. */
export function slice(value: Value, axis: number, start: number, end: number): Value {
  const { graph } = value;
  if (start < 0 || end > value.dims[axis]! || start >= end)
    throw new ShapeError('Slice', graph.scope, `${start} to ${end} is not inside axis ${axis}`, {
      input: value.dims,
    });
  return graph.node({
    opType: 'Slice',
    inputs: [value, graph.integers([start]), graph.integers([end]), graph.integers([axis])],
    outputs: [{ dims: value.dims.with(axis, end - start), type: value.type }],
  })[0]!;
}

/** Largest value of each 2 x 2 block of pixels, or of what the image's edge leaves of it: N x C x ceil(H/2) x ceil(W/2). */
export function maxPool(image: Value): Value {
  const [n, c, h, w] = imageDims('MaxPool', image);
  return image.graph.node({
    opType: 'MaxPool',
    inputs: [image],
    outputs: [{ dims: [n, c, Math.ceil(h / 2), Math.ceil(w / 2)] }],
    attributes: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
  })[0]!;
}

/** Pixels at even rows and columns: N x C x ceil(H / 2) x ceil(W / 2). */
export function everySecondPixel(image: Value): Value {
  const { graph } = image;
  const [n, c, h, w] = imageDims('Slice', image);
  return graph.node({
    opType: 'Slice',
    inputs: [
      image,
      graph.integers([0, 0]),
      graph.integers([h, w]),
      graph.integers([2, 3]),
      graph.integers([2, 2]),
    ],
    outputs: [{ dims: [n, c, Math.ceil(h / 2), Math.ceil(w / 2)] }],
  })[0]!;
}

export function reshape(value: Value, dims: readonly number[]): Value {
  if (elementCount(dims) !== elementCount(value.dims))
    throw new ShapeError('Reshape', value.graph.scope, 'element counts differ', {
      input: value.dims,
      output: dims,
    });
  return value.graph.node({
    opType: 'Reshape',
    inputs: [value, value.graph.integers(dims)],
    outputs: [{ dims, type: value.type }],
  })[0]!;
}

/** Output axis i is input axis permutation[i]. */
export function transpose(value: Value, permutation: readonly number[]): Value {
  return value.graph.node({
    opType: 'Transpose',
    inputs: [value],
    outputs: [{ dims: permutation.map((axis) => value.dims[axis]!), type: value.type }],
    attributes: { perm: permutation },
  })[0]!;
}

/** An image without `margin` pixels on each side. */
export function crop(image: Value, margin: number): Value {
  const [n, c, h, w] = imageDims('Slice', image);
  const { graph } = image;
  return graph.node({
    opType: 'Slice',
    inputs: [
      image,
      graph.integers([margin, margin]),
      graph.integers([h - margin, w - margin]),
      graph.integers([2, 3]),
    ],
    outputs: [{ dims: [n, c, h - 2 * margin, w - 2 * margin] }],
  })[0]!;
}

/** Zero padding: `before` and `after` give the elements added on each axis. */
export function padZeros(value: Value, before: readonly number[], after: readonly number[]): Value {
  return pad(value, before, after);
}

/** As `padZeros`, with a constant (a scalar of the value's type) instead of zeros where one is given. */
export function pad(value: Value, before: readonly number[], after: readonly number[], fill?: Value): Value {
  const dims = value.dims.map((dim, axis) => dim + before[axis]! + after[axis]!);
  return value.graph.node({
    opType: 'Pad',
    inputs: [value, value.graph.integers([...before, ...after]), ...(fill === undefined ? [] : [fill])],
    outputs: [{ dims, type: value.type }],
  })[0]!;
}

/** An image with `rows` and `columns` on each side that mirror it without repeating its edge. */
export function padReflection(image: Value, rows: number, columns: number): Value {
  const [n, c, h, w] = imageDims('Pad', image);
  if (rows >= h || columns >= w)
    throw new ShapeError('Pad', image.graph.scope, `cannot mirror ${rows} rows and ${columns} columns`, {
      input: image.dims,
    });
  if (rows + columns === 0) return image;
  const margins = [0, 0, rows, columns];
  return image.graph.node({
    opType: 'Pad',
    inputs: [image, image.graph.integers([...margins, ...margins])],
    outputs: [{ dims: [n, c, h + 2 * rows, w + 2 * columns] }],
    attributes: { mode: 'reflect' },
  })[0]!;
}

/** Picks `indices` (any integer shape) along an axis. */
export function gather(value: Value, indices: Value, axis: number): Value {
  const dims = [...value.dims.slice(0, axis), ...indices.dims, ...value.dims.slice(axis + 1)];
  return value.graph.node({
    opType: 'Gather',
    inputs: [value, indices],
    outputs: [{ dims, type: value.type }],
    attributes: { axis },
  })[0]!;
}

/** Sum over one axis, which stays with length 1. */
export function sumOver(value: Value, axis: number): Value {
  return value.graph.node({
    opType: 'ReduceSum',
    inputs: [value, value.graph.integers([axis])],
    outputs: [{ dims: value.dims.with(axis, 1) }],
  })[0]!;
}

/** Largest element along one axis, which stays with length 1. */
export function maximumOver(value: Value, axis: number): Value {
  return value.graph.node({
    opType: 'ReduceMax',
    inputs: [value, value.graph.integers([axis])],
    outputs: [{ dims: value.dims.with(axis, 1) }],
  })[0]!;
}

/** Mean over height and width of each channel: N x C x 1 x 1. */
export function meanOverPixels(value: Value): Value {
  const [n, c] = imageDims('ReduceMean', value);
  return value.graph.node({
    opType: 'ReduceMean',
    inputs: [value, value.graph.integers([2, 3])],
    outputs: [{ dims: [n, c, 1, 1] }],
  })[0]!;
}

/** Batched matrix product of [..., M, K] and [..., K, N] with equal leading axes. */
export function matmul(first: Value, second: Value): Value {
  const rank = first.dims.length;
  const leading = first.dims.slice(0, -2);
  if (
    second.dims.length !== rank ||
    leading.some((dim, axis) => dim !== second.dims[axis]) ||
    first.dims[rank - 1] !== second.dims[rank - 2]
  )
    throw new ShapeError('MatMul', first.graph.scope, 'matrices do not fit', {
      first: first.dims,
      second: second.dims,
    });
  const dims = [...leading, first.dims[rank - 2]!, second.dims[rank - 1]!];
  return first.graph.node({ opType: 'MatMul', inputs: [first, second], outputs: [{ dims }] })[0]!;
}

/** N x C x H x W to N x (C b b) x H/b x W/b: each b x b block of pixels becomes channels (block-major, as ONNX). */
export function spaceToDepth(value: Value, block: number): Value {
  const [n, c, h, w] = imageDims('SpaceToDepth', value);
  if (h % block !== 0 || w % block !== 0)
    throw new ShapeError('SpaceToDepth', value.graph.scope, `not a multiple of ${block}`, {
      input: value.dims,
    });
  const output = [n, c * block * block, h / block, w / block];
  if (value.graph.lowering === 'webgpu') {
    // ONNX Runtime's WebGPU provider has DepthToSpace but not its inverse.
    const blocks = reshape(value, [n, c, h / block, block, w / block, block]);
    return reshape(transpose(blocks, [0, 3, 5, 1, 2, 4]), output);
  }
  return value.graph.node({
    opType: 'SpaceToDepth',
    inputs: [value],
    outputs: [{ dims: output }],
    attributes: { blocksize: block },
  })[0]!;
}

/** The inverse of `spaceToDepth` (ONNX mode DCR). */
export function depthToSpace(value: Value, block: number): Value {
  const [n, c, h, w] = imageDims('DepthToSpace', value);
  if (c % (block * block) !== 0)
    throw new ShapeError('DepthToSpace', value.graph.scope, `channels are no multiple of ${block * block}`, {
      input: value.dims,
    });
  return value.graph.node({
    opType: 'DepthToSpace',
    inputs: [value],
    outputs: [{ dims: [n, c / (block * block), h * block, w * block] }],
    attributes: { blocksize: block, mode: 'DCR' },
  })[0]!;
}

/**
 * Bilinear resize to height x width with half-pixel centres: PyTorch's `interpolate(mode='bilinear',
 * align_corners=False)`. The same size is the identity and adds no node.
 */
export function resizeBilinear(value: Value, height: number, width: number): Value {
  const [n, c, h, w] = imageDims('Resize', value);
  if (h === height && w === width) return value;
  const { graph } = value;
  const noRegion = graph.constant({ data: new Float32Array(0), dims: [0] });
  const noScales = graph.constant({ data: new Float32Array(0), dims: [0] });
  return graph.node({
    opType: 'Resize',
    inputs: [value, noRegion, noScales, graph.integers([n, c, height, width])],
    outputs: [{ dims: [n, c, height, width] }],
    attributes: { mode: 'linear', coordinate_transformation_mode: 'half_pixel' },
  })[0]!;
}

/** Batch, channels, height and width of an image value. */
export function imageDims(opType: string, value: Value): [number, number, number, number] {
  if (value.dims.length !== 4)
    throw new ShapeError(opType, value.graph.scope, 'an N x C x H x W image is wanted', {
      input: value.dims,
    });
  return value.dims as [number, number, number, number];
}
