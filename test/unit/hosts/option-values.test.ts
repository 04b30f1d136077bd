import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  parseBoolean,
  parseCuts,
  parsePath,
  parsePlace,
  parseStages,
  parseStrength,
  parseTile,
  parseTimeOption,
} from '../../../src/main/hosts/cli/option-values.ts';

describe('option values', () => {
  it('reads seconds as exact times and leaves frames for the clip to say', () => {
    expect(parseTimeOption('1:02.5')).toEqual({ numerator: 125, denominator: 2 });
    expect(parseTimeOption('150f')).toBe('150f');
    expect(parseTimeOption('00:00:01:12')).toBe('00:00:01:12');
  });

  it('reads numbers within their ranges', () => {
    expect([parseStages('1'), parseStages('3'), parseTile('64'), parseTile('512')]).toEqual([1, 3, 64, 512]);
    expect([parseBoolean('true'), parseBoolean('false')]).toEqual([true, false]);
  });

  it('reads where shots begin', () => {
    expect([parseCuts('detect'), parseCuts('none')]).toEqual(['detect', 'none']);
    expect(parseCuts('12f, 3.5,0f')).toEqual([12, { numerator: 7, denominator: 2 }, 0]);
  });

  it.each(['-1f', '12F', 'soon', '1:75', '', '00:00:00:05'])(
    'offers frames and times for %j as a place, no timecode',
    (text) => {
      expect(() => parsePlace(text)).toThrow(
        `"${text}" is neither a frame (12f) nor a time in seconds (3.5) or minutes (1:02.5).`,
      );
    },
  );

  it('reads a strength in percent as a fraction', () => {
    expect(['0', '35', '62.5', '100', '80%', '80 %'].map(parseStrength)).toEqual([
      0, 0.35, 0.625, 1, 0.8, 0.8,
    ]);
  });

  it.each([
    ['strength', () => parseStrength('101')],
    ['strength', () => parseStrength('-1')],
    ['strength', () => parseStrength('half')],
    ['stages', () => parseStages('0')],
    ['stages', () => parseStages('4')],
    ['stages', () => parseStages('2.5')],
    ['stages', () => parseStages('')],
    ['tile', () => parseTile('63')],
    ['tile', () => parseTile('-64')],
    ['path', () => parsePath('')],
    ['boolean', () => parseBoolean('yes')],
    ['cuts', () => parseCuts('')],
    ['cuts', () => parseCuts('12f,')],
    ['cuts', () => parseCuts('00:00:01:12')],
    ['cuts', () => parseCuts('-3f')],
    ['time', () => parseTimeOption('soon')],
    ['time', () => parseTimeOption('-1')],
    ['time', () => parseTimeOption('1:75')],
  ])('refuses other values of %s', (_, parse) => expect(parse).toThrow(InvalidArgumentError));
});
