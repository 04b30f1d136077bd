import type { Value } from '../../graph/graph.ts';

/** Pyramid levels that take part in flow estimation; level L has 1 / 2^(L - 1) of the frame's resolution. */
export const LEVELS = [2, 3, 4, 5, 6] as const;
export type Level = (typeof LEVELS)[number];

/** A frame at one level: what it looks like there, N x 3, and its features. */
export interface FrameLevel {
  readonly image: Value;
  readonly features: Value;
}
export type FramePyramid = Readonly<Record<Level, FrameLevel>>;
