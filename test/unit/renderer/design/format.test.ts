import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatDuration,
  formatFrameRate,
  formatFrames,
  formatMoment,
  formatSpan,
  formatSpeed,
  formatTimeLeft,
} from '../../../../src/renderer/design/format.ts';

describe('numbers on the page', () => {
  it('count frames with their noun', () => {
    expect(formatFrames(1)).toBe('1 frame');
    expect(formatFrames(0)).toBe('0 frames');
    expect(formatFrames(12345)).toBe('12,345 frames');
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1449, '1.4 kB'],
    [99_960, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [732_590, '733 kB'],
    [18_234_567, '18.2 MB'],
    [2_812_345_678, '2.8 GB'],
    [5e18, '5000 PB'],
  ])('write %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0.5432, '0.54 fps'],
    [1.849, '1.85 fps'],
    [9.994, '9.99 fps'],
    [9.996, '10.0 fps'],
    [99.96, '100 fps'],
    [240.4, '240 fps'],
  ])('write a speed of %d as %s', (speed, text) => {
    expect(formatSpeed(speed)).toBe(text);
  });

  it.each([
    ['30000/1001', '29.97 fps'],
    ['24000/1001', '23.98 fps'],
    ['25/1', '25 fps'],
    ['60', '60 fps'],
    ['1/3', '0.333 fps'],
    ['0/0', undefined],
    ['25/0', undefined],
    ['-25/1', undefined],
    ['fast', undefined],
  ])('write the rate %s as %s', (fraction, text) => {
    expect(formatFrameRate(fraction)).toBe(text);
  });

  it.each([
    [0, '0 s'],
    [0.2, '1 s'],
    [59.2, '1 min 00 s'],
    [125, '2 min 05 s'],
    [3600, '1 h 00 min'],
    [4080, '1 h 08 min'],
    [48 * 3600, '2 d 0 h'],
    [-3, '0 s'],
  ])('write %d seconds as %s', (seconds, text) => {
    expect(formatSpan(seconds)).toBe(text);
  });

  it.each([
    [2.2022, '2.2 s'],
    [0, '0.0 s'],
    [59.96, '1 min 00 s'],
    [125.4, '2 min 05 s'],
  ])('write the length of a clip of %d seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it('tell the time that is left no more exactly than it is known', () => {
    expect(formatTimeLeft(0.4)).toBe('Almost done');
    expect(formatTimeLeft(22.8)).toBe('23 s left');
    expect(formatTimeLeft(130)).toBe('2 min 10 s left');
    expect(formatTimeLeft(615)).toBe('10 min left');
    expect(formatTimeLeft(3599)).toBe('1 h 00 min left');
    expect(formatTimeLeft(7300)).toBe('2 h 02 min left');
  });

  it('write a moment the shorter, the nearer it is', () => {
    const now = new Date(2026, 10, 20, 18, 0).getTime();
    expect(formatMoment(new Date(2026, 10, 20, 9, 5).getTime(), now)).toBe('today, 09:05');
    expect(formatMoment(new Date(2026, 2, 12, 9, 30).getTime(), now)).toBe('12 Mar, 09:30');
    expect(formatMoment(new Date(2024, 2, 12, 9, 30).getTime(), now)).toBe('12 Mar 2024');
  });
});
