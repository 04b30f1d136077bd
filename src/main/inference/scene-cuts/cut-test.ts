import type { LumaThumbnail } from './luma-thumbnail.ts';
import { unpredictedChange } from './unpredicted-change.ts';

/**
 * How many frames before and after a frame decide, at most, whether a shot begins with it. Nothing farther away does, so a
 * part of a clip with so many frames around it has the cuts of the whole.
 */
export const CUT_CONTEXT = { before: 5, after: 4 } as const;

/** To be raised whenever other cuts are found in the same frames: what was found before is then looked for anew. */
export const CUT_DETECTOR = 1;

/** Changes on each side that tell how much motion there is. */
const MOTION_SPAN = 4;
/** A change counts where it is so many times the motion around it. */
const TIMES_MOTION = 1.7;
/** ... and so large a share of the contrast that either picture has, where noise at least is exceeded. */
const SHARE_OF_CONTRAST = 0.35;
const LEAST_CHANGE = 1 / 255;
/** So many frames at most are a flash if what was before them is there again after them. */
const LONGEST_FLASH = 3;
/** A picture is there again where it changed by less than this share of what the flash changed. */
const SHARE_OF_FLASH = 0.5;

/** Frames by their distance from the one in question (0); undefined where the clip has none. */
export type Surroundings = (offset: number) => LumaThumbnail | undefined;

/**
 * Whether a shot begins with the frame at 0.
 *
 * A sliding window as Yeo and Liu have it (Rapid Scene Analysis on Compressed Video, IEEE Trans. CSVT 5(6), 1995): on
 * small pictures, a change that stands out against the changes around it, and no flash. Changes are what block matching
 * cannot explain, the measure by which encoders place their keyframes, so that pans and shakes count little. What surrounds
 * is judged on each side by its (upper) median instead of its maximum, so that a fast pan that begins is no cut, and two
 * cuts in short order are two.
 */
export function beginsShot(at: Surroundings): boolean {
  const [before, first] = [at(-1), at(0)];
  if (before === undefined || first === undefined) return false;
  const change = unpredictedChange(before, first);
  const contrast = Math.max(spread(before), spread(first));
  if (change <= Math.max(LEAST_CHANGE, SHARE_OF_CONTRAST * contrast)) return false;
  const motion = Math.max(motionFrom(at, -MOTION_SPAN), motionFrom(at, 1));
  if (change <= TIMES_MOTION * motion) return false;
  const returns = change * SHARE_OF_FLASH;
  for (let length = 1; length <= LONGEST_FLASH; length++) {
    if (changeBetween(at, -1, length) < returns || changeBetween(at, -1 - length, 0) < returns) return false;
  }
  return true;
}

/** The upper median of the changes to `MOTION_SPAN` frames in a row, as far as there are any; else 0. */
function motionFrom(at: Surroundings, start: number): number {
  const changes = Array.from({ length: MOTION_SPAN }, (_, index) =>
    changeBetween(at, start + index - 1, start + index),
  )
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  return changes[Math.floor(changes.length / 2)] ?? 0;
}

function changeBetween(at: Surroundings, from: number, to: number): number {
  const [first, second] = [at(from), at(to)];
  return first && second ? unpredictedChange(first, second) : Infinity;
}

/** Mean absolute deviation from the mean. */
function spread({ luma }: LumaThumbnail): number {
  const mean = luma.reduce((sum, value) => sum + value, 0) / luma.length;
  return luma.reduce((sum, value) => sum + Math.abs(value - mean), 0) / luma.length;
}
