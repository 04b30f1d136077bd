/** How numbers are written on the page: with their unit, in as few digits as say something. */

const COUNT = new Intl.NumberFormat('en-US');

/** `1,204 frames`, `1 frame`. */
export function formatFrames(frames: number): string {
  return `${formatCount(frames)} ${frames === 1 ? 'frame' : 'frames'}`;
}

/** `1,204` */
export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** Decimal units, as file managers count them: `512 B`, `1.4 kB`, `12.3 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = -1;
  do {
    value /= 1000;
    unit += 1;
    // 999.96 would be written as 1000.0: the next unit says it better.
  } while (value >= 999.5 && unit < units.length - 1);
  return `${value < 99.95 ? value.toFixed(1) : value.toFixed(0)} ${units[unit] ?? 'PB'}`;
}

/** How fast frames are worked on: `0.54 fps`, `12.4 fps`, `120 fps`. */
export function formatSpeed(framesPerSecond: number): string {
  const digits = framesPerSecond < 9.995 ? 2 : framesPerSecond < 99.95 ? 1 : 0;
  return `${framesPerSecond.toFixed(digits)} fps`;
}

/**
 * The rate of a clip: `29.97 fps` for `30000/1001`.
 * @returns undefined when the text is no positive fraction
 */
export function formatFrameRate(fraction: string): string | undefined {
  const [numerator, denominator = '1'] = fraction.split('/');
  const rate = Number(numerator) / Number(denominator);
  if (!Number.isFinite(rate) || rate <= 0) return undefined;
  return `${Number(rate.toFixed(rate < 1 ? 3 : 2))} fps`;
}

/** A span of time as a person says it: `4 s`, `2 min 05 s`, `1 h 08 min`, `3 d 4 h`. Seconds are rounded up. */
export function formatSpan(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${two(whole % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${two(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** How long a clip is: `2.2 s`, `59.0 s`, `2 min 05 s`. */
export function formatDuration(seconds: number): string {
  const tenths = Math.round(seconds * 10) / 10;
  return tenths < 60 ? `${tenths.toFixed(1)} s` : formatSpan(Math.round(seconds));
}

/** `1 min 05 s left`; long estimates are told in whole minutes, as they are no more exact than that. */
export function formatTimeLeft(seconds: number): string {
  if (seconds < 1) return 'Almost done';
  if (seconds < 600) return `${formatSpan(seconds)} left`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min left` : `${formatSpan(minutes * 60)} left`;
}

/** `today, 14:05`, `12 Mar, 09:30`, `12 Mar 2024`. */
export function formatMoment(milliseconds: number, now: number): string {
  const moment = new Date(milliseconds);
  const today = new Date(now);
  const time = moment.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  if (moment.toDateString() === today.toDateString()) return `today, ${time}`;
  const day = moment.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  return moment.getFullYear() === today.getFullYear() ? `${day}, ${time}` : `${day} ${moment.getFullYear()}`;
}
