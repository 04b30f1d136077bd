import { describe, expect, it } from 'vitest';
import {
  boundaryAt,
  cutPositions,
  frameAt,
  markStep,
  positionOf,
} from '../../../../src/renderer/transport/scrub-geometry.ts';

describe('the scrub bar', () => {
  it('finds each frame where it is drawn', () => {
    for (const frames of [1, 7, 66, 1000]) {
      for (const index of [0, Math.floor(frames / 2), frames - 1]) {
        expect(frameAt(positionOf(index + 0.5, frames, 1256), frames, 1256)).toBe(index);
      }
    }
  });

  it('stays within the clip beyond its ends', () => {
    expect([frameAt(-20, 66, 1000), frameAt(5000, 66, 1000)]).toEqual([0, 65]);
    expect([boundaryAt(-20, 66, 1000), boundaryAt(5000, 66, 1000)]).toEqual([0, 66]);
  });

  it('takes the boundary between frames that is nearest', () => {
    expect([boundaryAt(104, 10, 1000), boundaryAt(151, 10, 1000)]).toEqual([1, 2]);
  });

  it('has a place before it has a width', () => {
    expect([frameAt(10, 66, 0), boundaryAt(10, 66, 0)]).toEqual([0, 0]);
  });

  it('marks each cut at the start of its frame, and few of very many', () => {
    expect(cutPositions([], 100, 1000, 2)).toEqual([]);
    expect(cutPositions([9, 50], 100, 1000, 2)).toEqual([90, 500]);
    const many = Array.from({ length: 10_000 }, (_, index) => index + 1);
    const marks = cutPositions(many, 10_001, 1000, 2);
    expect(marks.length).toBeLessThanOrEqual(501);
    expect(marks.length).toBeGreaterThan(400);
  });

  it.each([10, 1000, 100_000, 10_000_000])('draws few marks for %s frames', (frames) => {
    const marks = frames / markStep(frames, 1256, 6);
    expect(marks).toBeLessThanOrEqual(1256 / 6 + 1);
    expect(marks).toBeGreaterThanOrEqual(1);
  });
});
