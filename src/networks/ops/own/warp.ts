import { ShapeError, type Graph, type Value } from '../../graph/graph.ts';
import { add, cast, floor, maximum, minimum, multiply, negate, subtract, atLeast } from '../elementwise.ts';
import { concat, gather, imageDims, reshape, transpose } from '../shaping.ts';
import { axisSize, displaced, sampledPosition, type AlignCorners } from './sampling.ts';

export interface WarpOptions {
  readonly alignCorners: AlignCorners;
  /** What is read outside the frame: zeros, or the nearest pixel of the border. */
  readonly padding: 'zeros' | 'border';
}

/** Samples `image` (N x C x H x W) bilinearly at each pixel displaced by `flow` (N x 2 x H x W, pixels, x then y). */
export function warp(image: Value, flow: Value, options: WarpOptions): Value {
  const [n, , h, w] = imageDims('Warp', image);
  if (flow.dims.join() !== [n, 2, h, w].join())
    throw new ShapeError('Warp', image.graph.scope, 'flow does not fit the image', {
      image: image.dims,
      flow: flow.dims,
    });
  return image.graph.ownOperator({
    name: 'Warp',
    inputs: [image, flow],
    attributes: { align_corners: Number(options.alignCorners), padding: options.padding },
    body: (body, [imageIn, flowIn]) =>
      // A grid in [-1, 1] cannot say how far outside an axis of one pixel is; whole batches are never that small.
      body.lowering === 'webgpu' || (n === 1 && Math.min(h, w) === 1)
        ? gatherBody(body, imageIn!, flowIn!, options)
        : gridSampleBody(imageIn!, flowIn!, options),
  });
}

/** GridSample on the published normalised grid. */
function gridSampleBody(image: Value, flow: Value, { alignCorners, padding }: WarpOptions): Value {
  const normalised = (axis: 'x' | 'y') =>
    subtract(multiply(displaced(flow, axis), 2 / Math.max(axisSize(flow.dims, axis) - 1, 1)), 1);
  const grid = transpose(concat([normalised('x'), normalised('y')]), [0, 2, 3, 1]);
  return image.graph.node({
    opType: 'GridSample',
    inputs: [image, grid],
    outputs: [{ dims: image.dims }],
    attributes: { mode: 'linear', padding_mode: padding, align_corners: Number(alignCorners) },
  })[0]!;
}

/** Four gathers and a blend, for execution providers without GridSample (WebGPU). */
function gatherBody(graph: Graph, image: Value, flow: Value, options: WarpOptions): Value {
  const [n, channels, height, width] = imageDims('Warp', image);
  if (n !== 1)
    throw new ShapeError('Warp', graph.scope, 'the gather body takes a batch of one', { image: image.dims });
  const x = tapsAlong(flow, 'x', options);
  const y = tapsAlong(flow, 'y', options);
  const pixels = reshape(image, [channels, height * width]);
  const rowLength = graph.constant({ data: Int32Array.of(width), dims: [1] });
  const taps = y.flatMap((row) => x.map((column) => ({ row, column })));
  return taps
    .map(({ row, column }) => {
      // Integer arithmetic: float32 cannot number the pixels of an 8K frame.
      const index = add(multiply(row.index, rowLength), column.index);
      const sample = gather(pixels, reshape(index, [height * width]), 1);
      return multiply(reshape(sample, image.dims), multiply(row.weight, column.weight));
    })
    .reduce((sum, tap) => add(sum, tap));
}

interface Tap {
  /** int32, inside the frame. */
  readonly index: Value;
  readonly weight: Value;
}

/** The two taps of linear interpolation along one axis. */
function tapsAlong(flow: Value, axis: 'x' | 'y', { alignCorners, padding }: WarpOptions): [Tap, Tap] {
  const last = axisSize(flow.dims, axis) - 1;
  const clamp = (value: Value) => maximum(minimum(value, last), 0);
  const free = sampledPosition(flow, axis, alignCorners);
  const position = padding === 'border' ? clamp(free) : free;
  const lower = floor(position);
  const upper = add(lower, 1);
  const fraction = subtract(position, lower);
  const tap = (coordinate: Value, weight: Value): Tap => {
    const index = cast(clamp(coordinate), 'int32');
    if (padding === 'border') return { index, weight };
    const inside = multiply(atLeast(coordinate, 0), atLeast(negate(coordinate), -last));
    return { index, weight: multiply(weight, inside) };
  };
  return [tap(lower, add(negate(fraction), 1)), tap(upper, fraction)];
}
