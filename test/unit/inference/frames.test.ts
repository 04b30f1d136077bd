import { describe, expect, it } from 'vitest';
import { BufferPool } from '../../../src/main/inference/frames/buffer-pool.ts';
import {
  checkFinite,
  checkNotBlack,
  isNearlyBlack,
} from '../../../src/main/inference/frames/output-check.ts';
import {
  ReflectionPadding,
  reflectedIndices,
} from '../../../src/main/inference/frames/reflection-padding.ts';

describe('reflection padding', () => {
  it('mirrors without repeating the edge, as often as needed', () => {
    expect([...reflectedIndices(4, 12)]).toEqual([0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1]);
    expect([...reflectedIndices(2, 5)]).toEqual([0, 1, 0, 1, 0]);
    expect([...reflectedIndices(1, 4)]).toEqual([0, 0, 0, 0]);
  });

  it('pads at the bottom and right, each channel by itself', () => {
    const padding = new ReflectionPadding(2, 3, { multiple: 4 });
    const frame = Float32Array.from({ length: 18 }, (_, i) => i);
    const padded = new Float32Array(48);
    padding.pad(frame, padded);
    expect([...padded.subarray(0, 16)]).toEqual([0, 1, 2, 1, 3, 4, 5, 4, 0, 1, 2, 1, 3, 4, 5, 4]);
    expect([...padded.subarray(32, 40)]).toEqual([12, 13, 14, 13, 15, 16, 17, 16]);
  });

  it('gives a cropped frame back unchanged, whatever its size', () => {
    for (const [height, width] of [
      [1, 1],
      [1, 9],
      [7, 1],
      [5, 6],
      [8, 8],
    ] as const) {
      const padding = new ReflectionPadding(height, width, { multiple: 8 });
      const frame = Float32Array.from({ length: 3 * height * width }, (_, i) => i / 7);
      const padded = new Float32Array(3 * padding.paddedHeight * padding.paddedWidth).fill(NaN);
      padding.pad(frame, padded);
      expect(padded.some(Number.isNaN)).toBe(false);
      const back = new Float32Array(frame.length);
      padding.crop(padded, back);
      expect(back).toEqual(frame);
    }
  });
});

describe('output checks', () => {
  it('finds a single NaN or infinity wherever it is', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      for (const index of [0, 5, 8, 16, 18]) {
        const values = new Float32Array(19).fill(0.5);
        values[index] = bad;
        expect(() => {
          checkFinite(values, 'frame 7');
        }).toThrow(/not numbers in frame 7/);
      }
    }
  });

  it('accepts any finite values, far out of range too', () => {
    expect(() => {
      checkFinite(Float32Array.of(-3, 0, -0, 3e38, 1e-40), 'frame 0');
    }).not.toThrow();
  });

  it('refuses a frame that would be written as all black', () => {
    expect(() => {
      checkNotBlack(new Float32Array(12).fill(-0.2), 'frame 3');
    }).toThrow(/frame 3 all black/);
    expect(() => {
      checkNotBlack(new Float32Array(12).fill(0.0019), 'frame 3');
    }).toThrow(expect.objectContaining({ code: 'output-black' }));
    const oneBright = new Float32Array(12);
    oneBright[11] = 0.01;
    expect(() => {
      checkNotBlack(oneBright, 'frame 3');
    }).not.toThrow();
  });

  it('expects black from black: less than one level on average', () => {
    expect(isNearlyBlack(new Float32Array(100))).toBe(true);
    expect(isNearlyBlack(new Float32Array(100).fill(0.003))).toBe(true);
    expect(isNearlyBlack(new Float32Array(100).fill(0.005))).toBe(false);
  });
});

describe('the buffer pool', () => {
  it('lends a returned buffer of the same length again', () => {
    const pool = new BufferPool();
    const first = pool.take(10);
    expect(pool.take(10)).not.toBe(first);
    pool.give(first);
    expect(pool.take(11)).not.toBe(first);
    expect(pool.take(10)).toBe(first);
  });
});
