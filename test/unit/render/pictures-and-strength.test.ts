import { describe, expect, it } from 'vitest';
import { screenPicture } from '../../../src/main/render/preview-pixels.ts';
import { applyStrength } from '../../../src/main/render/strength.ts';

/** Planes of a picture whose red is its number of the pixel, in 8-bit codes. */
function numbered(width: number, height: number): Float32Array {
  const size = width * height;
  return Float32Array.from({ length: 3 * size }, (_, i) => (i < size ? i / 255 : i < 2 * size ? 0.2 : 0.4));
}

function reds({ rgba, width }: { rgba: Uint8Array; width: number }): number[][] {
  const all = [...rgba].filter((_, i) => i % 4 === 0);
  return Array.from({ length: all.length / width }, (_, row) => all.slice(row * width, (row + 1) * width));
}

describe('a picture for the screen', () => {
  it.each([
    [
      0,
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
    ],
    [
      90,
      [
        [3, 0],
        [4, 1],
        [5, 2],
      ],
    ],
    [
      180,
      [
        [5, 4, 3],
        [2, 1, 0],
      ],
    ],
    [
      270,
      [
        [2, 5],
        [1, 4],
        [0, 3],
      ],
    ],
  ])('is turned clockwise by %i degrees', (rotation, expected) => {
    const picture = screenPicture(numbered(3, 2), 3, 2, rotation);
    expect(reds(picture)).toEqual(expected);
    expect([picture.width, picture.height]).toEqual([expected[0]!.length, expected.length]);
    expect([...picture.rgba.slice(1, 4)]).toEqual([51, 102, 255]);
  });

  it('is clamped and rounded to the nearest code', () => {
    const values = [-0.5, 1.5, 100.4 / 255, 100.6 / 255].flatMap((value) => [value]);
    const picture = screenPicture(Float32Array.from([...values, ...values, ...values]), 4, 1, 0);
    expect(reds(picture)).toEqual([[0, 255, 100, 101]]);
  });
});

describe('strength', () => {
  it('mixes in the values as they are, outside [0, 1] too', () => {
    const restored = Float32Array.from([1, 1.5, -0.5]);
    applyStrength(restored, Float32Array.from([0, 0.5, 0.5]), 0.25);
    expect([...restored]).toEqual([0.25, 0.75, 0.25]);
  });

  it('gives the input to the last bit at 0 and the result at 1', () => {
    const input = Float32Array.from({ length: 100 }, (_, i) => i / 255);
    const restored = Float32Array.from({ length: 100 }, (_, i) => Math.fround(Math.sin(i)));
    const full = restored.slice();
    applyStrength(full, input, 1);
    expect(full).toEqual(restored);
    applyStrength(restored, input, 0);
    expect(restored).toEqual(input);
  });
});
