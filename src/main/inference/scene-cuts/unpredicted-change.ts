import type { LumaThumbnail } from './luma-thumbnail.ts';

/** Edge of a block in thumbnail pixels, and how far its match may lie away: an eighth and a sixth of the picture. */
const BLOCK = 8;
const SEARCH = 10;

/**
 * How much of a picture cannot be put together from blocks of another: mean absolute difference per pixel after block
 * matching, 0 for a picture that only moved. The smaller of both directions, so that what merely came into view (or went
 * out of it) counts little.
 */
export function unpredictedChange(first: LumaThumbnail, second: LumaThumbnail): number {
  return Math.min(predictionError(first, second), predictionError(second, first));
}

function predictionError(from: LumaThumbnail, to: LumaThumbnail): number {
  const { width, height } = to;
  let sum = 0;
  for (let top = 0; top < height; top += BLOCK) {
    for (let left = 0; left < width; left += BLOCK) {
      const block = {
        top,
        left,
        bottom: Math.min(height, top + BLOCK),
        right: Math.min(width, left + BLOCK),
      };
      sum += bestMatch(from, to, block);
    }
  }
  return sum / (width * height);
}

interface Block {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** The smallest sum of absolute differences between a block and any place of its size nearby. */
function bestMatch(from: LumaThumbnail, to: LumaThumbnail, { top, left, bottom, right }: Block): number {
  const { width, height } = to;
  let best = difference(from, to, { top, left, bottom, right }, 0, 0, Infinity);
  for (let dy = Math.max(-SEARCH, -top); dy <= Math.min(SEARCH, height - bottom); dy++) {
    for (let dx = Math.max(-SEARCH, -left); dx <= Math.min(SEARCH, width - right); dx++) {
      best = Math.min(best, difference(from, to, { top, left, bottom, right }, dy, dx, best));
    }
  }
  return best;
}

/** Stops at the end of a row once it is more than `enough`. */
function difference(
  { luma: source }: LumaThumbnail,
  { luma: target, width }: LumaThumbnail,
  { top, left, bottom, right }: Block,
  dy: number,
  dx: number,
  enough: number,
): number {
  let sum = 0;
  for (let y = top; y < bottom && sum < enough; y++) {
    const shift = dy * width + dx;
    for (let at = y * width + left; at < y * width + right; at++) {
      sum += Math.abs(source[at + shift]! - target[at]!);
    }
  }
  return sum;
}
