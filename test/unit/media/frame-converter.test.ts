import { describe, expect, it } from 'vitest';
import { FrameConverter } from '../../../src/main/media/frame-converter.ts';
import { codesOf, makeFrame, noise } from './support/made-frame.ts';

const LIMITED = 1;
const FULL = 2;
const BT709 = 1;
const BT601 = 6;
const BT2020 = 9;

/** The plain formulas of ITU-R BT.601, BT.709 and BT.2020 for one pixel. */
function plainRgb(y: number, cb: number, cr: number, bits: number, matrix: number, full: boolean): number[] {
  const [kr, kb] =
    { [BT709]: [0.2126, 0.0722], [BT601]: [0.299, 0.114], [BT2020]: [0.2627, 0.0593] }[matrix] ?? [];
  if (kr === undefined || kb === undefined) throw new Error('Unknown matrix.');
  const unit = 2 ** (bits - 8);
  const luma = full ? y / (2 ** bits - 1) : (y / unit - 16) / 219;
  const u = full ? (cb - 128 * unit) / (2 ** bits - 1) : (cb / unit - 128) / 224;
  const v = full ? (cr - 128 * unit) / (2 ** bits - 1) : (cr / unit - 128) / 224;
  const red = luma + 2 * (1 - kr) * v;
  const blue = luma + 2 * (1 - kb) * u;
  return [red, (luma - kr * red - kb * blue) / (1 - kr - kb), blue];
}

describe('toRgb', () => {
  it.each([
    ['yuv444p', 8, BT709, LIMITED],
    ['yuv444p', 8, BT601, FULL],
    ['yuv444p10le', 10, BT2020, LIMITED],
    ['yuv444p12le', 12, BT709, FULL],
    ['yuv444p16le', 16, BT601, LIMITED],
  ])('follows the formulas for %s (%i bits, matrix %i, range %i)', (format, bits, matrix, range) => {
    const [width, height] = [13, 7];
    const code = noise(2 ** bits);
    const frame = makeFrame({ format, width, height, matrix, range, code });
    const rgb = new FrameConverter().toRgb(frame);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const expected = plainRgb(code(0, x, y), code(1, x, y), code(2, x, y), bits, matrix, range === FULL);
        expected.forEach((value, channel) => {
          expect(rgb[(channel * height + y) * width + x]).toBeCloseTo(value, 5);
        });
      }
    }
    frame.dispose();
  });

  it.each([
    [719, BT601],
    [720, BT709],
  ])('takes an untagged picture of %i lines for matrix %i', (height, matrix) => {
    const options = { format: 'yuv444p', width: 2, height, code: noise(256) };
    const [untagged, tagged] = [makeFrame(options), makeFrame({ ...options, matrix })];
    const converter = new FrameConverter();
    expect(converter.toRgb(untagged)).toEqual(converter.toRgb(tagged));
    untagged.dispose();
    tagged.dispose();
  });

  it('gives 8-bit RGB as code / 255', () => {
    const code = noise(256);
    const frame = makeFrame({ format: 'gbrp', width: 3, height: 2, code });
    const rgb = new FrameConverter().toRgb(frame);
    // FFmpeg stores green, blue, red.
    expect(rgb[0]).toBeCloseTo(code(2, 0, 0) / 255, 7);
    expect(rgb[6]).toBeCloseTo(code(0, 0, 0) / 255, 7);
    expect(rgb[12]).toBeCloseTo(code(1, 0, 0) / 255, 7);
    frame.dispose();
  });

  it('fills a buffer that it is given, and refuses one of another size', () => {
    const frame = makeFrame({ format: 'yuv420p', width: 4, height: 4, code: () => 128 });
    const buffer = new Float32Array(48);
    const converter = new FrameConverter();
    expect(converter.toRgb(frame, buffer)).toBe(buffer);
    expect(() => converter.toRgb(frame, new Float32Array(47))).toThrow(/3 x 4 x 4/);
    frame.dispose();
  });
});

describe('there and back', () => {
  const formats = ['yuv420p', 'yuv422p', 'yuv440p', 'yuv444p', 'yuvj420p', 'gray', 'gbrp', 'yuva420p'];
  const deep = ['yuv420p10le', 'yuv422p10le', 'yuv444p10le', 'yuv420p12le', 'yuv422p12le', 'yuv444p16le'];
  const more = ['yuv420p16le', 'gray10le', 'gray16le', 'gbrp10le', 'gbrp16le', 'gbrap12le'];
  it.each([...formats, ...deep, ...more])('gives back every code of %s, noise included', (format) => {
    const bits = Number(/(\d\d?)le$/.exec(format)?.[1] ?? 8);
    const converter = new FrameConverter();
    for (const [width, height] of [
      [16, 12],
      [17, 13],
      [1, 9],
      [9, 1],
      [2, 2],
      [1, 1],
    ] as const) {
      const frame = makeFrame({
        format,
        width,
        height,
        matrix: format.startsWith('g') ? 2 : BT709,
        code: noise(2 ** bits),
      });
      const back = converter.fromRgb(converter.toRgb(frame), frame);
      expect(codesOf(back)).toEqual(codesOf(frame));
      back.dispose();
      frame.dispose();
    }
  });

  it.each([1, 2, 3, 4])('gives back 4:2:0 with chroma at location %i', (chromaLocation) => {
    const frame = makeFrame({ format: 'yuv420p', width: 15, height: 11, chromaLocation, code: noise(256) });
    const converter = new FrameConverter();
    const back = converter.fromRgb(converter.toRgb(frame), frame);
    expect(codesOf(back)).toEqual(codesOf(frame));
    back.dispose();
    frame.dispose();
  });

  it.each([0, 1, 4, 5, 6, 7, 8, 9, 14])('gives back a picture tagged with matrix %i', (matrix) => {
    const frame = makeFrame({
      format: 'yuv444p10le',
      width: 8,
      height: 8,
      matrix,
      range: FULL,
      code: noise(1024),
    });
    const converter = new FrameConverter();
    const back = converter.fromRgb(converter.toRgb(frame), frame);
    expect(codesOf(back)).toEqual(codesOf(frame));
    expect(converter.notices.length).toBe(matrix === 14 ? 1 : 0);
    back.dispose();
    frame.dispose();
  });

  it('keeps time and tags', () => {
    const frame = makeFrame({
      format: 'yuv420p',
      width: 4,
      height: 4,
      matrix: 5,
      range: FULL,
      chromaLocation: 2,
      code: () => 90,
    });
    const converter = new FrameConverter();
    const back = converter.fromRgb(converter.toRgb(frame), frame, 'yuv444p10le');
    const { colorSpace, colorRange, chromaLocation } = back.native;
    expect([colorSpace, colorRange, chromaLocation]).toEqual([5, FULL, 2]);
    expect([back.pts, back.duration, back.index]).toEqual([0n, 1n, 0]);
    back.dispose();
    frame.dispose();
  });

  it('gives RGB that becomes YUV a matrix and video range', () => {
    const frame = makeFrame({ format: 'gbrp', width: 4, height: 4, matrix: 0, range: FULL, code: () => 255 });
    const converter = new FrameConverter();
    const back = converter.fromRgb(converter.toRgb(frame), frame, 'yuv444p');
    expect([back.native.colorSpace, back.native.colorRange]).toEqual([BT601, LIMITED]);
    expect(new Set(codesOf(back))).toEqual(new Set([235, 128]));
    back.dispose();
    frame.dispose();
  });

  it('rounds and clamps what a network made, and writes NaN as black', () => {
    const frame = makeFrame({ format: 'gray', width: 4, height: 1, range: FULL, code: () => 0 });
    const channel = [2, -1, 100.4 / 255, NaN];
    const back = new FrameConverter().fromRgb(Float32Array.from([...channel, ...channel, ...channel]), frame);
    expect(codesOf(back)).toEqual([255, 0, 100, 0]);
    back.dispose();
    frame.dispose();
  });
});
