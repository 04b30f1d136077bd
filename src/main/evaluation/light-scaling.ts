import type { Transfer } from '../../shared/evaluation.ts';
import type { RgbPicture } from './rgb-picture.ts';
import { codesToLight, lightToCodes } from './transfer.ts';

/**
 * Scales a picture down to a width, if it is wider, keeping its shape: every pixel becomes the mean light of the area
 * that it covers.
 */
export function scaleLight(picture: RgbPicture, width: number, transfer: Transfer): RgbPicture {
  if (picture.width <= width) return picture;
  const height = Math.max(1, Math.round((picture.height * width) / picture.width));
  const columns = coverage(picture.width, width);
  const rows = coverage(picture.height, height);
  const light = codesToLight(picture.rgb, transfer);
  const scaled = new Float32Array(3 * width * height);
  const line = new Float64Array(picture.width);
  for (let channel = 0; channel < 3; channel++) {
    for (const [y, row] of rows.entries()) {
      line.fill(0);
      for (const { at, weight } of row) {
        const offset = (channel * picture.height + at) * picture.width;
        for (let x = 0; x < line.length; x++) line[x]! += weight * light[offset + x]!;
      }
      for (const [x, column] of columns.entries()) {
        let sum = 0;
        for (const { at, weight } of column) sum += weight * line[at]!;
        scaled[(channel * height + y) * width + x] = sum;
      }
    }
  }
  return { width, height, rgb: lightToCodes(scaled, transfer) };
}

/** Which pixels, and how much of each, a pixel of the smaller side covers; the weights of one add up to 1. */
function coverage(from: number, to: number): { readonly at: number; readonly weight: number }[][] {
  const span = from / to;
  return Array.from({ length: to }, (_, index) => {
    const [start, end] = [index * span, (index + 1) * span];
    const first = Math.floor(start);
    const last = Math.min(from, Math.ceil(end));
    return Array.from({ length: last - first }, (_unused, offset) => {
      const at = first + offset;
      return { at, weight: (Math.min(end, at + 1) - Math.max(start, at)) / span };
    });
  });
}
