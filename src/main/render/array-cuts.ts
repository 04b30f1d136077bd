import { AcutanceError } from '../../shared/errors.ts';
import type { CutSetting } from '../../shared/settings.ts';
import { findCuts } from '../inference/scene-cuts/find-cuts.ts';
import { lumaThumbnail } from '../inference/scene-cuts/luma-thumbnail.ts';
import type { ShotFrame } from '../inference/shots.ts';

/** Where the shots of an array of frames begin: to be found, or numbers of their first frames. */
export type ArrayCuts = 'detect' | ReadonlySet<number>;

/**
 * What a setting means for frames that have numbers and no times.
 *
 * @param title - what they are, in messages.
 * @throws AcutanceError `usage` for a time, and for a frame that is not there.
 */
export function arrayCuts(setting: CutSetting = 'detect', frames: number, title = 'the array'): ArrayCuts {
  if (setting === 'detect') return 'detect';
  const numbers = new Set<number>();
  for (const place of setting === 'none' ? [] : setting) {
    if (typeof place !== 'number') {
      throw new AcutanceError('usage', `Cuts in ${title} are given by frame, not by time.`, {
        hint: 'Write 12f for the frame 12, counted from 0.',
      });
    }
    if (place >= frames) {
      throw new AcutanceError('usage', `There is no frame ${place} for a cut: ${title} has ${frames}.`, {
        hint: 'Frames are counted from 0.',
      });
    }
    numbers.add(place);
  }
  return numbers;
}

export interface FramesWithCutsOptions {
  readonly height: number;
  readonly width: number;
  readonly cuts: ArrayCuts;
}

/** Frames of planar R'G'B' with the cuts between them. The source may overwrite an array with the next frame. */
export async function* framesWithCuts(
  frames: AsyncIterable<Float32Array>,
  { height, width, cuts }: FramesWithCutsOptions,
): AsyncGenerator<ShotFrame, void, undefined> {
  if (cuts !== 'detect') {
    let number = 0;
    for await (const pixels of frames) yield { pixels, startsShot: cuts.has(number++) };
    return;
  }
  const found = findCuts(copies(frames), {
    thumbnail: (pixels) => lumaThumbnail(pixels, height, width),
    discard: () => undefined,
  });
  for await (const { item, isCut } of found) yield { pixels: item, startsShot: isCut };
}

async function* copies(frames: AsyncIterable<Float32Array>): AsyncGenerator<Float32Array, void, undefined> {
  for await (const frame of frames) yield frame.slice();
}
