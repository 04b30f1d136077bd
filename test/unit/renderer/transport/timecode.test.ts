import { describe, expect, it } from 'vitest';
import { formatPosition } from '../../../../src/renderer/transport/timecode.ts';

describe('formatPosition', () => {
  it.each([
    ['counts frames within the second', { frameRate: '25', variable: false }, 90_061, '1:00:02:11'],
    ['counts 30 frames to a second at 29.97', { frameRate: '30000/1001', variable: false }, 65, '0:00:02:05'],
    [
      'goes on from the timecode of the source',
      { frameRate: '25', variable: false, timecode: '10:00:59:24' },
      1,
      '10:01:00:00',
    ],
    [
      'leaves out the numbers that drop-frame timecode leaves out',
      { frameRate: '30000/1001', variable: false, timecode: '00:00:59;29' },
      1,
      '00:01:00;02',
    ],
    [
      'counts from zero when the source’s timecode is none',
      { frameRate: '25', variable: false, timecode: 'tomorrow' },
      26,
      '0:00:01:01',
    ],
  ])('%s', (_what, format, index, text) => expect(formatPosition(format, index, 0)).toBe(text));

  it('writes milliseconds where frames have differing lengths, or their rate is unknown', () => {
    expect(formatPosition({ frameRate: '25', variable: true }, 3, 3661.2345)).toBe('1:01:01.235');
    expect(formatPosition({ variable: false }, 3, 59.9996)).toBe('0:01:00.000');
  });
});
