import { describe, expect, it } from 'vitest';
import { PictureMaker } from '../../../../src/main/media/picture-maker.ts';
import { PictureUnpacker, packRgba } from '../../../../src/shared/picture/packed-picture.ts';
import { makeFrame, noise } from '../../media/support/made-frame.ts';

const FRAMES = [
  { format: 'yuv420p', bits: 8, matrix: 1, range: 1, chromaLocation: 1 },
  { format: 'yuvj420p', bits: 8, matrix: 5, range: 2, chromaLocation: 2 },
  { format: 'yuv422p', bits: 8, matrix: 6, range: 1, chromaLocation: 1 },
  { format: 'yuv444p', bits: 8, matrix: 1, range: 1, chromaLocation: 1 },
  { format: 'yuv420p10le', bits: 10, matrix: 9, range: 1, chromaLocation: 3 },
  { format: 'yuv444p10le', bits: 10, matrix: 1, range: 1, chromaLocation: 1 },
  { format: 'gbrp', bits: 8, matrix: 0, range: 2, chromaLocation: 0 },
] as const;
const SIZE = { width: 35, height: 21 };

describe('a packed picture', () => {
  it.each(FRAMES)('of $format unpacks to the very bytes', (kind) => {
    const frame = makeFrame({ ...kind, ...SIZE, code: noise(2 ** kind.bits) });
    const maker = new PictureMaker();
    const { rgba } = maker.make(frame);
    const { packed, ...size } = maker.pack(frame);
    expect(size).toEqual(SIZE);
    const unpacked = new PictureUnpacker().unpack(packed);
    expect(unpacked).toMatchObject(SIZE);
    expect(Buffer.compare(unpacked.rgba, rgba)).toBe(0);
  });

  it('takes less than R, G, B, A where the decoder has less', () => {
    const sizeOf = (format: string, code: number) =>
      new PictureMaker().pack(makeFrame({ format, width: 64, height: 48, code: () => code })).packed.length /
      (64 * 48);
    expect(sizeOf('yuv420p', 100)).toBeLessThan(1.8);
    expect(sizeOf('yuv420p10le', 100)).toBeLessThan(3.3);
    expect(sizeOf('gbrp', 100)).toBeLessThan(4.3);
  });

  it('is upright and of the size that was asked for', () => {
    const frame = makeFrame({ format: 'yuv420p', ...SIZE, code: noise(256) });
    const maker = new PictureMaker();
    for (const options of [{ rotation: 90 }, { maxWidth: 16 }]) {
      const { packed } = maker.pack(frame, options);
      expect(new PictureUnpacker().unpack(packed)).toEqual(maker.make(frame, options));
    }
  });

  it('serves pictures of different kinds in turn', () => {
    const unpacker = new PictureUnpacker();
    const maker = new PictureMaker();
    for (const format of ['yuv420p', 'yuv444p', 'yuv420p']) {
      const frame = makeFrame({ format, ...SIZE, code: noise(256) });
      expect(unpacker.unpack(maker.pack(frame).packed)).toEqual(maker.make(frame));
    }
  });

  it('that is cut off is refused', () => {
    const unpacker = new PictureUnpacker();
    const yuv = new PictureMaker().pack(makeFrame({ format: 'yuv420p', ...SIZE, code: noise(256) })).packed;
    const rgba = packRgba({ width: 2, height: 2, rgba: new Uint8Array(16) });
    for (const whole of [yuv, rgba]) {
      for (const length of [0, 3, 10, whole.length - 1]) {
        expect(() => unpacker.unpack(whole.slice(0, length))).toThrow(RangeError);
      }
    }
  });
});
