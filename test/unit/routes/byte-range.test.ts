import { describe, expect, it } from 'vitest';
import { parseRange } from '../../../src/main/routes/byte-range.ts';

describe('parseRange, of 1000 bytes', () => {
  it.each([
    ['bytes=0-499', { from: 0, to: 500 }],
    ['bytes=500-999', { from: 500, to: 1000 }],
    ['bytes=0-0', { from: 0, to: 1 }],
    ['bytes=999-', { from: 999, to: 1000 }],
    ['bytes=0-', { from: 0, to: 1000 }],
    ['bytes=-1', { from: 999, to: 1000 }],
    ['bytes=-5000', { from: 0, to: 1000 }],
    ['bytes=990-5000', { from: 990, to: 1000 }],
    ['bytes=10-99999999999999999999999999', { from: 10, to: 1000 }],
    ['BYTES=1-2', { from: 1, to: 3 }],
    ['bytes= 1-2 ', { from: 1, to: 3 }],
  ])('%s is a part', (header, expected) => {
    expect(parseRange(header, 1000)).toEqual(expected);
  });

  it.each(['bytes=1000-', 'bytes=1000-1001', 'bytes=-0', 'bytes=99999999999999999999-'])(
    '%s can’t be satisfied',
    (header) => {
      expect(parseRange(header, 1000)).toBe('unsatisfiable');
    },
  );

  it.each([
    null,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=a-b',
    'bytes=5-1',
    'bytes=0-1,5-6',
    'bytes=1.5-3',
    'bytes=--5',
    'seconds=0-1',
    'bytes=0x1-2',
  ])('%j is ignored', (header) => {
    expect(parseRange(header, 1000)).toBeUndefined();
  });

  it('finds nothing to satisfy in an empty file', () => {
    expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable');
    expect(parseRange('bytes=-5', 0)).toBe('unsatisfiable');
    expect(parseRange(null, 0)).toBeUndefined();
  });
});
