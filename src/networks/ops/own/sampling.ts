import type { Graph, Value } from '../../graph/graph.ts';
import { add, minimum, maximum, multiply, negate, subtract } from '../elementwise.ts';
import { slice } from '../shaping.ts';

/**
 * How a normalised sampling grid, built as 2 x / (W - 1) - 1, is read back. `true` (PyTorch up to 0.4, and the
 * meaning the authors trained with): zero flow is the identity. `false` (the default from PyTorch 1.3): the sampled
 * position is x W / (W - 1) - 1/2.
 */
export type AlignCorners = boolean;

/** The displaced pixel coordinates x + flow along one axis ('x' is flow channel 0), N x 1 x H x W, in pixels. */
export function displaced(flow: Value, axis: 'x' | 'y'): Value {
  const channel = axis === 'x' ? 0 : 1;
  return add(slice(flow, 1, channel, channel + 1), pixelCoordinates(flow.graph, flow.dims, axis));
}

/** Where a bilinear sampler really reads along one axis, N x 1 x H x W, in pixels of the image (may lie outside). */
export function sampledPosition(flow: Value, axis: 'x' | 'y', alignCorners: AlignCorners): Value {
  const position = displaced(flow, axis);
  if (alignCorners) return position;
  const size = axisSize(flow.dims, axis);
  return subtract(multiply(position, size / Math.max(size - 1, 1)), 0.5);
}

/** The part of a bilinear sample's weight that falls inside the frame along one axis: 1 inside, 0 a pixel outside. */
export function weightInside(position: Value, size: number): Value {
  const toNearerEdge = minimum(add(position, 1), add(negate(position), size));
  return maximum(minimum(toNearerEdge, 1), 0);
}

export function axisSize(dims: readonly number[], axis: 'x' | 'y'): number {
  return dims[axis === 'x' ? 3 : 2]!;
}

function pixelCoordinates(graph: Graph, dims: readonly number[], axis: 'x' | 'y'): Value {
  const size = axisSize(dims, axis);
  const data = Float32Array.from({ length: size }, (_, index) => index);
  return graph.constant({ data, dims: axis === 'x' ? [1, 1, 1, size] : [1, 1, size, 1] });
}
