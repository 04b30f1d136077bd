import { requireSameSize, type RgbPicture } from './rgb-picture.ts';

/** Wang, Bovik, Sheikh and Simoncelli 2004: a Gaussian window of 11 x 11, sigma 1.5, K1 = 0.01, K2 = 0.03. */
const RADIUS = 5;
const SIGMA = 1.5;
const C1 = 0.01 ** 2;
const C2 = 0.03 ** 2;

/** The smallest width and height that has a structural similarity. */
export const SSIM_SMALLEST = 2 * RADIUS + 1;

const WINDOW = gaussian();

/**
 * Structural similarity with a data range of 1: the mean over every place where the window fits, then over R, G and B.
 *
 * @throws RangeError for sizes that differ or are below `SSIM_SMALLEST`.
 */
export function ssim(picture: RgbPicture, reference: RgbPicture): number {
  requireSameSize(picture, reference);
  const { width, height } = picture;
  const size = width * height;
  let sum = 0;
  for (let channel = 0; channel < 3; channel++) {
    const plane = ({ rgb }: RgbPicture) => rgb.subarray(channel * size, (channel + 1) * size);
    sum += ssimOfPlane(plane(picture), plane(reference), width, height);
  }
  return sum / 3;
}

/** The same for one channel, rows from the top. */
export function ssimOfPlane(
  plane: ArrayLike<number>,
  reference: ArrayLike<number>,
  width: number,
  height: number,
): number {
  if (width < SSIM_SMALLEST || height < SSIM_SMALLEST) {
    throw new RangeError(`A window of ${SSIM_SMALLEST} does not fit into ${width} x ${height}.`);
  }
  // Window means of a, b, a^2 + b^2 and ab, first down the columns, then along the row.
  const column = () => new Float64Array(width);
  const columns: Columns = [column(), column(), column(), column()];
  let sum = 0;
  for (let y = 0; y <= height - SSIM_SMALLEST; y++) {
    for (const values of columns) values.fill(0);
    for (let k = 0; k < SSIM_SMALLEST; k++) addRow(columns, plane, reference, (y + k) * width, WINDOW[k]!);
    sum += sumOfRow(columns, width);
  }
  return sum / ((width - 2 * RADIUS) * (height - 2 * RADIUS));
}

type Columns = readonly [Float64Array, Float64Array, Float64Array, Float64Array];

function addRow(
  [first, second, squares, products]: Columns,
  plane: ArrayLike<number>,
  reference: ArrayLike<number>,
  offset: number,
  weight: number,
): void {
  for (let x = 0; x < first.length; x++) {
    const a = plane[offset + x]!;
    const b = reference[offset + x]!;
    first[x]! += weight * a;
    second[x]! += weight * b;
    squares[x]! += weight * (a * a + b * b);
    products[x]! += weight * a * b;
  }
}

function sumOfRow([first, second, squares, products]: Columns, width: number): number {
  let sum = 0;
  for (let x = 0; x <= width - SSIM_SMALLEST; x++) {
    let a = 0;
    let b = 0;
    let square = 0;
    let product = 0;
    for (let k = 0; k < SSIM_SMALLEST; k++) {
      const weight = WINDOW[k]!;
      a += weight * first[x + k]!;
      b += weight * second[x + k]!;
      square += weight * squares[x + k]!;
      product += weight * products[x + k]!;
    }
    const means = a * a + b * b;
    sum += ((2 * a * b + C1) * (2 * (product - a * b) + C2)) / ((means + C1) * (square - means + C2));
  }
  return sum;
}

function gaussian(): Float64Array {
  const weights = Float64Array.from({ length: SSIM_SMALLEST }, (_, k) =>
    Math.exp(-((k - RADIUS) ** 2) / (2 * SIGMA ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
