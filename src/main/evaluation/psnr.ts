import { requireSameSize, type RgbPicture } from './rgb-picture.ts';

/**
 * Peak signal-to-noise ratio in decibels with peak 1, over all values of all channels; `Infinity` where the pictures
 * are equal.
 */
export function psnr(picture: RgbPicture, reference: RgbPicture): number {
  requireSameSize(picture, reference);
  return psnrOfValues(picture.rgb, reference.rgb);
}

/** The same over any two lists of values of one length. */
export function psnrOfValues(values: ArrayLike<number>, reference: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const difference = values[i]! - reference[i]!;
    sum += difference * difference;
  }
  return 10 * Math.log10(values.length / sum);
}
