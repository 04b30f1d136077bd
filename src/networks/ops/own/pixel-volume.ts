import { ShapeError, type Graph, type Value } from '../../graph/graph.ts';
import { add, cast, maximum, minimum, multiply, selectAbove } from '../elementwise.ts';
import { concat, gather, imageDims, pad, padZeros, reshape, slice } from '../shaping.ts';
import { displaced } from './sampling.ts';

/** Candidates reach this far from the pixel that the flow points to; 5 x 5 of them. */
const REACH = 2;
const SPAN = 2 * REACH + 1;
/** Positions are cut off this far outside the frame, where every candidate is invalid as it would be farther out. */
const OUTSIDE = REACH + 2;
/** Border of the image that is gathered from: no candidate of a cut-off position leaves it. */
const BORDER = OUTSIDE + REACH;
/** Marks a pixel of that image which may not be read. Far above any gray value, and an ordinary number. */
const INVALID = 1e30;

/**
 * PVDNet's pixel volume (section 3.2, k = 5, as the published code computes it): for every pixel of the current frame
 * 25 gray candidates from the previous result. N x 1 x H x W gray images and an N x 2 x H x W flow from the current
 * frame to the previous one in pixels; N must be 1. The result is 1 x 25 x H x W.
 *
 * Channel (i + 2) * 5 + (j + 2) belongs to the shift (x: i, y: j). At pixel p, with q = p - (i, j), it holds the
 * previous result at trunc(q + flow(q)) + (i, j), truncated towards zero; the current frame at p where that position
 * is not inside the frame's outermost ring; and 0 where q is outside the frame.
 */
export function pixelVolume(previous: Value, current: Value, flow: Value): Value {
  const [n, , h, w] = imageDims('PixelVolume', flow);
  if (n !== 1 || [previous, current].some(({ dims }) => dims.join() !== [1, 1, h, w].join()))
    throw new ShapeError('PixelVolume', flow.graph.scope, 'gray images of a batch of one are wanted', {
      previous: previous.dims,
      current: current.dims,
      flow: flow.dims,
    });
  return flow.graph.ownOperator({
    name: 'PixelVolume',
    inputs: [previous, current, flow],
    body: (graph, [previousIn, currentIn, flowIn]) => gatherBody(graph, previousIn!, currentIn!, flowIn!),
  });
}

/**
 * One gather for all candidates, from an image that says itself what may be read: the previous result with a border,
 * where the border and the outermost ring are marked `INVALID`, followed by rows of zeros for positions q that are
 * outside the frame.
 */
function gatherBody(graph: Graph, previous: Value, current: Value, flow: Value): Value {
  const [, , h, w] = imageDims('PixelVolume', flow);
  const rowLength = w + 2 * BORDER;
  const integer = (value: number) => graph.constant({ data: Int32Array.of(value), dims: [1] });

  const inner = innerImage(graph, previous, h, w);
  const framed = pad(
    inner.image,
    [0, 0, BORDER + inner.ring, BORDER + inner.ring],
    [0, 0, BORDER + inner.ring, BORDER + inner.ring],
    graph.scalar(INVALID),
  );
  const source = reshape(padZeros(framed, [0, 0, 0, 0], [0, 0, SPAN, 0]), [
    (h + 2 * BORDER + SPAN) * rowLength,
  ]);
  const zeroIndex = (h + 2 * BORDER + REACH) * rowLength + REACH;

  const target = (axis: 'x' | 'y', size: number) =>
    cast(maximum(minimum(displaced(flow, axis), size - 1 + OUTSIDE), -OUTSIDE), 'int32');
  // Integer arithmetic: float32 cannot number the pixels of an 8K frame.
  const base = add(
    add(multiply(target('y', h), integer(rowLength)), target('x', w)),
    integer(BORDER * rowLength + BORDER),
  );
  const margins = [0, 0, REACH, REACH];
  const fill = graph.constant({ data: Int32Array.of(zeroIndex), dims: [] });
  const surrounded = pad(base, margins, margins, fill);
  // Channel i, then j, of q = p - (i, j): shifted first along y for all rows, then along x.
  const shifted = (value: Value, axis: 2 | 3, length: number) =>
    Array.from({ length: SPAN }, (_, shift) => integerSlice(value, axis, SPAN - 1 - shift, length));
  const columns = concat(shifted(surrounded, 2, h));
  const indices = concat(shifted(columns, 3, w));
  const offsets = Int32Array.from({ length: SPAN ** 2 }, (_, channel) => {
    const [i, j] = [Math.floor(channel / SPAN) - REACH, (channel % SPAN) - REACH];
    return j * rowLength + i;
  });
  const candidates = gather(
    source,
    add(indices, graph.constant({ data: offsets, dims: [1, SPAN ** 2, 1, 1] })),
    0,
  );
  return selectAbove(candidates, INVALID / 2, current, candidates);
}

/** The part of an image that candidates may be read from, and how wide the ring around it is; tiny images have none. */
function innerImage(graph: Graph, image: Value, h: number, w: number): { image: Value; ring: number } {
  if (Math.min(h, w) > 2) return { image: slice(slice(image, 2, 1, h - 1), 3, 1, w - 1), ring: 1 };
  return { image: add(multiply(image, 0), graph.scalar(INVALID)), ring: 0 };
}

/** `length` elements of an axis. ONNX Runtime's WebGPU provider cannot slice integers, but gather them. */
function integerSlice(value: Value, axis: number, start: number, length: number): Value {
  const { graph } = value;
  if (graph.lowering !== 'webgpu') return slice(value, axis, start, start + length);
  const indices = Int32Array.from({ length }, (_, index) => start + index);
  return gather(value, graph.constant({ data: indices, dims: [length] }), axis);
}
