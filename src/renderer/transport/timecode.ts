import { advanceTimecode, type Rational } from '../../shared/time.ts';

/** How positions in a clip are written. */
export interface PositionFormat {
  /** Start timecode of the source, where it has one. */
  readonly timecode?: string | undefined;
  /** As a fraction, for example `30000/1001`. */
  readonly frameRate?: string | undefined;
  /** Frames of differing lengths can't be counted within a second: milliseconds are written instead. */
  readonly variable: boolean;
}

/**
 * The position of a frame: the source's own timecode, else `H:MM:SS:FF`, or `H:MM:SS.mmm` at a variable frame rate.
 * @param seconds from the first frame
 */
export function formatPosition(format: PositionFormat, index: number, seconds: number): string {
  const rate = rationalOf(format.frameRate);
  if (rate && !format.variable) {
    const { timecode } = format;
    const source = timecode === undefined ? undefined : advanceTimecode(timecode, BigInt(index), rate);
    return source ?? countedTime(index, Math.round(rate.num / rate.den));
  }
  return clockTime(seconds);
}

/** A fraction as text, for example `25` or `30000/1001`; undefined for anything else. */
export function rationalOf(text: string | undefined): Rational | undefined {
  const match = /^(\d+)(?:\/(\d+))?$/.exec(text ?? '');
  if (!match) return undefined;
  const rate = { num: Number(match[1]), den: Number(match[2] ?? 1) };
  return rate.num > 0 && rate.den > 0 ? rate : undefined;
}

/** `H:MM:SS.mmm`. */
export function clockTime(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000);
  return `${hoursToSeconds(Math.floor(milliseconds / 1000))}.${String(milliseconds % 1000).padStart(3, '0')}`;
}

/** Frames counted as if a second had a whole number of them, as timecode without drop does. */
function countedTime(index: number, perSecond: number): string {
  const counted = Math.max(1, perSecond);
  return `${hoursToSeconds(Math.floor(index / counted))}:${twoDigits(index % counted)}`;
}

function hoursToSeconds(total: number): string {
  return `${Math.floor(total / 3600)}:${twoDigits(Math.floor(total / 60) % 60)}:${twoDigits(total % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
