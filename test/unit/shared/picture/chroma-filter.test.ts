import { describe, expect, it } from 'vitest';
import {
  type ChromaPhase,
  type Taps,
  chromaPhases,
  decimationTaps,
  interpolationTaps,
} from '../../../../src/shared/picture/chroma-filter.ts';

function apply(taps: Taps, input: readonly number[]): number[] {
  return Array.from({ length: taps.index.length / taps.count }, (_, output) => {
    let sum = 0;
    for (let slot = output * taps.count; slot < (output + 1) * taps.count; slot++) {
      sum += (taps.weight[slot] ?? 0) * (input[taps.index[slot] ?? 0] ?? 0);
    }
    return sum;
  });
}

describe('chroma filters', () => {
  const lengths = [1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 31];
  it.each<[ChromaPhase, number[]]>([
    ['even', lengths],
    ['between', lengths],
    ['odd', lengths.filter((length) => length % 2 === 0)],
  ])('down after up gives every sample back (%s)', (phase, cases) => {
    for (const length of cases) {
      const narrow = Array.from({ length: Math.ceil(length / 2) }, (_, k) => Math.sin(k * 7.3) * 100);
      const back = apply(decimationTaps(length, phase), apply(interpolationTaps(length, phase), narrow));
      back.forEach((value, k) => expect(value).toBeCloseTo(narrow[k] ?? NaN, 9));
    }
  });

  it.each<ChromaPhase>(['even', 'between', 'odd'])('keep a constant (%s)', (phase) => {
    expect(apply(interpolationTaps(9, phase), [5, 5, 5, 5, 5])).toEqual(Array(9).fill(5));
    expect(apply(decimationTaps(9, phase), Array(9).fill(5))).toEqual(Array(5).fill(5));
  });

  it('lets nothing through that alternates from sample to sample', () => {
    const alternating = Array.from({ length: 16 }, (_, x) => (x % 2 === 0 ? 1 : -1));
    const inner = (values: number[]) => values.slice(2, -2);
    for (const phase of ['even', 'between'] as const) {
      inner(apply(decimationTaps(16, phase), alternating)).forEach((value) =>
        expect(value).toBeCloseTo(0, 12),
      );
    }
  });

  it('interpolates a ramp where its samples lie', () => {
    // Chroma that equals the position of its luma samples must come out as the position, away from the ends.
    expect(apply(interpolationTaps(8, 'even'), [0, 2, 4, 6]).slice(0, 7)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(apply(interpolationTaps(8, 'between'), [0.5, 2.5, 4.5, 6.5]).slice(1, 7)).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
  });
});

describe('chromaPhases', () => {
  it.each([
    [0, 'even', 'between'],
    [1, 'even', 'between'],
    [2, 'between', 'between'],
    [3, 'even', 'even'],
    [4, 'between', 'even'],
    [5, 'even', 'odd'],
    [6, 'between', 'odd'],
  ])('location %i lies %s along x and %s along y', (location, x, y) => {
    expect(chromaPhases(location)).toEqual({ x, y });
  });
});
