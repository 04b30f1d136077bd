import { ShapeError, type Value } from '../../graph/graph.ts';
import { boxFilter } from '../convolution.ts';
import { above, add, exponential, multiply, negate, squareRoot, subtract } from '../elementwise.ts';
import { sumOver } from '../shaping.ts';

export interface AlignedFrames {
  /** Neighbours warped onto the middle frame, and the middle frame itself: N x 3 x H x W. */
  readonly previous: Value;
  readonly middle: Value;
  readonly next: Value;
  /** Validity of each warped neighbour, N x 1 x H x W of zeros and ones; all is valid where absent. */
  readonly masks?: { readonly previous: Value; readonly next: Value };
  /** What the squared differences are divided by: 2 delta^2 in CDVD-TSP, delta^2 in ERDN. */
  readonly divisor: number;
}

/**
 * The temporal sharpness prior of CDVD-TSP (section 3.4, eq. 6-7, as the published code computes it):
 * exp(-sqrt(sum over RGB of sum over frames of (mean5x5(frame) - mean5x5(middle))^2 / divisor)), zero where either
 * neighbour is invalid. 1 means that the pixel looks the same in all three frames, so it is likely sharp. N x 1 x H x W.
 */
export function sharpnessPrior({ previous, middle, next, masks, divisor }: AlignedFrames): Value {
  if (previous.dims.join() !== middle.dims.join() || next.dims.join() !== middle.dims.join())
    throw new ShapeError('SharpnessPrior', middle.graph.scope, 'frames differ in shape', {
      previous: previous.dims,
      middle: middle.dims,
      next: next.dims,
    });
  return middle.graph.ownOperator({
    name: 'SharpnessPrior',
    inputs: [previous, middle, next, ...(masks === undefined ? [] : [masks.previous, masks.next])],
    attributes: { divisor: { float: divisor } },
    body: (_, [before, centre, after, maskBefore, maskAfter]) => {
      const centreMean = boxFilter(centre!, 5);
      const squaredDifference = (frame: Value) => {
        const difference = subtract(boxFilter(frame, 5), centreMean);
        return multiply(difference, difference);
      };
      const total = multiply(add(squaredDifference(before!), squaredDifference(after!)), 1 / divisor);
      const likeness = exponential(negate(squareRoot(sumOver(total, 1))));
      if (maskBefore === undefined || maskAfter === undefined) return likeness;
      return multiply(likeness, above(multiply(maskBefore, maskAfter), 0));
    },
  });
}
