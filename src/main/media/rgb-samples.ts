import type { CodeRange, SamplePlane } from '../../shared/picture/samples.ts';
import type { PixelFormat } from './pixel-format.ts';
import { toWord } from './rgb-to-yuv.ts';

/** RGB and gray, where every sample stands for itself. */

/** Plane order of FFmpeg's planar RGB is G, B, R. */
const RGB_PLANES = [2, 0, 1] as const;

/** Fills planar R, G, B with the values of samples. */
export function readDirect(
  planes: readonly SamplePlane[],
  { lumaOffset, lumaScale }: CodeRange,
  width: number,
  height: number,
  rgb: Float32Array,
): void {
  for (let channel = 0; channel < 3; channel++) {
    const plane = planes[planes.length === 1 ? 0 : RGB_PLANES[channel as 0 | 1 | 2]];
    if (!plane) throw new RangeError('An RGB picture has three planes.');
    for (let y = 0; y < height; y++) {
      const source = y * plane.stride;
      const target = (channel * height + y) * width;
      for (let x = 0; x < width; x++) rgb[target + x] = (plane.data[source + x]! - lumaOffset) * lumaScale;
    }
  }
}

/** Fills `rgba`, a little-endian word per pixel, with what `readDirect` gives, clamped to [0, 1], times 255, rounded. */
export function readDirectToBytes(
  planes: readonly SamplePlane[],
  { lumaOffset, lumaScale }: CodeRange,
  bits: number,
  width: number,
  height: number,
  rgba: Uint32Array,
): void {
  const [first, second, third] = planes;
  const [red, green, blue] = planes.length === 1 ? [first, first, first] : [third, first, second];
  if (!red || !green || !blue) throw new RangeError('An RGB picture has three planes.');
  const bytes = Uint8ClampedArray.from({ length: 2 ** bits }, (_, code) =>
    Math.round(Math.fround((code - lumaOffset) * lumaScale) * 255),
  );
  for (let y = 0; y < height; y++) {
    const target = y * width;
    const [fromRed, fromGreen, fromBlue] = [y * red.stride, y * green.stride, y * blue.stride];
    for (let x = 0; x < width; x++) {
      rgba[target + x] =
        bytes[red.data[fromRed + x]!]! |
        (bytes[green.data[fromGreen + x]!]! << 8) |
        (bytes[blue.data[fromBlue + x]!]! << 16) |
        0xff000000;
    }
  }
}

/** Stores planar R, G, B as samples. */
export function writeDirect(
  rgb: Float32Array,
  planes: readonly SamplePlane[],
  format: PixelFormat,
  codes: CodeRange,
  width: number,
  height: number,
): void {
  const top = 2 ** format.bits - 1;
  const factor = 1 / codes.lumaScale;
  const size = width * height;
  const gray = format.model === 'gray';
  for (let channel = 0; channel < planes.length; channel++) {
    const plane = planes[gray ? 0 : RGB_PLANES[channel as 0 | 1 | 2]];
    if (!plane) throw new RangeError('An RGB picture has three planes.');
    const wordSized = plane.data instanceof Uint16Array;
    for (let y = 0; y < height; y++) {
      const target = y * plane.stride;
      const source = (channel * height + y) * width;
      for (let x = 0; x < width; x++) {
        const at = source + x;
        // Gray takes BT.709 luma of what a network made of it.
        const level = gray
          ? 0.2126 * rgb[at]! + 0.7152 * rgb[at + size]! + 0.0722 * rgb[at + 2 * size]!
          : rgb[at]!;
        const value = level * factor + codes.lumaOffset;
        plane.data[target + x] = wordSized ? toWord(value, top) : value;
      }
    }
  }
}
