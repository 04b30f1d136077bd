import type { Rational } from '../../shared/time.ts';

/** What a media file holds, as its container and its first decoded frame tell. Plain data. */
export interface MediaInfo {
  readonly path: string;
  /** FFmpeg's short names of the container, for example `mov,mp4,m4a,3gp,3g2,mj2`. */
  readonly container: string;
  /** Whole file, seconds; undefined where the container does not say. */
  readonly durationSeconds: number | undefined;
  readonly bytes: number;
  /** How many bytes it has at least when it is whole; undefined where the container does not say. */
  readonly announcedBytes: number | undefined;
  readonly video: VideoStreamInfo;
  readonly otherStreams: readonly StreamSummary[];
  readonly chapters: readonly Chapter[];
  /** Start timecode, `HH:MM:SS:FF`. */
  readonly timecode: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface VideoStreamInfo {
  readonly index: number;
  readonly codec: string;
  /** Size of the stored picture, before pixel aspect and rotation. */
  readonly width: number;
  readonly height: number;
  /** Size as shown upright with square pixels. */
  readonly displayWidth: number;
  readonly displayHeight: number;
  /** Width of a pixel divided by its height; undefined where untagged (square). */
  readonly pixelAspect: Rational | undefined;
  /** Degrees clockwise by which the stored picture is turned for display: 0, 90, 180, 270 (or between, rarely). */
  readonly rotation: number;
  /** FFmpeg's name, for example `yuv420p10le`. */
  readonly pixelFormat: string;
  readonly bitDepth: number;
  /** `4:2:0`, `4:2:2`, `4:4:4`..., `4:0:0` for gray, `rgb`. */
  readonly chroma: string;
  /** Colour tags in FFmpeg's spelling, `unknown` where untagged. */
  readonly matrix: string;
  readonly range: string;
  readonly primaries: string;
  readonly transfer: string;
  readonly chromaLocation: string;
  /** `progressive`, `unknown`, or the fields' order (`tt`, `bb`, `tb`, `bt`). */
  readonly fieldOrder: string;
  readonly averageFrameRate: Rational | undefined;
  /** Lowest rate at which every timestamp falls on a frame; differs from the average in variable-rate clips. */
  readonly nominalFrameRate: Rational | undefined;
  /** Length of a tick in seconds. */
  readonly timeBase: Rational;
  /** Timestamp of the first frame shown, in ticks. */
  readonly startTicks: bigint;
  readonly durationTicks: bigint | undefined;
  /** Whether that is the picture's own length and not that of the whole file, whose sound may be longer. */
  readonly durationIsOwn: boolean;
  /** Frames according to the container, else estimated from duration and rate; undefined where neither is known. */
  readonly frameCountHint: number | undefined;
  readonly hdr: HdrInfo;
  /** Language, title and the like. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface HdrInfo {
  readonly masteringDisplay: MasteringDisplay | undefined;
  /** Candela per square metre. */
  readonly contentLight: { readonly max: number; readonly maxFrameAverage: number } | undefined;
  readonly dolbyVision: boolean;
}

/** SMPTE ST 2086: CIE xy of the primaries and the white point, luminance in candela per square metre. */
export interface MasteringDisplay {
  readonly red: readonly [Rational, Rational];
  readonly green: readonly [Rational, Rational];
  readonly blue: readonly [Rational, Rational];
  readonly white: readonly [Rational, Rational];
  readonly minLuminance: Rational;
  readonly maxLuminance: Rational;
}

export interface StreamSummary {
  readonly index: number;
  readonly type: 'video' | 'audio' | 'subtitle' | 'data' | 'attachment' | 'unknown';
  readonly codec: string;
  readonly language: string | undefined;
  readonly title: string | undefined;
  /** Samples per second and number of channels, for sound. */
  readonly sampleRate: number | undefined;
  readonly channels: number | undefined;
}

export interface Chapter {
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly title: string;
}
