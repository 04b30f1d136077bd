import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatRate,
  formatTable,
} from '../../../src/main/hosts/cli/format.ts';

describe('numbers on a terminal', () => {
  it.each([
    [0, '0:00'],
    [6.6, '0:07'],
    [59.6, '1:00'],
    [754, '12:34'],
    [3723, '1:02:03'],
    [-1, '0:00'],
  ])('shows %d seconds as %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  it.each([
    [0.012, '0.012'],
    [0.25, '0.25'],
    [3.21, '3.2'],
    [123.4, '123'],
  ])('shows a rate of %d as %s', (rate, text) => expect(formatRate(rate)).toBe(text));

  it.each([
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [269_403, '269 kB'],
    [999_600, '1.0 MB'],
    [2_429_896, '2.4 MB'],
    [12_000_000_000, '12 GB'],
  ])('shows %d bytes as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it('counts one frame and more frames', () => {
    expect([0, 1, 2].map((count) => formatCount(count, 'frame'))).toEqual([
      '0 frames',
      '1 frame',
      '2 frames',
    ]);
  });

  it('aligns columns and leaves no blanks at line ends', () => {
    expect(
      formatTable(
        ['A', 'Bee'],
        [
          ['long', ''],
          ['x', 'y'],
        ],
      ),
    ).toBe('A     Bee\nlong\nx     y\n');
  });
});
