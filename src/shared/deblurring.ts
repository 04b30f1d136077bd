import type { FrameIndex } from './frame-index.ts';
import type { ClipTime, DeblurSettings, ExportPreset } from './settings.ts';

/** What the jobs that restore frames take and give. All paths are absolute. */

/** What carried out a deblurring: a device with its name and the weights used. */
export interface DeblurProvenance {
  readonly network: string;
  readonly size: string;
  readonly stages: number;
  readonly device: string;
  readonly deviceName: string | undefined;
  /** Name or path, and hash. */
  readonly weights: string;
  readonly weightsHash: string;
}

/**
 * The part of a clip to work on: frames with `in <= t < out`, where t counts from the clip's first frame. A text
 * counts frames (`150f`, a timecode) and is read with the clip's frame rate; see `parseTime`.
 */
export interface RequestedRange {
  readonly in?: ClipTime | string | undefined;
  readonly out?: ClipTime | string | undefined;
}

/** Deblurs a clip into a new file. */
export interface ExportRequest {
  readonly input: string;
  readonly output: string;
  /** Absent: the decoded frames are written as they are. */
  readonly deblur?: DeblurSettings | undefined;
  readonly preset: ExportPreset;
  readonly range: RequestedRange;
  /** Whether an existing output may be replaced. */
  readonly overwrite: boolean;
  /** Whether damaged or missing parts of the input are worked around (and noted) instead of refused. */
  readonly allowDamaged: boolean;
}

export interface ExportResult {
  readonly output: string;
  /** Frames written, which is also the number of source frames in the range. */
  readonly frames: number;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  /** Wall time of the job, and the part of it spent inside the inference runtime. */
  readonly seconds: number;
  readonly inferenceSeconds: number;
  readonly deblur?: DeblurProvenance | undefined;
}

/** Deblurs frames at full strength into the frame cache. */
export interface PreviewRequest {
  readonly input: string;
  readonly index: FrameIndex;
  /** Degrees clockwise from stored to shown. */
  readonly rotation: number;
  /** With everything resolved: no `auto`, weights by their hash. */
  readonly deblur: DeblurSettings;
  /** What the weights must turn out to be. */
  readonly weightsHash: string;
  /** Frames to render, `from <= number < to`, in the order in which they are wanted. */
  readonly ranges: readonly { readonly from: number; readonly to: number }[];
  /** Where frames go: the cache's folder, and what they are kept under. */
  readonly cacheFolder: string;
  readonly clip: string;
  readonly recipe: string;
}

export interface PreviewResult {
  readonly frames: number;
  readonly seconds: number;
  readonly inferenceSeconds: number;
  readonly deblur: DeblurProvenance;
}

/** Runs a network over an array of frames, without any video in between. */
export interface InferRequest {
  /** `.npy`, float32 or float64, N x 3 x H x W, RGB in [0, 1]. */
  readonly input: string;
  /** `.npy`, float32, the same shape; neither rounded nor clamped. */
  readonly output: string;
  readonly deblur: DeblurSettings;
  readonly overwrite: boolean;
}

export interface InferResult {
  readonly output: string;
  /** N, 3, H, W. */
  readonly shape: readonly number[];
  readonly seconds: number;
  readonly inferenceSeconds: number;
  /**
   * The part of `inferenceSeconds` of every result: what ran between the one before and it. The first one's holds what its
   * neighbours need too, and the last ones' are short, for what the clip's end needs is computed by then.
   */
  readonly frameSeconds: readonly number[];
  readonly deblur: DeblurProvenance;
}
