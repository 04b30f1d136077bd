import type { Look } from '../../networks/looks.ts';
import type { Tensor } from '../../shared/tensor.ts';
import { drawLook, fullScaleOf, isMotion, type LookPicture } from '../inference/looks/draw-look.ts';
import type { SeenLook } from '../inference/looks/look-recorder.ts';
import { turnUpright } from '../media/picture-turning.ts';

/** Candidates of the pixel volume per axis. */
const SPAN = 5;

interface FrameShape {
  readonly height: number;
  readonly width: number;
}

/**
 * One picture per part of a look, all drawn to the same scale, upright: a motion to the right is to the right on the
 * screen.
 *
 * @param rotation - degrees clockwise from stored to shown.
 */
export function drawParts({ name }: Look, parts: SeenLook['parts'], rotation: number): LookPicture[] {
  const scale = Math.max(...parts.map(({ tensor }) => fullScaleOf(name, tensor)));
  return parts.map(({ tensor }) => {
    const seen = isMotion(name) ? turnedMotion(tensor, rotation) : tensor;
    const picture = drawLook(name, seen, scale);
    return { ...turnUpright(picture, rotation), fullScale: picture.fullScale };
  });
}

/** As `drawParts`, each picture as large as the frame (a sheet of candidates: about as large), to be laid over it. */
export function drawOverFrame(
  look: Look,
  parts: SeenLook['parts'],
  frame: FrameShape & { readonly rotation: number },
): LookPicture[] {
  if (look.name === 'volume') {
    const small = parts.map(({ label, tensor }) => ({ label, tensor: shrunk(tensor, SPAN) }));
    return drawParts(look, small, frame.rotation);
  }
  const sideways = frame.rotation % 180 === 90;
  const shown = sideways ? { height: frame.width, width: frame.height } : frame;
  return drawParts(look, parts, frame.rotation).map((picture) => ({
    ...enlarged(picture, shown),
    fullScale: picture.fullScale,
  }));
}

/** How many pixels of a frame a value stands for, along both axes: a power of two. */
export function cellOf(values: FrameShape, frame: FrameShape): number {
  const least = Math.max(frame.width / values.width, frame.height / values.height, 1);
  return 2 ** Math.ceil(Math.log2(least) - 1e-9);
}

/** Motion as it is seen when the picture that it belongs to is turned clockwise. */
function turnedMotion(tensor: Tensor, degrees: number): Tensor {
  if (degrees !== 90 && degrees !== 180 && degrees !== 270) return tensor;
  const { data, dims } = tensor;
  const plane = (dims[2] ?? 1) * (dims[3] ?? 1);
  const turned = data.slice();
  const [cosine, sine] = degrees === 180 ? [-1, 0] : [0, degrees === 90 ? 1 : -1];
  for (let pixel = 0; pixel < plane; pixel++) {
    const [x, y] = [data[pixel]!, data[plane + pixel]!];
    turned[pixel] = cosine * x - sine * y;
    turned[plane + pixel] = sine * x + cosine * y;
  }
  return { data: turned, dims };
}

/** Means of blocks of `by` x `by` values; those at the right and lower edge may be cut short. */
function shrunk({ data, dims }: Tensor, by: number): Tensor {
  const [, channels = 1, height = 1, width = 1] = dims;
  const [rows, columns] = [Math.ceil(height / by), Math.ceil(width / by)];
  const sums = new Float32Array(channels * rows * columns);
  const counts = new Float32Array(rows * columns);
  for (let channel = 0, index = 0; channel < channels; channel++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, index++) {
        const cell = Math.floor(y / by) * columns + Math.floor(x / by);
        sums[channel * rows * columns + cell]! += data[index]!;
        if (channel === 0) counts[cell]! += 1;
      }
    }
  }
  const means = sums.map((sum, index) => sum / counts[index % counts.length]!);
  return { data: means, dims: [1, channels, rows, columns] };
}

/** A picture of one pixel per value, as large as its frame. */
function enlarged(picture: LookPicture, frame: FrameShape): Omit<LookPicture, 'fullScale'> {
  const { width, height } = frame;
  if (picture.width === width && picture.height === height) return picture;
  const cell = cellOf(picture, frame);
  const from = new Uint32Array(picture.rgba.buffer, picture.rgba.byteOffset, picture.width * picture.height);
  const to = new Uint32Array(width * height);
  for (let y = 0, index = 0; y < height; y++) {
    const row = Math.min(picture.height - 1, Math.floor(y / cell)) * picture.width;
    for (let x = 0; x < width; x++, index++)
      to[index] = from[row + Math.min(picture.width - 1, Math.floor(x / cell))]!;
  }
  return { width, height, rgba: new Uint8Array(to.buffer) };
}
