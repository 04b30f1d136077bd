import type { NetworkProgram } from '../../networks/network.ts';
import type { DeblurPhase, ProgramRun } from './frame-work.ts';
import type { ProgramStatistics } from './network-programs.ts';

export interface ProcessOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called before every run of a graph; must be quick. */
  readonly onPhase?: ((phase: DeblurPhase) => void) | undefined;
  /** Called after every run of a graph, with what went in and came out; must be quick. */
  readonly onRun?: ((run: ProgramRun) => void) | undefined;
}

export interface DeblurStatistics {
  readonly programs: Readonly<Partial<Record<NetworkProgram, ProgramStatistics>>>;
  /** Seconds in the runtime, all programs together. */
  readonly runSeconds: number;
  /** Seconds spent on building and loading graphs. */
  readonly buildSeconds: number;
  /** Tiles per frame and stage, and their size in pixels. */
  readonly tiles: { readonly count: number; readonly height: number; readonly width: number };
  readonly estimatedPeakBytes: number;
}

/** Takes the blur out of clips of one frame size. Made by `createDeblurrer`; one clip at a time. */
export interface Deblurrer {
  readonly statistics: DeblurStatistics;
  /**
   * Restores a clip: N frames in, N frames out, in order. Frames are planar R'G'B' (3 x height x width) in [0, 1]; results
   * are not clamped. An input array may be reused by its owner once the next frame is asked for; an output array belongs to
   * the receiver.
   * @throws AcutanceError `cancelled`, `out-of-memory`, `inference-failed`, `output-not-finite`, `output-black`
   */
  process(
    frames: AsyncIterable<Float32Array>,
    options?: ProcessOptions,
  ): AsyncGenerator<Float32Array, void, undefined>;
  /** Frees the graphs and all buffers. */
  dispose(): Promise<void>;
}
