import type { ScreenPicture } from '../cache/frame-codec.ts';
import { turnUpright } from '../media/picture-turning.ts';

/**
 * A picture for the screen from what a network gives, made in the way of those of the originals: clamped, rounded to the
 * nearest 8-bit code, and turned upright by quarter turns.
 *
 * @param rgb - planar R'G'B' in [0, 1], 3 x height x width.
 * @param rotation - degrees clockwise from stored to shown.
 */
export function screenPicture(
  rgb: Float32Array,
  width: number,
  height: number,
  rotation: number,
): ScreenPicture {
  const size = width * height;
  if (rgb.length !== 3 * size) {
    throw new RangeError(`A picture of ${width} x ${height} takes ${3 * size} values, not ${rgb.length}.`);
  }
  const rgba = new Uint8ClampedArray(4 * size);
  for (let i = 0; i < size; i++) {
    rgba[4 * i] = Math.round(rgb[i]! * 255);
    rgba[4 * i + 1] = Math.round(rgb[size + i]! * 255);
    rgba[4 * i + 2] = Math.round(rgb[2 * size + i]! * 255);
    rgba[4 * i + 3] = 255;
  }
  return turnUpright({ width, height, rgba: new Uint8Array(rgba.buffer) }, rotation);
}
