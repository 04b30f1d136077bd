import { describe, expect, it } from 'vitest';
import {
  advanceTimecode,
  compareTimes,
  formatTime,
  isFrameTime,
  parseTime,
  rescaleTicks,
  ticksToSeconds,
  ticksToTime,
  timeToTicks,
} from '../../../src/shared/time.ts';

const NTSC = { num: 30000, den: 1001 };
const PAL = { num: 25, den: 1 };

describe('parseTime', () => {
  it.each([
    ['12.5', 25, 2],
    ['0', 0, 1],
    ['90', 90, 1],
    ['1:02.5', 125, 2],
    ['00:01:02.5', 125, 2],
    ['10:00:00', 36000, 1],
    [' 3,25 ', 13, 4],
    ['7s', 7, 1],
  ])('reads %s', (text, numerator, denominator) => {
    expect(parseTime(text)).toEqual({ numerator, denominator });
  });

  it('keeps decimals exact where a double would not', () => {
    expect(parseTime('0.1')).toEqual({ numerator: 1, denominator: 10 });
  });

  it('counts frames of a timecode at the nominal rate', () => {
    expect(parseTime('00:01:02:12', PAL)).toEqual({ numerator: 62 * 25 + 12, denominator: 25 });
  });

  it.each(['', 'abc', '-1', '1:2:3:4:5', '1.2.3', '1:60', '1:60:00', '00:00:00:25'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseTime(text, PAL)).toThrow(expect.objectContaining({ code: 'usage' }));
    },
  );

  it('asks for a frame rate only where frames are counted', () => {
    expect(isFrameTime('00:00:01:00')).toBe(true);
    expect(isFrameTime('00:00:01.00')).toBe(false);
    expect(() => parseTime('30f')).toThrow(/counts frames/);
    expect(parseTime('30f', NTSC)).toEqual({ numerator: 1001, denominator: 1000 });
  });
});

describe('drop-frame timecode', () => {
  // Known pairs of SMPTE ST 12-1 at 29.97 frames per second.
  it.each([
    ['00:00:59;29', 1799n],
    ['00:01:00;02', 1800n],
    ['00:10:00;00', 17982n],
    ['01:00:00;00', 107892n],
  ])('%s is frame %s, and back', (timecode, frame) => {
    expect(timeToTicks(parseTime(timecode, NTSC), { num: 1001, den: 30000 })).toBe(frame);
    expect(advanceTimecode('00:00:00;00', frame, NTSC)).toBe(timecode);
  });

  it('is refused where nothing is dropped', () => {
    expect(() => parseTime('00:00:01;00', PAL)).toThrow(/drop-frame/);
  });
});

describe('advanceTimecode', () => {
  it('carries frames into seconds, minutes and hours', () => {
    expect(advanceTimecode('00:59:59:24', 1n, PAL)).toBe('01:00:00:00');
  });

  it('wraps after a day', () => {
    expect(advanceTimecode('23:59:59:24', 1n, PAL)).toBe('00:00:00:00');
  });

  it('gives up on what is not a timecode', () => {
    expect(advanceTimecode('yesterday', 1n, PAL)).toBeUndefined();
  });
});

describe('ticks', () => {
  it('are rescaled exactly beyond the range of a double', () => {
    expect(rescaleTicks(2n ** 60n + 1n, { num: 1, den: 30000 }, { num: 1, den: 90000 })).toBe(
      3n * (2n ** 60n + 1n),
    );
  });

  it('round as asked, for negative times too', () => {
    const ms = { num: 1, den: 1000 };
    const s = { num: 1, den: 1 };
    expect(rescaleTicks(-1500n, ms, s, 'down')).toBe(-2n);
    expect(rescaleTicks(-1500n, ms, s, 'up')).toBe(-1n);
    expect(rescaleTicks(-1500n, ms, s)).toBe(-2n);
    expect(rescaleTicks(1499n, ms, s)).toBe(1n);
  });

  it('become seconds and exact times', () => {
    expect(ticksToSeconds(45000n, { num: 1, den: 30000 })).toBe(1.5);
    expect(ticksToTime(3003n, { num: 1, den: 30000 })).toEqual({ numerator: 1001, denominator: 10000 });
  });

  it('find the first frame at or after a time', () => {
    expect(timeToTicks({ numerator: 1, denominator: 10 }, { num: 1001, den: 30000 }, 'up')).toBe(3n);
  });
});

describe('times', () => {
  it('compare as fractions', () => {
    expect(compareTimes({ numerator: 1, denominator: 3 }, { numerator: 333, denominator: 1000 })).toBe(1);
    expect(compareTimes({ numerator: 2, denominator: 4 }, { numerator: 1, denominator: 2 })).toBe(0);
  });

  it.each([
    [{ numerator: 125, denominator: 2 }, '1:02.500'],
    [{ numerator: 3723, denominator: 1 }, '1:02:03.000'],
    [{ numerator: 2, denominator: 3 }, '0:00.667'],
    [{ numerator: -1, denominator: 2 }, '-0:00.500'],
  ])('%o reads %s', (time, text) => {
    expect(formatTime(time)).toBe(text);
  });
});
