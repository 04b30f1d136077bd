import type { Picture } from './picture.ts';

/**
 * Scales a picture down to a width, if it is wider, keeping its shape. Every pixel becomes the mean of the area that it
 * covers, in the codes as they are.
 */
export function scaleDown(picture: Picture, maxWidth: number): Picture {
  if (picture.width <= maxWidth) return picture;
  const width = Math.max(1, Math.floor(maxWidth));
  const height = Math.max(1, Math.round((picture.height * width) / picture.width));
  const columns = coverage(picture.width, width);
  const rows = coverage(picture.height, height);
  const rgba = new Uint8ClampedArray(4 * width * height);
  const sums = new Float64Array(3 * picture.width);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let row = rows.first[y]!; row <= rows.last[y]!; row++) {
      addRow(picture, row, rows.weight(y, row), sums);
    }
    for (let x = 0; x < width; x++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let column = columns.first[x]!; column <= columns.last[x]!; column++) {
        const weight = columns.weight(x, column);
        red += weight * sums[3 * column]!;
        green += weight * sums[3 * column + 1]!;
        blue += weight * sums[3 * column + 2]!;
      }
      const at = 4 * (y * width + x);
      rgba[at] = red;
      rgba[at + 1] = green;
      rgba[at + 2] = blue;
      rgba[at + 3] = 255;
    }
  }
  return { width, height, rgba: new Uint8Array(rgba.buffer) };
}

function addRow({ width, rgba }: Picture, row: number, weight: number, sums: Float64Array): void {
  let from = 4 * row * width;
  for (let at = 0; at < 3 * width; at += 3, from += 4) {
    sums[at]! += weight * rgba[from]!;
    sums[at + 1]! += weight * rgba[from + 1]!;
    sums[at + 2]! += weight * rgba[from + 2]!;
  }
}

/** Which of `many` inputs each of `few` outputs covers, and the share of each input in its mean. */
function coverage(
  many: number,
  few: number,
): { first: Int32Array; last: Int32Array; weight(output: number, input: number): number } {
  const scale = many / few;
  const first = Int32Array.from({ length: few }, (_, output) => Math.floor((output * many) / few));
  const last = Int32Array.from({ length: few }, (_, output) =>
    Math.min(many - 1, Math.ceil(((output + 1) * many) / few) - 1),
  );
  return {
    first,
    last,
    weight(output, input) {
      const from = Math.max(input, output * scale);
      const to = Math.min(input + 1, (output + 1) * scale);
      return Math.max(0, to - from) / scale;
    },
  };
}
