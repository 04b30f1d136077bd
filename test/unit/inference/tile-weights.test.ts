import { describe, expect, it } from 'vitest';
import { planTilesOfSize } from '../../../src/main/inference/tiling/tile-plan.ts';
import { addTile, tileWeights } from '../../../src/main/inference/tiling/tile-weights.ts';

const plan = (blend: number, length = 400, tile = 150, margin = 20) =>
  planTilesOfSize({ height: 4, width: length, multiple: 4, margin, blend }, { height: 4, width: tile });

describe('weights of tiles along an axis', () => {
  it.each([
    [0, 400, 150],
    [32, 400, 150],
    [64, 400, 150],
    [64, 400, 1],
    [64, 2000, 300],
    [6, 120, 60],
  ])('add up to 1 at every pixel, and never reach into a margin: blend %i of %i', (blend, length, tile) => {
    const margin = 20;
    const { columns } = plan(blend, length, tile, margin);
    const sums = new Float32Array(length);
    const weights = tileWeights(columns, blend);
    for (const [index, { input }] of columns.entries()) {
      for (const [place, weight] of weights[index]!.entries()) {
        sums[input.start + place]! += weight;
        const beforeCut = input.start > 0 && place < margin;
        const behindCut = input.end < length && place >= input.end - input.start - margin;
        if (beforeCut || behindCut) expect(weight).toBe(0);
      }
    }
    for (const sum of sums) expect(sum).toBeCloseTo(1, 6);
  });

  it('are those of the kept part where nothing is mixed', () => {
    const { columns } = plan(0);
    expect(columns.length).toBeGreaterThan(2);
    for (const [index, weights] of tileWeights(columns, 0).entries()) {
      const { input, kept } = columns[index]!;
      const expected = Array.from(weights, (_, place) => {
        const at = input.start + place;
        return at >= kept.start && at < kept.end ? 1 : 0;
      });
      expect([...weights]).toEqual(expected);
    }
  });

  it('fall in a straight line around a cut', () => {
    const { columns } = plan(8, 200, 140);
    const cut = columns[0]!.kept.end;
    const first = tileWeights(columns, 8)[0]!;
    const around = [...first.subarray(cut - 5, cut + 5)];
    const expected = [1, 15, 13, 11, 9, 7, 5, 3, 1, 0].map((step, index) => (index === 0 ? 1 : step / 16));
    around.forEach((weight, index) => expect(weight).toBeCloseTo(expected[index]!, 6));
  });
});

describe('tiles put together', () => {
  it('make one slope of two tiles that differ, and the picture itself of two that are alike', () => {
    const { columns, blend } = plan(32, 300, 200);
    expect(columns.length).toBe(2);
    const weights = tileWeights(columns, blend);
    const join = (values: (index: number, at: number) => number) => {
      const target = new Float32Array(300);
      for (const [index, { input }] of columns.entries()) {
        const length = input.end - input.start;
        addTile({
          source: Float32Array.from({ length }, (_, place) => values(index, input.start + place)),
          rowWeights: Float32Array.of(1),
          columnWeights: weights[index]!,
          target,
          targetPlane: { height: 1, width: 300 },
          top: 0,
          left: input.start,
          channels: 1,
        });
      }
      return [...target];
    };
    const mixed = join((index) => index);
    const steps = mixed.slice(1).map((value, at) => value - mixed[at]!);
    expect(Math.max(...steps)).toBeLessThan(1.001 / 32);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(-1e-6);
    expect([mixed[0], mixed.at(-1)]).toEqual([0, 1]);
    for (const [at, value] of join((_, place) => place).entries()) expect(value).toBeCloseTo(at, 4);
  });
});
