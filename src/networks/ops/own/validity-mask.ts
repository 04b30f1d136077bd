import type { Value } from '../../graph/graph.ts';
import { above, atLeast, multiply } from '../elementwise.ts';
import { axisSize, sampledPosition, weightInside, type AlignCorners } from './sampling.ts';

export interface MaskOptions {
  readonly alignCorners: AlignCorners;
  /** Frame warps keep a weight of exactly 0.999, feature warps do not (both as published). */
  readonly keepsThreshold: boolean;
}

/**
 * 1 where a bilinear warp by `flow` (N x 2 x H x W, pixels, x then y) reads inside the frame, else 0; N x 1 x H x W.
 *
 * The published code warps an image of ones with zero padding and thresholds at 0.999. That warped value has a
 * closed form, the product over both axes of the weight inside, which is what the body computes.
 */
export function validityMask(flow: Value, { alignCorners, keepsThreshold }: MaskOptions): Value {
  return flow.graph.ownOperator({
    name: 'ValidityMask',
    inputs: [flow],
    attributes: { align_corners: Number(alignCorners), keeps_threshold: Number(keepsThreshold) },
    body: (_, [flowIn]) => {
      const inside = (axis: 'x' | 'y') =>
        weightInside(sampledPosition(flowIn!, axis, alignCorners), axisSize(flowIn!.dims, axis));
      const weight = multiply(inside('x'), inside('y'));
      return keepsThreshold ? atLeast(weight, 0.999) : above(weight, 0.999);
    },
  });
}
