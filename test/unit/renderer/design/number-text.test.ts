import { describe, expect, it } from 'vitest';
import { readNumber, settle } from '../../../../src/renderer/design/number-text.ts';

const percent = { min: 0, max: 100, step: 1 };

describe('a number that a person writes', () => {
  it.each([
    ['50', 50],
    [' 50 % ', 50],
    ['50%', 50],
    ['12.4', 12],
    ['12,6', 13],
    ['.9', 1],
    ['-5', 0],
    ['250', 100],
  ])('"%s" is %d', (text, value) => {
    expect(readNumber(text, percent)).toBe(value);
  });

  it.each(['', ' ', '%', 'half', '1.2.3', '5 4', 'Infinity'])('"%s" is none', (text) => {
    expect(readNumber(text, percent)).toBeUndefined();
  });

  it('settles on steps without the dust of binary fractions', () => {
    expect(settle(0.30000000000000004, { min: 0, max: 1, step: 0.1 })).toBe(0.3);
    expect(settle(0.7 + 0.1, { min: 0, max: 1, step: 0.05 })).toBe(0.8);
    expect(settle(7, { min: 0, max: 100, step: 5 })).toBe(5);
  });
});
