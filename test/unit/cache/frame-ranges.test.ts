import { describe, expect, it } from 'vitest';
import { countFrames, rangesOf, without } from '../../../src/main/cache/frame-ranges.ts';

describe('ranges of frames', () => {
  it('join neighbours', () => {
    expect(rangesOf([5, 1, 2, 2, 9, 3])).toEqual([
      { from: 1, to: 4 },
      { from: 5, to: 6 },
      { from: 9, to: 10 },
    ]);
    expect(rangesOf([])).toEqual([]);
  });

  it('leave out what others hold', () => {
    const others = [
      { from: 0, to: 3 },
      { from: 5, to: 6 },
      { from: 9, to: 20 },
    ];
    expect(without({ from: 2, to: 12 }, others)).toEqual([
      { from: 3, to: 5 },
      { from: 6, to: 9 },
    ]);
    expect(without({ from: 10, to: 12 }, others)).toEqual([]);
    expect(without({ from: 20, to: 22 }, others)).toEqual([{ from: 20, to: 22 }]);
  });

  it('are counted by their frames', () => {
    expect(
      countFrames([
        { from: 1, to: 4 },
        { from: 9, to: 10 },
      ]),
    ).toBe(4);
  });
});
