import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addRange,
  countFrames,
  hasFrame,
  removeRange,
  type FrameRanges,
} from '../../../../src/renderer/state/frame-ranges.ts';

const SIZE = 40;
const range = fc
  .tuple(fc.nat(SIZE - 1), fc.integer({ min: 1, max: 8 }))
  .map(([from, length]) => ({ from, to: Math.min(SIZE, from + length) }));
const change = fc.record({ add: fc.boolean(), range });

const framesOf = (ranges: FrameRanges) =>
  Array.from({ length: SIZE }, (_, index) => index).filter((index) => hasFrame(ranges, index));

describe('frame ranges', () => {
  it('joins ranges that overlap or touch', () => {
    const ranges = addRange(addRange([{ from: 0, to: 2 }], { from: 4, to: 6 }), { from: 2, to: 4 });
    expect(ranges).toEqual([{ from: 0, to: 6 }]);
  });

  it('splits a range that loses its middle', () => {
    expect(removeRange([{ from: 0, to: 9 }], { from: 3, to: 5 })).toEqual([
      { from: 0, to: 3 },
      { from: 5, to: 9 },
    ]);
  });

  it('counts the frames within a part', () => {
    expect(
      countFrames(
        [
          { from: 0, to: 4 },
          { from: 6, to: 9 },
        ],
        { from: 2, to: 7 },
      ),
    ).toBe(3);
  });

  it('holds the same frames as a set would, in ascending ranges that do not touch', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        let ranges: FrameRanges = [];
        const set = new Set<number>();
        for (const { add, range } of changes) {
          ranges = add ? addRange(ranges, range) : removeRange(ranges, range);
          for (let index = range.from; index < range.to; index += 1) {
            if (add) set.add(index);
            else set.delete(index);
          }
        }
        expect(framesOf(ranges)).toEqual([...set].sort((a, b) => a - b));
        expect(countFrames(ranges, { from: 0, to: SIZE })).toBe(set.size);
        ranges.slice(1).forEach(({ from }, index) => expect(from).toBeGreaterThan(ranges[index]!.to));
      }),
    );
  });
});
