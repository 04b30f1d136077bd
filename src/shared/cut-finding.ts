import type { FrameIndex } from './frame-index.ts';

/** Looks for the frames of a clip that shots begin with; each is told by a `cut` event as soon as it is found. */
export interface FindCutsRequest {
  readonly input: string;
  readonly index: FrameIndex;
  /** The first frame that is not known yet. */
  readonly from: number;
}

export interface FindCutsResult {
  /** Frames of the clip. */
  readonly frames: number;
}
