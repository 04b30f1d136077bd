import type { Rational } from './time.ts';

/**
 * When every frame of a clip is shown, in the order of display: exactly the frames and times that
 * reading the whole clip yields. Ticks are whole numbers kept as doubles, so that two hours take a few megabytes.
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
