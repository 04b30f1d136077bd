import type { WeightsFinding } from './api/weights.ts';
import type { ClipDescription, ClipIndex, ClipIndexRequest, ProbeRequest } from './clip-description.ts';
import type { EncodeRequest, FrameRequest, FrameResult } from './clip-frames.ts';
import type { SoundRequest, SoundResult, WaveRequest, WaveResult } from './clip-sound.ts';
import type { FindCutsRequest, FindCutsResult } from './cut-finding.ts';
import type {
  ExportRequest,
  ExportResult,
  InferRequest,
  InferResult,
  PreviewRequest,
  PreviewResult,
} from './deblurring.ts';
import type { DevicesResult } from './devices.ts';
import type { ProblemDescription } from './errors.ts';
import type { EvaluateRequest, EvaluateResult, SynthesiseRequest, SynthesiseResult } from './evaluation.ts';
import type { InspectRequest, InspectResult, LookRequest, LookResult } from './inspection.ts';
import type { ImportWeightsRequest } from './weights-import.ts';

/**
 * What the engine process and its caller say to each other. The engine does one job at a time: the caller sends a
 * `run`, the engine answers with events and ends with exactly one `done` or `failed`. All paths are absolute.
 */

/** Every kind of job with its request and its result. */
export type EngineJobs = {
  readonly export: { readonly request: ExportRequest; readonly result: ExportResult };
  readonly preview: { readonly request: PreviewRequest; readonly result: PreviewResult };
  readonly encode: { readonly request: EncodeRequest; readonly result: Uint8Array<ArrayBuffer> };
  readonly infer: { readonly request: InferRequest; readonly result: InferResult };
  readonly evaluate: { readonly request: EvaluateRequest; readonly result: EvaluateResult };
  readonly synthesise: { readonly request: SynthesiseRequest; readonly result: SynthesiseResult };
  readonly inspect: { readonly request: InspectRequest; readonly result: InspectResult };
  readonly look: { readonly request: LookRequest; readonly result: LookResult };
  readonly probe: { readonly request: ProbeRequest; readonly result: ClipDescription };
  readonly devices: { readonly request: Record<string, never>; readonly result: DevicesResult };
  readonly 'import-weights': { readonly request: ImportWeightsRequest; readonly result: WeightsFinding };
  readonly index: { readonly request: ClipIndexRequest; readonly result: ClipIndex };
  readonly frame: { readonly request: FrameRequest; readonly result: FrameResult };
  readonly 'find-cuts': { readonly request: FindCutsRequest; readonly result: FindCutsResult };
  readonly sound: { readonly request: SoundRequest; readonly result: SoundResult };
  readonly wave: { readonly request: WaveRequest; readonly result: WaveResult };
};

export type JobTable = Readonly<Record<string, { readonly request: unknown; readonly result: unknown }>>;

/** What a job is doing; `finishing` covers flushing the encoder and giving the file its final name. */
export type JobPhase =
  | 'starting'
  | 'opening'
  | 'loading'
  | 'deblurring'
  | 'inspecting'
  | 'copying'
  | 'comparing'
  | 'averaging'
  | 'finishing';

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
  | { readonly type: 'rendered'; readonly number: number }
  /** A frame that a shot begins with. */
  | { readonly type: 'cut'; readonly number: number };

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
