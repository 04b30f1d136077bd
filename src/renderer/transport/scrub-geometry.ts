/** Where frames are on the scrub bar: each has the same width, however long it is shown. */

/** CSS pixels from the left edge of the bar to the start of a frame; fractions are within it. */
export function positionOf(frame: number, frames: number, width: number): number {
  return (frame / Math.max(1, frames)) * width;
}

/** The frame under a point of the bar. */
export function frameAt(x: number, frames: number, width: number): number {
  if (width <= 0) return 0;
  return Math.min(frames - 1, Math.max(0, Math.floor((x / width) * frames)));
}

/** The boundary between frames that is nearest to a point of the bar, 0 to the number of frames. */
export function boundaryAt(x: number, frames: number, width: number): number {
  if (width <= 0) return 0;
  return Math.min(frames, Math.max(0, Math.round((x / width) * frames)));
}

/**
 * CSS pixels from the left edge of the bar to each cut, ascending; of those that lie closer together than a number of
 * pixels only the first.
 */
export function cutPositions(
  cuts: readonly number[],
  frames: number,
  width: number,
  apart: number,
): readonly number[] {
  const positions: number[] = [];
  for (const cut of cuts) {
    const position = positionOf(cut, frames, width);
    if (position - (positions.at(-1) ?? -Infinity) >= apart) positions.push(position);
  }
  return positions;
}

const STEPS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000];

/** Every how many frames there is a mark, so that marks are not nearer to each other than a number of pixels. */
export function markStep(frames: number, width: number, apart: number): number {
  return STEPS.find((step) => positionOf(step, frames, width) >= apart) ?? frames;
}
