import type { CodeRange, SamplePlane } from './samples.ts';
import { YuvToRgb, type YuvGeometry } from './yuv-to-rgb.ts';

/**
 * A picture on its way to the screen, as small as it can be had without a loss: the decoder's own planes of luma and
 * chroma, which whoever shows it turns into R, G, B by the same arithmetic, or else R, G, B, A.
 *
 * The bytes are: the length of the description, a little-endian word; the description in JSON, spaces behind it up to
 * a multiple of 8 bytes; the rows of each plane from the top, without gaps, or rows of R, G, B, A.
 */
type Description =
  | { readonly kind: 'rgba'; readonly width: number; readonly height: number }
  | {
      readonly kind: 'yuv';
      readonly geometry: YuvGeometry;
      readonly bits: number;
      /** Rows give R, G, B from Y, Cb, Cr. */
      readonly toRgb: readonly number[];
      readonly codes: CodeRange;
    };

/** What planes of luma and chroma mean. */
export interface YuvMeaning {
  readonly geometry: YuvGeometry;
  readonly toRgb: Float64Array;
  readonly codes: CodeRange;
}

/** Rows of R, G, B, A bytes from the top; A is always 255. */
export interface RgbaPicture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array<ArrayBuffer>;
}

const RGBA_BYTES = 4;
/** So that planes of words begin at a whole word. */
const ALIGNMENT = 8;

/** @param picture - in R, G, B, A */
export function packRgba({ width, height, rgba }: RgbaPicture): Uint8Array<ArrayBuffer> {
  const { bytes, start } = begin({ kind: 'rgba', width, height }, rgba.length);
  bytes.set(rgba, start);
  return bytes;
}

/**
 * @param planes - luma, Cb and Cr
 * @param bits - of a sample; above 8 it takes two bytes
 * @returns undefined where R, G, B, A take no more.
 */
export function packYuv(
  planes: readonly SamplePlane[],
  bits: number,
  { geometry, toRgb, codes }: YuvMeaning,
): Uint8Array<ArrayBuffer> | undefined {
  const sizes = planeSizes(geometry);
  const samples = sizes.reduce((sum, { width, height }) => sum + width * height, 0);
  const size = samples * bytesPerSample(bits);
  if (size >= geometry.width * geometry.height * RGBA_BYTES) return undefined;
  const { bytes, start } = begin({ kind: 'yuv', geometry, bits, toRgb: [...toRgb], codes }, size);
  const target = samplesOf(bytes, start, samples, bits);
  let at = 0;
  for (const [index, { width, height }] of sizes.entries()) {
    const { data, stride } = planes[index]!;
    for (let y = 0; y < height; y++, at += width)
      target.set(data.subarray(y * stride, y * stride + width), at);
  }
  return bytes;
}

/** Turns packed pictures into R, G, B, A. Keeps what it prepared for the last kind of picture. */
export class PictureUnpacker {
  #kernel: { readonly key: string; readonly kernel: YuvToRgb } | undefined;

  /** @throws RangeError when the bytes are no packed picture. */
  unpack(bytes: Uint8Array<ArrayBuffer>): RgbaPicture {
    const { description, start } = read(bytes);
    if (description.kind === 'rgba') {
      const { width, height } = description;
      const rgba = bytes.subarray(start);
      if (rgba.length !== width * height * RGBA_BYTES) throw new RangeError('The picture is cut off.');
      return { width, height, rgba };
    }
    const { geometry, bits, codes } = description;
    const { width, height } = geometry;
    const sizes = planeSizes(geometry);
    const samples = sizes.reduce((sum, plane) => sum + plane.width * plane.height, 0);
    if (bytes.length - start !== samples * bytesPerSample(bits))
      throw new RangeError('The picture is cut off.');
    const all = samplesOf(bytes, start, samples, bits);
    let at = 0;
    const planes = sizes.map((plane) => {
      const data = all.subarray(at, (at += plane.width * plane.height));
      return { data, stride: plane.width };
    });
    const rgba = new Uint32Array(width * height);
    const matrix = { toRgb: Float64Array.from(description.toRgb) };
    this.#kernelFor(geometry).convertToBytes(planes, matrix, codes, rgba);
    return { width, height, rgba: new Uint8Array(rgba.buffer) };
  }

  #kernelFor(geometry: YuvGeometry): YuvToRgb {
    const key = JSON.stringify(geometry);
    if (this.#kernel?.key !== key) this.#kernel = { key, kernel: new YuvToRgb(geometry) };
    return this.#kernel.kernel;
  }
}

function begin(description: Description, size: number): { bytes: Uint8Array<ArrayBuffer>; start: number } {
  const text = new TextEncoder().encode(JSON.stringify(description));
  const start = Math.ceil((4 + text.length) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(start + size);
  new DataView(bytes.buffer).setUint32(0, start - 4, true);
  bytes.fill(0x20, 4, start);
  bytes.set(text, 4);
  return { bytes, start };
}

function read(bytes: Uint8Array<ArrayBuffer>): { description: Description; start: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = bytes.length < 4 ? Infinity : 4 + view.getUint32(0, true);
  if (start > bytes.length) throw new RangeError('The picture is cut off.');
  return {
    description: JSON.parse(new TextDecoder().decode(bytes.subarray(4, start))) as Description,
    start,
  };
}

function samplesOf(
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  count: number,
  bits: number,
): Uint8ClampedArray | Uint16Array {
  const at = bytes.byteOffset + start;
  return bits > 8 ? new Uint16Array(bytes.buffer, at, count) : new Uint8ClampedArray(bytes.buffer, at, count);
}

function bytesPerSample(bits: number): number {
  return bits > 8 ? 2 : 1;
}

function planeSizes({
  width,
  height,
  chromaShiftX,
  chromaShiftY,
}: YuvGeometry): { width: number; height: number }[] {
  const chroma = {
    width: (width + chromaShiftX) >> chromaShiftX,
    height: (height + chromaShiftY) >> chromaShiftY,
  };
  return [{ width, height }, chroma, chroma];
}
