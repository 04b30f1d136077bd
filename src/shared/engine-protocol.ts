import type { WeightsFinding } from './api/weights.ts';
import type { ProblemDescription } from './errors.ts';
import type { EvaluateRequest, EvaluateResult, SynthesiseRequest, SynthesiseResult } from './evaluation.ts';
import type { FrameIndex } from './frame-index.ts';
import type { ClipTime, CutPlace, DeblurSettings, ExportPreset } from './settings.ts';

/**
 * What the engine process and its caller say to each other. The engine does one job at a time: the caller sends a
 * `run`, the engine answers with events and ends with exactly one `done` or `failed`. All paths are absolute.
 */

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

/** A place where networks can run, or the reason why they can't. */
export interface DeviceReport {
  readonly device: string;
  /** Name of the hardware; undefined when the system does not tell. */
  readonly name: string | undefined;
  readonly usable: boolean;
  /** The "GPU" is a program running on the CPU: it works, slowly. */
  readonly software: boolean;
  /** One line: why it can't be used and what to do, or a remark on a usable device. */
  readonly reason: string | undefined;
}

export interface ProbeRequest {
  readonly input: string;
}

/** What a video file holds; times in seconds. */
export interface ClipDescription {
  readonly path: string;
  readonly bytes: number;
  readonly container: string;
  readonly durationSeconds: number | undefined;
  readonly codec: string;
  readonly pixelFormat: string;
  readonly bitDepth: number;
  readonly chroma: string;
  /** As stored, and as shown upright with square pixels. */
  readonly width: number;
  readonly height: number;
  readonly displayWidth: number;
  readonly displayHeight: number;
  /** Degrees clockwise. */
  readonly rotation: number;
  /** As a fraction, for example `30000/1001`; undefined where the rate is unknown. */
  readonly frameRate: string | undefined;
  readonly variableFrameRate: boolean;
  /** From the container, or estimated. */
  readonly frames: number | undefined;
  readonly matrix: string;
  readonly range: string;
  readonly primaries: string;
  readonly transfer: string;
  readonly timecode: string | undefined;
  readonly chapters: number;
  readonly otherStreams: readonly {
    readonly type: string;
    readonly codec: string;
    readonly language: string | undefined;
  }[];
}

/** Finds out what a clip is and when each of its frames is shown. */
export interface ClipIndexRequest {
  readonly input: string;
}

/** A clip with its frames; good as long as the file is as it was. */
export interface ClipIndex {
  readonly clip: ClipDescription;
  /** When the file was last changed, in milliseconds since 1970; with its size it tells whether it still is the same. */
  readonly modified: number;
  readonly index: FrameIndex;
  /** Size of the pictures that are shown, upright, in pixels as stored (their aspect may not be square). */
  readonly width: number;
  readonly height: number;
  /** What a user should know about the clip, one sentence each. */
  readonly notices: readonly string[];
}

/** `raw`: rows of R, G, B, A bytes from the top, A always 255. */
export type PictureFormat = 'raw' | 'packed' | 'png' | 'jpeg';

/** Gives a frame of a clip as a picture for the screen: 8 bits, upright. */
export interface FrameRequest {
  readonly input: string;
  /** Number of the frame in the order of display, from 0. */
  readonly frame: number;
  readonly format: PictureFormat;
  /** Pictures wider than this are scaled down, keeping their shape. */
  readonly maxWidth?: number | undefined;
  /** How many of the frames behind it will probably be asked for next. */
  readonly ahead: number;
  /** A file of the caller's, which takes the bytes of a large picture: much quicker than a message. */
  readonly transfer: string;
}

export interface FrameResult {
  readonly width: number;
  readonly height: number;
  /** The picture, or how many bytes of it lie at the beginning of the transfer file. */
  readonly bytes: Uint8Array<ArrayBuffer> | number;
  /** Whether the file has other frames than its index said, so that the caller has to ask for the index again. */
  readonly reindexed: boolean;
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

/** Compresses a picture: PNG without loss, JPEG for small copies. */
export interface EncodeRequest {
  readonly width: number;
  readonly height: number;
  /** Rows of R, G, B, A bytes from the top; alpha is left out. */
  readonly rgba: Uint8Array<ArrayBuffer>;
  readonly format: 'png' | 'jpeg';
}

/** The sound of a clip as a WAV file that exists only piece by piece: 16-bit PCM, 48 kHz. */
export interface SoundDescription {
  readonly codec: string;
  /** As served: 1 or 2. */
  readonly channels: number;
  /** From the first frame of the picture to the end of picture and sound. */
  readonly durationSeconds: number;
  /** Length of the whole WAV file. */
  readonly bytes: number;
}

/** Looks for the sound that belongs to a clip's picture. */
export interface SoundRequest {
  readonly input: string;
}

export interface SoundResult {
  /** Undefined where the clip has no sound. */
  readonly sound: SoundDescription | undefined;
}

/** Decodes the bytes `from <= i < to` of a clip's sound as a WAV file. */
export interface WaveRequest {
  readonly input: string;
  readonly from: number;
  readonly to: number;
  /** As for frames. */
  readonly transfer: string;
}

export interface WaveResult {
  /** The bytes, or how many of them lie at the beginning of the transfer file. */
  readonly bytes: Uint8Array<ArrayBuffer> | number;
}

/** Reads weight files, and keeps a copy where they fit a network. */
export interface ImportWeightsRequest {
  readonly files: readonly {
    readonly path: string;
    /** What it is called, in messages and afterwards. */
    readonly name: string;
    /** Where it is from, in words or as a path. */
    readonly origin: string;
  }[];
  readonly licence?: string | undefined;
  readonly alignCorners?: boolean | undefined;
}

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

/** Every kind of job with its request and its result. */
export type EngineJobs = {
  readonly export: { readonly request: ExportRequest; readonly result: ExportResult };
  readonly preview: { readonly request: PreviewRequest; readonly result: PreviewResult };
  readonly encode: { readonly request: EncodeRequest; readonly result: Uint8Array<ArrayBuffer> };
  readonly infer: { readonly request: InferRequest; readonly result: InferResult };
  readonly evaluate: { readonly request: EvaluateRequest; readonly result: EvaluateResult };
  readonly synthesise: { readonly request: SynthesiseRequest; readonly result: SynthesiseResult };
  readonly inspect: { readonly request: InspectRequest; readonly result: InspectResult };
  readonly probe: { readonly request: ProbeRequest; readonly result: ClipDescription };
  readonly devices: { readonly request: Record<string, never>; readonly result: DevicesResult };
  readonly 'import-weights': { readonly request: ImportWeightsRequest; readonly result: WeightsFinding };
  readonly index: { readonly request: ClipIndexRequest; readonly result: ClipIndex };
  readonly frame: { readonly request: FrameRequest; readonly result: FrameResult };
  readonly sound: { readonly request: SoundRequest; readonly result: SoundResult };
  readonly wave: { readonly request: WaveRequest; readonly result: WaveResult };
};

export type JobTable = Readonly<Record<string, { readonly request: unknown; readonly result: unknown }>>;

/** What a job is doing; `finishing` covers flushing the encoder and giving the file its final name. */
export type JobPhase =
  'starting' | 'opening' | 'loading' | 'deblurring' | 'copying' | 'comparing' | 'averaging' | 'finishing';

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
  | { readonly type: 'notice'; readonly notice: JobNotice }
  /** A frame that is in the frame cache now. */
  | { readonly type: 'rendered'; readonly number: number };

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
