import type { Rational } from '../../shared/time.ts';

/**
 * When every frame of a clip is shown, in the order of display: exactly the frames and times that
 * `VideoReader.frames()` yields. Ticks are whole numbers kept as doubles, so that two hours take a few megabytes.
 */
export interface FrameIndex {
  readonly timeBase: Rational;
  /** Ticks, ascending, one per frame. */
  readonly pts: Float64Array;
  /** Ticks, one per frame. */
  readonly durations: Float64Array;
  /** Timestamps as the decoder tells them; the same array as `pts` unless frames had to be given later times. */
  readonly decoded: Float64Array;
  /** Where decoding may start, ascending; always at least the first frame. */
  readonly keyframes: KeyframeTable;
  /** `packets`: read from the container's index or its packets; `decoded`: every frame was decoded. */
  readonly method: 'packets' | 'decoded';
}

/** Columns of one entry per keyframe, in the order of display. */
export interface KeyframeTable {
  /** Number of the frame in the order of display. */
  readonly frames: Uint32Array;
  /** Decoding timestamps in ticks; NaN where the container gives none. */
  readonly dts: Float64Array;
  /** Byte offset of the packet in the file; -1 where unknown. */
  readonly positions: Float64Array;
}

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
