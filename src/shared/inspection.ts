import type { DeblurProvenance } from './deblurring.ts';
import type { FrameIndex } from './frame-index.ts';
import type { LookName, LookPartName } from './looks.ts';
import type { CutPlace, DeblurSettings } from './settings.ts';

/** Looks inside a network while it restores a frame. */
export interface InspectRequest {
  readonly input: string;
  /** A frame by its number from 0, or the one that is shown at a time. */
  readonly at: CutPlace;
  readonly deblur: DeblurSettings;
  /** Names of looks that the network has. */
  readonly looks: readonly string[];
  /**
   * A .png or .npy file for one look, or a folder, which gets both of every look. Arrays are parts x C x H x W, float32.
   * Without it, the result has the pictures.
   */
  readonly output?: { readonly path: string; readonly overwrite: boolean } | undefined;
}

export interface InspectedLook {
  readonly name: string;
  readonly title: string;
  readonly files: readonly string[];
  /** One for each frame that it concerns. */
  readonly parts: readonly {
    /** That frame: `previous`, `middle` or `next`. */
    readonly label: string;
    /** 1 x C x H x W. */
    readonly shape: readonly number[];
    /** What full colour, or white, stands for; for flow and offsets in pixels. */
    readonly fullScale: number;
    /** Upright; rows of R, G, B, A bytes from the top. */
    readonly picture?:
      { readonly width: number; readonly height: number; readonly rgba: Uint8Array<ArrayBuffer> } | undefined;
  }[];
}

export interface InspectResult {
  readonly frame: number;
  readonly looks: readonly InspectedLook[];
  readonly deblur: DeblurProvenance;
}

/** Draws what a network shows of a frame, to be laid over it. */
export interface LookRequest {
  readonly input: string;
  readonly index: FrameIndex;
  /** A frame by its number from 0. */
  readonly frame: number;
  /** With everything resolved: no `auto`, weights by their hash. */
  readonly deblur: DeblurSettings;
  /** What the weights must turn out to be. */
  readonly weightsHash: string;
  readonly look: LookName;
}

/** A picture that covers the frame, upright. */
export interface LookPart {
  readonly label: LookPartName;
  /** What full colour, or white, stands for; for flow, offsets and maxima in pixels of the frame. */
  readonly fullScale: number;
  readonly width: number;
  readonly height: number;
  readonly png: Uint8Array<ArrayBuffer>;
}

export interface LookResult {
  /** At least one. At the ends of a shot both neighbours are the same frame, which may be there but once. */
  readonly parts: readonly LookPart[];
}
