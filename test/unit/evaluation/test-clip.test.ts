import { describe, expect, it } from 'vitest';
import { makeTestClip } from '../../../src/main/evaluation/test-clip.ts';

describe('the test clip', () => {
  const clip = makeTestClip(3, 24, 32, 4);

  it('is a moving picture within bounds', () => {
    expect(clip.length).toBe(3 * 3 * 24 * 32);
    expect(clip.every((value) => value >= 0 && value <= 1)).toBe(true);
    const size = 3 * 24 * 32;
    const change = clip.slice(size, 2 * size).map((value, at) => Math.abs(value - clip[at]!));
    expect(change.reduce((a, b) => Math.max(a, b))).toBeGreaterThan(0.1);
  });

  it('is the same for one seed', () => {
    expect(makeTestClip(3, 24, 32, 4)).toEqual(clip);
    expect(makeTestClip(3, 24, 32, 5)).not.toEqual(clip);
  });
});
