import type { ProblemDescription } from './errors.ts';
import type { ClipRange, DeblurSettings, ExportPreset } from './settings.ts';

/**
 * What the engine process and its caller say to each other. The engine does one job at a time: the caller sends a
 * `run`, the engine answers with events and ends with exactly one `done` or `failed`. All paths are absolute.
 */

/** Deblurs a clip into a new file. */
export interface ExportRequest {
  readonly input: string;
  readonly output: string;
  /** Absent: the decoded frames are written as they are. */
  readonly deblur?: DeblurSettings | undefined;
  readonly preset: ExportPreset;
  readonly range: ClipRange;
  /** Whether an existing output may be replaced. */
  readonly overwrite: boolean;
}

/** What carried out a deblurring: a device with its name and the weights used. */
export interface DeblurProvenance {
  readonly device: string;
  readonly deviceName: string;
  readonly weights: string;
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
  readonly deblur: DeblurProvenance;
}

export interface DevicesResult {
  readonly devices: readonly DeviceReport[];
}

export interface DeviceReport {
  readonly kind: string;
  readonly name: string;
  readonly available: boolean;
  /** Why it can't be used, one line. */
  readonly reason?: string | undefined;
}

/** Every kind of job with its request and its result. */
export type EngineJobs = {
  readonly export: { readonly request: ExportRequest; readonly result: ExportResult };
  readonly infer: { readonly request: InferRequest; readonly result: InferResult };
  readonly devices: { readonly request: Record<string, never>; readonly result: DevicesResult };
};

export type JobTable = { readonly [kind: string]: { readonly request: unknown; readonly result: unknown } };

/** What a job is doing; `finishing` covers flushing the encoder and giving the file its final name. */
export type JobPhase = 'starting' | 'opening' | 'loading' | 'deblurring' | 'copying' | 'finishing';

export interface JobProgress {
  readonly framesDone: number;
  /** Absent while the number of frames is unknown. */
  readonly framesTotal?: number | undefined;
  /** Frames per second over the last few seconds; absent before the first frame. */
  readonly fps?: number | undefined;
  readonly etaSeconds?: number | undefined;
}

/** Something the user should know although the job goes on. */
export interface JobNotice {
  readonly code: string;
  readonly message: string;
}

/** What a caller may show while a job runs. */
export type JobEvent =
  | { readonly type: 'phase'; readonly phase: JobPhase }
  | { readonly type: 'progress'; readonly progress: JobProgress }
  | { readonly type: 'notice'; readonly notice: JobNotice };

export type EngineRequest =
  | { readonly type: 'run'; readonly id: number; readonly kind: string; readonly request: unknown }
  | { readonly type: 'cancel'; readonly id: number };

export type EngineEvent =
  | { readonly type: 'started'; readonly id: number }
  | (JobEvent & { readonly id: number })
  /** A file that exists only while the job runs: whoever outlives the other removes it. */
  | { readonly type: 'temporary'; readonly id: number; readonly path: string }
  | { readonly type: 'done'; readonly id: number; readonly result: unknown }
  | {
      readonly type: 'failed';
      readonly id: number;
      readonly problem: ProblemDescription;
      readonly stack?: string | undefined;
    };
