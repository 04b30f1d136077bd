import type { Device } from '../../shared/api/catalogue.ts';
import type { FrameRange, Recipe } from '../../shared/api/clip.ts';
import type { ServerEvent } from '../../shared/api/events.ts';
import type { Job, JobOrder } from '../../shared/api/job.ts';
import type { DeblurSettings } from '../../shared/settings.ts';
import type { FrameIndex } from '../media/frame-index.ts';

/** What rendering has to know of a clip. */
export interface RenderClip {
  /** Identifies it by its content. */
  readonly id: string;
  /** Absolute path of the file. */
  readonly path: string;
  readonly name: string;
  /** How many frames it has; as many as the index. */
  readonly frames: number;
  readonly index: FrameIndex;
  /** Size as stored, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Degrees clockwise from stored to shown. */
  readonly rotation: number;
}

export interface RestoredFrameOptions {
  /** `raw`: rows of R, G, B, A bytes from the top, A always 255. */
  readonly format: 'raw' | 'png' | 'jpeg';
  /** Scaled down to at most this many pixels. */
  readonly maxWidth?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A picture for the screen, upright; size in pixels. */
export interface RestoredFrame {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** What the service tells without being asked. */
export type RenderEvent = Extract<
  ServerEvent,
  { readonly type: 'job' | 'job-removed' | 'rendered' | 'evicted' | 'problem' }
>;

/**
 * Deblurs frames for the screen into the frame cache, and exports. One job runs at a time, in an engine of its own:
 * previews come before exports that wait, and a running export is never interrupted.
 */
export interface RenderService {
  /**
   * What settings come to for a clip, and what of it is rendered.
   * @throws AcutanceError `usage`, `weights-missing`, `weights-mismatch`, `device-unavailable`.
   */
  describe(clip: Pick<RenderClip, 'id' | 'frames'>, deblur: DeblurSettings): Promise<Recipe>;
  /** Frames that are rendered, as disjoint ascending ranges. */
  rendered(clip: string, recipe: string): FrameRange[];
  /** A deblurred frame at full strength; undefined until it is rendered (or after it had to make room). */
  restoredFrame(
    clip: string,
    recipe: string,
    index: number,
    options: RestoredFrameOptions,
  ): Promise<RestoredFrame | undefined>;
  /**
   * Queues a job. A preview takes the place of one of the same clip with other settings or range.
   * @throws AcutanceError `usage` where the range is not within the clip.
   */
  start(order: JobOrder, clip: RenderClip): Job;
  /** @throws AcutanceError `not-found`. An ended job stays as it is. */
  cancel(job: string): Job;
  /** Takes an ended job off the list. @throws AcutanceError `not-found`, or `usage` while it has not ended. */
  remove(job: string): void;
  /** All jobs of this launch, oldest first. */
  jobs(): Job[];
  /** @returns a function that ends the subscription. */
  onEvent(listener: (event: RenderEvent) => void): () => void;
  /** Where networks can run; the first answer takes a few seconds. */
  devices(): Promise<Device[]>;
  /** Ends running jobs and the engines. */
  dispose(): Promise<void>;
}
