import { LEVELS, type Level } from './alignment.ts';
import type { ErdnSize } from './sizes.ts';

/** Pixels that things may move from a frame to its neighbour without a tile's margin being too small for it. */
const MOTION = 64;

/** Half the side of the window in which the prior compares frames. */
const PRIOR_REACH = 2;

type Radii = Readonly<Record<Level, number>>;

/**
 * How many pixels around a tile its alignment depends on. Where deformable convolutions read is computed from a bounded
 * surrounding, which is counted exactly; how far off they then read is not bounded, so that `MOTION` is added to the way
 * of a neighbour's features.
 */
export function alignmentMargin(size: ErdnSize): number {
  const { packing } = size;
  const centre = centreRadii(size);
  const neighbour = neighbourRadii(size);
  const seen = perLevel((level) => Math.max(centre.levels[level], neighbour[level]));
  const picture = 2 * size.pictureBlocks + 1;
  // The way through the offsets, which sees both pyramids, and the way of what is read at the displaced places.
  const steered = placesRadius(seen) + picture;
  const read = readRadius(neighbour) + picture + Math.ceil(MOTION / packing);
  return packing * Math.max(centre.deblurred, steered, read) + packing - 1 + PRIOR_REACH;
}

function perLevel(radius: (level: Level) => number): Radii {
  return { 1: radius(1), 2: radius(2), 3: radius(3), 4: radius(4) };
}

function neighbourRadii({ extractionBlocks }: ErdnSize): Radii {
  const first = 1 + 2 * extractionBlocks;
  // Two convolutions from a level to the next, the first of them at the finer resolution.
  const [second, third] = [first + 3, first + 9];
  return { 1: first, 2: second, 3: third, 4: third + 12 };
}

function centreRadii({ centre }: ErdnSize): { readonly levels: Radii; readonly deblurred: number } {
  const reach = (centre.kernel - 1) / 2;
  const [full, half, quarter] = centre.blocks.map((blocks) => 2 * reach * blocks) as [number, number, number];
  const first = reach + full;
  const second = first + reach + 2 * half;
  const third = second + 2 * reach + 4 * quarter;
  const deblurred = third + 4 * (quarter + 1) + 2 * (half + 1) + full + reach;
  return { levels: { 1: first, 2: second, 3: third, 4: third + 12 }, deblurred };
}

/** Reach of a dilated spatial pyramid block: its widest branch, in pixels of its level. */
function blockReach(level: Level): number {
  const branch = 4 - level;
  if (branch === 0) return 1;
  const dilation = 2 ** (branch + 1) - 1;
  return 1 + 2 * Math.max(0, (dilation - 3) / 4) + dilation;
}

/** Radius of everything that decides where the taps read, down to the last deformable convolution's result. */
function placesRadius(seen: Radii): number {
  let [offset, feature] = [0, 0];
  for (const level of LEVELS.toReversed()) {
    const step = 2 ** (level - 1);
    const own = seen[level] + blockReach(level) * step;
    // Beside what a coarser level says, of which a pixel on either side is mixed in.
    offset = level === 4 ? own : Math.max(own, offset + 2 * step) + step;
    const read = offset + 2 * step;
    feature = level === 4 ? read : Math.max(read, feature + 2 * step) + step;
  }
  return feature + 4;
}

/** Radius of the features that are read, without how far off. */
function readRadius(neighbour: Radii): number {
  let feature = 0;
  for (const level of LEVELS.toReversed()) {
    const step = 2 ** (level - 1);
    const own = neighbour[level] + step;
    feature = level === 4 ? own : Math.max(own, feature + 2 * step) + step;
  }
  return feature + 1;
}
