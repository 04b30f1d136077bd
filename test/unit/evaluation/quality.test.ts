import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Alignment } from '../../../src/main/evaluation/alignment.ts';
import { Fourier } from '../../../src/main/evaluation/fourier.ts';
import { psnr } from '../../../src/main/evaluation/psnr.ts';
import type { RgbPicture } from '../../../src/main/evaluation/rgb-picture.ts';
import { ssim } from '../../../src/main/evaluation/ssim.ts';
import type { AlignedQuality, Quality } from '../../../src/shared/evaluation.ts';
import { decodeNpy } from '../../../src/shared/npy.ts';

const fixture = (name: string) => new URL(`../../fixtures/evaluation/${name}`, import.meta.url);

const { data, dims } = decodeNpy(readFileSync(fixture('pictures.npy')), 'pictures.npy');
const [, , height = 0, width = 0] = dims;
const pictures = [0, 1, 2].map((index): RgbPicture => {
  const size = 3 * width * height;
  const rgb = Float32Array.from(data.subarray(index * size, (index + 1) * size), (code) => code / 255);
  return { width, height, rgb };
});
const [sharp, blurred, moved] = pictures as [RgbPicture, RgbPicture, RgbPicture];
const reference = JSON.parse(readFileSync(fixture('reference.json'), 'utf8')) as Record<
  'blurred' | 'moved',
  { readonly plain: Quality; readonly aligned: AlignedQuality }
>;

describe.each([
  ['a blurred picture', blurred, reference.blurred],
  ['a moved and darker picture', moved, reference.moved],
])('%s', (_, picture, expected) => {
  it('has the PSNR that scikit-image gives', () => {
    expect(psnr(picture, sharp)).toBeCloseTo(expected.plain.psnr, 8);
  });

  it('has the SSIM that scikit-image gives', () => {
    expect(ssim(picture, sharp)).toBeCloseTo(expected.plain.ssim, 8);
  });

  it('has the aligned scores of the published measurement', () => {
    const aligned = new Alignment(width, height).measure(picture, sharp);
    expect(aligned).toMatchObject({ right: expected.aligned.right, down: expected.aligned.down });
    expect(aligned.psnr).toBeCloseTo(expected.aligned.psnr, 8);
    expect(aligned.ssim).toBeCloseTo(expected.aligned.ssim, 8);
  });
});

describe('quality', () => {
  it('of a picture beside itself is perfect, and nothing is moved', () => {
    expect(psnr(sharp, sharp)).toBe(Infinity);
    expect(ssim(sharp, sharp)).toBeCloseTo(1, 12);
    expect(new Alignment(width, height).measure(sharp, sharp)).toMatchObject({ right: 0, down: 0 });
  });

  it('leaves a flat picture where it is', () => {
    const flat = { width, height, rgb: new Float32Array(3 * width * height).fill(0.3) };
    expect(new Alignment(width, height).measure(flat, flat)).toMatchObject({ right: 0, down: 0 });
  });

  it('is refused between pictures of different sizes, and where the window does not fit', () => {
    const narrow = { width: 10, height: 30, rgb: new Float32Array(900) };
    expect(() => psnr(narrow, sharp)).toThrow('10 x 30');
    expect(() => ssim(narrow, narrow)).toThrow('10 x 30');
    expect(() => new Alignment(42, 200)).toThrow('42 x 200');
  });
});

describe('the Fourier transform', () => {
  it.each([1, 2, 7, 12, 43, 60])('of %i values is the sum that defines it', (length) => {
    const values = Float64Array.from({ length }, (_, k) => Math.sin(k * k + 1));
    const plane = { re: values.slice(), im: values.map((value) => value / 3) };
    new Fourier(length).transform(plane, 0, 1);
    for (let k = 0; k < length; k++) {
      let [re, im] = [0, 0];
      for (let n = 0; n < length; n++) {
        const angle = (-2 * Math.PI * k * n) / length;
        re += values[n]! * (Math.cos(angle) - Math.sin(angle) / 3);
        im += values[n]! * (Math.sin(angle) + Math.cos(angle) / 3);
      }
      expect(plane.re[k]).toBeCloseTo(re, 9);
      expect(plane.im[k]).toBeCloseTo(im, 9);
    }
  });
});
