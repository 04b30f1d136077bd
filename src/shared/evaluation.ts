import type { DeblurProvenance } from './deblurring.ts';
import type { DeblurSettings } from './settings.ts';

/** What the evaluation of restored frames and the making of test material take and give. */

/** Where the frames of a side are: a video file, a folder of pictures, or a folder of clips. All paths are absolute. */
export interface EvaluateRequest {
  readonly blurry: string;
  readonly sharp: string;
  /** Absent: the blurry frames are compared as they are. */
  readonly deblur?: DeblurSettings | undefined;
  /** Whether scores after global alignment are wanted as well. */
  readonly align: boolean;
  /** GoPro: takes `blur_gamma` instead of `blur`. */
  readonly gamma: boolean;
}

/** How close a frame is to the sharp one; PSNR is `Infinity` where they are equal. */
export interface Quality {
  /** Decibels, over R, G and B in [0, 1]. */
  readonly psnr: number;
  /** Mean of the channels, at most 1. */
  readonly ssim: number;
}

/** Quality after gain and translation were taken out. */
export interface AlignedQuality extends Quality {
  /** By how many pixels the frame was moved to the right and down. */
  readonly right: number;
  readonly down: number;
}

export interface FrameQuality extends Quality {
  readonly aligned?: AlignedQuality | undefined;
}

export interface MeanQuality extends Quality {
  readonly aligned?: Quality | undefined;
}

export interface EvaluatedFrame {
  /** The picture's file name, or the frame's number in a video. */
  readonly name: string;
  readonly input: FrameQuality;
  readonly output?: FrameQuality | undefined;
}

export interface EvaluationMean {
  readonly frames: number;
  readonly input: MeanQuality;
  readonly output?: MeanQuality | undefined;
}

export interface EvaluatedClip {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly frames: readonly EvaluatedFrame[];
  readonly mean: EvaluationMean;
}

export interface EvaluateResult {
  /** How the folders were understood, one sentence. */
  readonly layout: string;
  readonly clips: readonly EvaluatedClip[];
  /** Over all frames of all clips. */
  readonly overall: EvaluationMean;
  readonly seconds: number;
  readonly deblur?: DeblurProvenance | undefined;
}

/** How codes become light: a name of a curve, or the clip's own. */
export const TRANSFER_CHOICES = ['clip', 'bt709', 'srgb', 'gamma22', 'linear'] as const;
export type TransferChoice = (typeof TRANSFER_CHOICES)[number];
export type Transfer = Exclude<TransferChoice, 'clip'>;

/** Makes pairs of blurry and sharp pictures out of a clip of many frames per second. All paths are absolute. */
export interface SynthesiseRequest {
  readonly input: string;
  /** A folder that does not exist yet, or is empty. */
  readonly output: string;
  /** Frames that make one blurry picture; odd. */
  readonly average: number;
  /** Frames from one sharp picture to the next: drawn evenly from this range, both ends included. */
  readonly every: { readonly from: number; readonly to: number };
  readonly seed: number;
  readonly transfer: TransferChoice;
  /** Pictures wider than this are scaled down, in linear light. */
  readonly width?: number | undefined;
}

export interface SynthesiseResult {
  readonly output: string;
  readonly pairs: number;
  /** Frames of the clip. */
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly transfer: Transfer;
  readonly seconds: number;
}
