import { AcutanceError } from './errors.ts';
import type { ClipTime } from './settings.ts';

/**
 * Time is a whole number of ticks of a rational time base, or an exact fraction of seconds (`ClipTime`). Floating
 * point appears only where a person reads the value.
 */

/** A fraction, for example a frame rate (30000/1001) or the length of a tick in seconds (1/30000). */
export interface Rational {
  readonly num: number;
  readonly den: number;
}

export type Rounding = 'down' | 'nearest' | 'up';

/** Divides with the rounding asked for; `nearest` takes halves away from zero. The divisor must be positive. */
function divide(dividend: bigint, divisor: bigint, rounding: Rounding): bigint {
  const quotient = dividend / divisor;
  const remainder = dividend % divisor;
  if (remainder === 0n) return quotient;
  if (rounding === 'down') return dividend < 0n ? quotient - 1n : quotient;
  if (rounding === 'up') return dividend < 0n ? quotient : quotient + 1n;
  const twice = remainder < 0n ? -2n * remainder : 2n * remainder;
  if (twice < divisor) return quotient;
  return dividend < 0n ? quotient - 1n : quotient + 1n;
}

/** Ticks of one time base counted in ticks of another. */
export function rescaleTicks(
  ticks: bigint,
  from: Rational,
  to: Rational,
  rounding: Rounding = 'nearest',
): bigint {
  return divide(ticks * BigInt(from.num) * BigInt(to.den), BigInt(from.den) * BigInt(to.num), rounding);
}

/** A time in seconds counted in ticks. */
export function timeToTicks(time: ClipTime, base: Rational, rounding: Rounding = 'nearest'): bigint {
  return divide(
    BigInt(time.numerator) * BigInt(base.den),
    BigInt(time.denominator) * BigInt(base.num),
    rounding,
  );
}

/** Ticks as seconds, for display and for estimates. */
export function ticksToSeconds(ticks: bigint, base: Rational): number {
  return (Number(ticks) * base.num) / base.den;
}

/** Ticks as an exact time. */
export function ticksToTime(ticks: bigint, base: Rational): ClipTime {
  return makeTime(ticks * BigInt(base.num), BigInt(base.den));
}

/** Negative, zero or positive as `a` is before, at or after `b`. */
export function compareTimes(a: ClipTime, b: ClipTime): number {
  const left = BigInt(a.numerator) * BigInt(b.denominator);
  const right = BigInt(b.numerator) * BigInt(a.denominator);
  return left < right ? -1 : left > right ? 1 : 0;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}

function makeTime(numerator: bigint, denominator: bigint): ClipTime {
  const magnitude = numerator < 0n ? -numerator : numerator;
  const divisor = greatestCommonDivisor(magnitude, denominator) || 1n;
  const time = { numerator: Number(numerator / divisor), denominator: Number(denominator / divisor) };
  if (!Number.isSafeInteger(time.numerator) || !Number.isSafeInteger(time.denominator)) {
    throw new AcutanceError(
      'usage',
      `The time ${numerator}/${denominator} s is too large or too finely divided.`,
    );
  }
  return time;
}

const SECONDS = /^(?:(?:(\d+):)?(\d+):)?(\d+)(?:[.,](\d+))?s?$/;
const TIMECODE = /^(\d+):(\d+):(\d+)([:;])(\d+)$/;
const FRAME = /^(\d+)f$/;
const TIME_HINT =
  'Give seconds (12.5), minutes or hours (1:02.5, 00:01:02.5), a timecode (00:01:02:12) or a frame number (150f).';

/** Whether the text counts frames, so that `parseTime` needs the frame rate of the clip. */
export function isFrameTime(text: string): boolean {
  return TIMECODE.test(text.trim()) || FRAME.test(text.trim());
}

/**
 * Reads a time that a person wrote: `12.5`, `1:02.5`, `00:01:02.5`, a timecode `00:01:02:12` (drop-frame with a
 * semicolon before the frames) or a frame number `150f`. The last two count frames of `frameRate`.
 *
 * @throws AcutanceError `usage` when the text is none of these, or counts frames and no frame rate is given.
 */
export function parseTime(text: string, frameRate?: Rational): ClipTime {
  const trimmed = text.trim();
  const seconds = SECONDS.exec(trimmed);
  if (seconds) {
    const [, hours = '0', minutes, whole = '0', decimals = ''] = seconds;
    if (minutes !== undefined) requireBelow60(trimmed, whole);
    if (seconds[1] !== undefined) requireBelow60(trimmed, minutes ?? '0');
    const scale = 10n ** BigInt(decimals.length);
    const total = (BigInt(hours) * 60n + BigInt(minutes ?? '0')) * 60n + BigInt(whole);
    return makeTime(total * scale + BigInt(decimals || '0'), scale);
  }
  const frame = frameNumber(trimmed, frameRate);
  if (frame === undefined) {
    throw new AcutanceError('usage', `"${text}" is not a time.`, { hint: TIME_HINT });
  }
  if (!frameRate) {
    throw new AcutanceError('usage', `"${text}" counts frames, but the clip has no constant frame rate.`, {
      hint: 'Give the time in seconds.',
    });
  }
  return makeTime(frame * BigInt(frameRate.den), BigInt(frameRate.num));
}

function requireBelow60(text: string, part: string): void {
  if (Number(part) >= 60) {
    throw new AcutanceError('usage', `"${text}" is not a time: ${part} is not below 60.`, {
      hint: TIME_HINT,
    });
  }
}

/** Frames are counted before the rate is asked for, so that a bad timecode is named even for an unknown rate. */
function frameNumber(text: string, frameRate: Rational | undefined): bigint | undefined {
  const frame = FRAME.exec(text);
  if (frame) return BigInt(frame[1] ?? '0');
  const timecode = TIMECODE.exec(text);
  if (!timecode) return undefined;
  const [, hours = '0', minutes = '0', seconds = '0', separator = ':', frames = '0'] = timecode;
  requireBelow60(text, minutes);
  requireBelow60(text, seconds);
  const perSecond = frameRate ? BigInt(Math.round(frameRate.num / frameRate.den)) : 0n;
  if (frameRate && BigInt(frames) >= perSecond) {
    throw new AcutanceError('usage', `"${text}" is not a timecode: a second has only ${perSecond} frames.`, {
      hint: 'The number after the last colon counts frames, from 0.',
    });
  }
  const totalMinutes = BigInt(hours) * 60n + BigInt(minutes);
  const counted = (totalMinutes * 60n + BigInt(seconds)) * perSecond + BigInt(frames);
  if (separator === ':') return counted;
  return counted - (totalMinutes - totalMinutes / 10n) * droppedPerMinute(text, frameRate);
}

/** SMPTE ST 12-1: two numbers per minute are skipped at 29.97, four at 59.94, except in every tenth minute. */
function droppedPerMinute(text: string, frameRate: Rational | undefined): bigint {
  if (!frameRate) return 0n;
  const nominal = Math.round(frameRate.num / frameRate.den);
  if (frameRate.den !== 1001 || nominal % 30 !== 0) {
    throw new AcutanceError(
      'usage',
      `"${text}" is a drop-frame timecode, but the clip has ${nominal} frames per second.`,
      {
        hint: 'Write a colon before the frames.',
      },
    );
  }
  return BigInt(nominal / 15);
}

/**
 * The timecode of a frame a number of frames after another, in the same notation.
 *
 * @returns undefined when `start` is not a timecode of that rate.
 */
export function advanceTimecode(start: string, frames: bigint, frameRate: Rational): string | undefined {
  const match = TIMECODE.exec(start.trim());
  if (!match) return undefined;
  const drop = match[4] === ';';
  const perSecond = BigInt(Math.round(frameRate.num / frameRate.den));
  let first: bigint | undefined;
  let dropped: bigint;
  try {
    first = frameNumber(start.trim(), frameRate);
    dropped = drop ? droppedPerMinute(start, frameRate) : 0n;
  } catch {
    return undefined;
  }
  if (first === undefined) return undefined;
  let count = first + frames;
  if (drop) {
    const perTenMinutes = perSecond * 600n - dropped * 9n;
    const perMinute = perSecond * 60n - dropped;
    const tens = count / perTenMinutes;
    const rest = count % perTenMinutes;
    const skippedMinutes = rest < perSecond * 60n ? 0n : (rest - perSecond * 60n) / perMinute + 1n;
    count += dropped * (tens * 9n + skippedMinutes);
  }
  const pad = (value: bigint) => value.toString().padStart(2, '0');
  const seconds = count / perSecond;
  const hours = (seconds / 3600n) % 24n;
  return `${pad(hours)}:${pad((seconds / 60n) % 60n)}:${pad(seconds % 60n)}${drop ? ';' : ':'}${pad(count % perSecond)}`;
}

/** A time as `H:MM:SS.mmm`, hours only when there are any. */
export function formatTime(time: ClipTime): string {
  const milliseconds = divide(BigInt(time.numerator) * 1000n, BigInt(time.denominator), 'nearest');
  const magnitude = milliseconds < 0n ? -milliseconds : milliseconds;
  const pad = (value: bigint, digits: number) => value.toString().padStart(digits, '0');
  const hours = magnitude / 3_600_000n;
  const minutes = (magnitude / 60_000n) % 60n;
  const rest = `${pad((magnitude / 1000n) % 60n, 2)}.${pad(magnitude % 1000n, 3)}`;
  const sign = milliseconds < 0n ? '-' : '';
  return hours > 0n ? `${sign}${hours}:${pad(minutes, 2)}:${rest}` : `${sign}${minutes}:${rest}`;
}
