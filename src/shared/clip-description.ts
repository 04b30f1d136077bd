import type { FrameIndex } from './frame-index.ts';

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
