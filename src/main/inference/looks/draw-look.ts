import type { LookName } from '../../../networks/looks.ts';
import type { Tensor } from '../../../shared/tensor.ts';
import { flowColour } from '../../../shared/picture/flow-colours.ts';

/** A look as a picture: rows of R, G, B, A bytes from the top; A is always 255. */
export interface LookPicture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array<ArrayBuffer>;
  /** The value that full colour, or white, stands for. */
  readonly fullScale: number;
}

/** Candidates of the pixel volume per axis. */
const SPAN = 5;
/** Nothing is stretched any further, so that noise does not look like motion. */
const LEAST_SCALE = 1e-3;

type Colour = (pixel: number) => readonly [number, number, number];

/**
 * Draws one array of a look (1 x C x H x W): flow, and how far off maxima are, in the colours of the Middlebury wheel;
 * mask and prior as gray from 0 to 1, the result of stage 1 as it is, gradients up to their largest value, the pixel
 * volume's 25 candidates as a sheet (shift x to the right, y down), and of offsets the mean length of all taps.
 *
 * @param fullScale - what full colour stands for where the look has no scale of its own.
 */
export function drawLook(
  name: LookName,
  tensor: Tensor,
  fullScale: number = fullScaleOf(name, tensor),
): LookPicture {
  const { data, dims } = tensor;
  const [, channels = 1, height = 1, width = 1] = dims;
  const plane = height * width;
  const at = (channel: number, pixel: number) => data[channel * plane + pixel]!;
  const shape = { width, height };
  if (isMotion(name))
    return paint(shape, fullScale, (pixel) => flowColour(at(0, pixel) / fullScale, at(1, pixel) / fullScale));
  if (name === 'offsets') {
    const lengths = meanLengths(tensor);
    return paint(shape, fullScale, (pixel) => gray(lengths[pixel]! / fullScale));
  }
  if (name === 'volume') return candidateSheet(tensor);
  if (channels === 1) return paint(shape, 1, (pixel) => gray(at(0, pixel)));
  const scale = name === 'gradient' ? fullScale : 1;
  const code = (channel: number, pixel: number) => toByte(at(channel, pixel) / scale);
  return paint(shape, scale, (pixel) => [code(0, pixel), code(1, pixel), code(2, pixel)]);
}

/** The scale on which all of an array can be drawn: its largest value, or the one that the look has always. */
export function fullScaleOf(name: LookName, tensor: Tensor): number {
  const { data, dims } = tensor;
  const plane = (dims[2] ?? 1) * (dims[3] ?? 1);
  if (isMotion(name)) return largest(plane, (pixel) => Math.hypot(data[pixel]!, data[plane + pixel]!));
  if (name === 'gradient') return largest(data.length, (index) => data[index]!);
  if (name !== 'offsets') return 1;
  const lengths = meanLengths(tensor);
  return largest(plane, (pixel) => lengths[pixel]!);
}

/** Whether its first two channels are a motion to the right and down. */
export function isMotion(name: LookName): boolean {
  return name === 'flow' || name === 'maxima';
}

/** Pictures of one height side by side. */
export function sideBySide(pictures: readonly LookPicture[]): LookPicture {
  const height = Math.max(...pictures.map((picture) => picture.height));
  const width = pictures.reduce((sum, picture) => sum + picture.width, 0);
  const rgba = new Uint8Array(4 * width * height);
  let left = 0;
  for (const picture of pictures) {
    for (let y = 0; y < picture.height; y++) {
      const row = picture.rgba.subarray(4 * y * picture.width, 4 * (y + 1) * picture.width);
      rgba.set(row, 4 * (y * width + left));
    }
    left += picture.width;
  }
  return { width, height, rgba, fullScale: Math.max(...pictures.map((picture) => picture.fullScale)) };
}

/** How far the taps of a deformable convolution (y, x each) are displaced at a pixel, on average. */
function meanLengths({ data, dims }: Tensor): Float32Array {
  const [, channels = 1, height = 1, width = 1] = dims;
  const plane = height * width;
  const taps = channels / 2;
  const lengths = new Float32Array(plane);
  for (let tap = 0; tap < taps; tap++) {
    for (let pixel = 0; pixel < plane; pixel++) {
      const [y, x] = [data[2 * tap * plane + pixel]!, data[(2 * tap + 1) * plane + pixel]!];
      lengths[pixel]! += Math.hypot(x, y) / taps;
    }
  }
  return lengths;
}

/** Candidate (i + 2) * 5 + (j + 2) of shift (x: i, y: j), gray in [-1, 1], in column i + 2 and row j + 2. */
function candidateSheet({ data, dims }: Tensor): LookPicture {
  const [, , height = 1, width = 1] = dims;
  const sheet = { width: SPAN * width, height: SPAN * height };
  return paint(sheet, 1, (pixel) => {
    const [x, y] = [pixel % sheet.width, Math.floor(pixel / sheet.width)];
    const channel = Math.floor(x / width) * SPAN + Math.floor(y / height);
    return gray((data[(channel * height + (y % height)) * width + (x % width)]! + 1) / 2);
  });
}

function paint(
  { width, height }: { readonly width: number; readonly height: number },
  fullScale: number,
  colour: Colour,
): LookPicture {
  const rgba = new Uint8Array(4 * width * height).fill(255);
  for (let pixel = 0; pixel < width * height; pixel++) rgba.set(colour(pixel), 4 * pixel);
  return { width, height, rgba, fullScale };
}

function largest(count: number, value: (index: number) => number): number {
  let result = LEAST_SCALE;
  for (let index = 0; index < count; index++) result = Math.max(result, value(index));
  return result;
}

function gray(value: number): readonly [number, number, number] {
  const code = toByte(value);
  return [code, code, code];
}

function toByte(value: number): number {
  return Math.round(255 * Math.min(1, Math.max(0, value)));
}
