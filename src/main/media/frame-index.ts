import type { FrameIndex, KeyframeTable } from '../../shared/frame-index.ts';

export type { FrameIndex, KeyframeTable };

/** The last keyframe that is shown at or before a frame, as a row of the table; 0 where there is none. */
export function keyframeRow({ frames }: KeyframeTable, frame: number): number {
  let low = 0;
  let high = frames.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (frames[middle]! <= frame) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The position of a value in ascending numbers; -1 where it is not among them. */
export function findAscending(values: Float64Array, wanted: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const value = values[middle]!;
    if (value === wanted) return middle;
    if (value < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** Whether every value is greater than the one before it, and none is missing (NaN). */
export function isAscending(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!) || (i > 0 && values[i]! <= values[i - 1]!)) return false;
  }
  return true;
}
