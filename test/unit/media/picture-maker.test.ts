import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FrameConverter } from '../../../src/main/media/frame-converter.ts';
import { PictureMaker } from '../../../src/main/media/picture-maker.ts';
import { scaleDown } from '../../../src/main/media/picture-scaling.ts';
import type { Picture } from '../../../src/main/media/picture.ts';
import type { VideoFrame } from '../../../src/main/media/video-frame.ts';
import { makeFrame, noise } from './support/made-frame.ts';

const FORMATS = [
  ...['yuv420p', 'yuvj420p', 'yuv422p', 'yuv444p', 'yuv440p', 'yuva420p', 'gbrp', 'gbrap', 'gray'],
  ...['yuv420p10le', 'yuv422p10le', 'yuv444p12le', 'yuv420p16le', 'yuva444p10le', 'gbrp10le', 'gray16le'],
];

/** The definition: the conversion to floating point, clamped, times 255, rounded. */
function expectedBytes(frame: VideoFrame): number[] {
  const rgb = new FrameConverter().toRgb(frame);
  const size = frame.width * frame.height;
  return Array.from({ length: 4 * size }, (_, at) => {
    if (at % 4 === 3) return 255;
    return Math.round(Math.min(1, Math.max(0, rgb[(at % 4) * size + (at >> 2)]!)) * 255);
  });
}

function depthOf(format: string): number {
  return 2 ** Number(/(\d\d)le$/.exec(format)?.[1] ?? 8);
}

describe('a picture for the screen', () => {
  it.each(FORMATS)('is the frame in floating point, rounded (%s)', (format) => {
    const maker = new PictureMaker();
    for (const [width, height] of [
      [1, 1],
      [33, 17],
      [64, 48],
    ] as const) {
      for (const matrix of [1, 6, 8, 9]) {
        for (const range of [1, 2]) {
          for (const chromaLocation of format.includes('420') ? [0, 1, 2, 3, 6] : [0]) {
            const code = noise(depthOf(format));
            const frame = makeFrame({ format, width, height, matrix, range, chromaLocation, code });
            const { rgba } = maker.make(frame);
            expect(Buffer.compare(rgba, Uint8Array.from(expectedBytes(frame)))).toBe(0);
            frame.dispose();
          }
        }
      }
    }
    maker.dispose();
  });

  it('knows black, white and the primaries', () => {
    const one = (y: number, cb: number, cr: number): number[] => {
      const code = (plane: number) => [y, cb, cr][plane]!;
      const frame = makeFrame({ format: 'yuv420p', width: 2, height: 2, matrix: 1, range: 1, code });
      const { rgba } = new PictureMaker().make(frame);
      frame.dispose();
      return [...rgba.subarray(0, 4)];
    };
    expect(one(16, 128, 128)).toEqual([0, 0, 0, 255]);
    expect(one(235, 128, 128)).toEqual([255, 255, 255, 255]);
    expect(one(126, 128, 128)).toEqual([128, 128, 128, 255]);
    expect(one(255, 128, 128)).toEqual([255, 255, 255, 255]);
    // BT.709 red is Y 63, Cb 102, Cr 240.
    expect(one(63, 102, 240)).toEqual([255, 1, 0, 255]);
  });

  it.each([
    [0, 3, 2, [1, 2, 3, 4, 5, 6]],
    [90, 2, 3, [4, 1, 5, 2, 6, 3]],
    [180, 3, 2, [6, 5, 4, 3, 2, 1]],
    [270, 2, 3, [3, 6, 2, 5, 1, 4]],
  ])('is turned by %i degrees clockwise', (rotation, width, height, levels) => {
    const code = (_: number, x: number, y: number) => 1 + x + 3 * y;
    const frame = makeFrame({ format: 'gbrp', width: 3, height: 2, code });
    const picture = new PictureMaker().make(frame, { rotation });
    expect([picture.width, picture.height]).toEqual([width, height]);
    expect([...picture.rgba].filter((_, at) => at % 4 === 0)).toEqual(levels);
    frame.dispose();
  });
});

describe('a picture that is scaled down', () => {
  const picture = (width: number, height: number, level: (x: number, y: number) => number): Picture => {
    const rgba = new Uint8Array(4 * width * height).fill(255);
    for (let at = 0; at < width * height; at++) {
      rgba.fill(level(at % width, Math.floor(at / width)), 4 * at, 4 * at + 3);
    }
    return { width, height, rgba };
  };

  it('takes the mean of the area under each pixel', () => {
    const halved = scaleDown(
      picture(4, 2, (x, y) => 10 * x + 100 * y),
      2,
    );
    expect([halved.width, halved.height]).toEqual([2, 1]);
    expect([halved.rgba[0], halved.rgba[4]]).toEqual([55, 75]);
  });

  it('weighs pixels that lie on a border by their share', () => {
    const { width, height, rgba } = scaleDown(
      picture(3, 3, (x) => [0, 90, 240][x]!),
      2,
    );
    expect([width, height]).toEqual([2, 2]);
    // (0 * 1 + 90 * 0.5) / 1.5 and (90 * 0.5 + 240 * 1) / 1.5
    expect([rgba[0], rgba[4], rgba[3]]).toEqual([30, 190, 255]);
  });

  it('keeps flat areas as they are, and small pictures altogether', () => {
    const flat = scaleDown(
      picture(97, 61, () => 77),
      13,
    );
    expect([...flat.rgba].filter((_, at) => at % 4 !== 3).every((level) => level === 77)).toBe(true);
    const small = picture(8, 8, (x) => x);
    expect(scaleDown(small, 8)).toBe(small);
  });
});

describe('a compressed picture', () => {
  const frame = makeFrame({ format: 'gbrp', width: 21, height: 9, code: noise(256) });
  const picture = new PictureMaker().make(frame);

  it('loses nothing as PNG', async () => {
    const png = Buffer.from(await new PictureMaker().encode(picture, 'png'));
    expect(decodePng(png)).toEqual({
      width: 21,
      height: 9,
      rgb: [...picture.rgba].filter((_, at) => at % 4 !== 3),
    });
  });

  it('is a JPEG of its size', async () => {
    const jpeg = Buffer.from(await new PictureMaker().encode(picture, 'jpeg'));
    const header = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    expect([jpeg.readUInt16BE(header + 5), jpeg.readUInt16BE(header + 7)]).toEqual([9, 21]);
    expect(jpeg.subarray(-2)).toEqual(Buffer.from([0xff, 0xd9]));
  });
});

/** A plain reader of PNG files with 8 bits of R, G and B. */
function decodePng(png: Buffer): { width: number; height: number; rgb: number[] } {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  expect([png[24], png[25], png[28]]).toEqual([8, 2, 0]);
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') {
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
    }
  }
  const lines = inflateSync(Buffer.concat(parts));
  const row = 3 * width;
  const rgb = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    const filter = lines[y * (row + 1)];
    for (let x = 0; x < row; x++) {
      const left = x >= 3 ? rgb[y * row + x - 3]! : 0;
      const above = y > 0 ? rgb[(y - 1) * row + x]! : 0;
      const corner = x >= 3 && y > 0 ? rgb[(y - 1) * row + x - 3]! : 0;
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter ?? 0]!;
      rgb[y * row + x] = lines[y * (row + 1) + 1 + x]! + guess;
    }
  }
  return { width, height, rgb: [...rgb] };
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [a, b, c] = [left, above, corner].map((value) => Math.abs(guess - value)) as [number, number, number];
  return a <= b && a <= c ? left : b <= c ? above : corner;
}
