import { describe, expect, it } from 'vitest';
import {
  computedPixels,
  planTiles,
  planTilesOfSize,
  smallestTile,
} from '../../../src/main/inference/tiling/tile-plan.ts';
import type { TilePlan, TileSpan } from '../../../src/main/inference/tiling/tile-plan.ts';

/** What makes a tiled result equal to the untiled one, checked along one axis. */
function expectExact(
  spans: readonly TileSpan[],
  length: number,
  size: number,
  margin: number,
  multiple: number,
) {
  let covered = 0;
  for (const { input, kept } of spans) {
    expect(input.end - input.start).toBe(size);
    expect(input.start % multiple).toBe(0);
    expect(input.start).toBeGreaterThanOrEqual(0);
    expect(input.end).toBeLessThanOrEqual(length);
    expect(kept.start).toBe(covered);
    expect(kept.end).toBeGreaterThan(kept.start);
    if (input.start > 0) expect(kept.start - input.start).toBeGreaterThanOrEqual(margin);
    if (input.end < length) expect(input.end - kept.end).toBeGreaterThanOrEqual(margin);
    covered = kept.end;
  }
  expect(covered).toBe(length);
}

function expectPlan(plan: TilePlan, height: number, width: number, margin: number, multiple: number) {
  expectExact(plan.rows, height, plan.height, margin, multiple);
  expectExact(plan.columns, width, plan.width, margin, multiple);
}

describe('tile planning', () => {
  it('uses the whole frame where it fits', () => {
    const plan = planTiles({ height: 180, width: 320, multiple: 4, margin: 50, maxPixels: 180 * 320 });
    expect(plan).toMatchObject({ height: 180, width: 320 });
    expect(computedPixels(plan!)).toBe(180 * 320);
  });

  it('covers every pixel once, at least the margin away from every cut', () => {
    for (const [height, width] of [
      [1080, 1920],
      [2160, 4096],
      [720, 720],
      [64, 4096],
      [4, 4],
    ] as const) {
      for (const [margin, multiple] of [
        [0, 1],
        [37, 4],
        [113, 8],
        [200, 4],
      ] as const) {
        const h = Math.ceil(height / multiple) * multiple;
        const w = Math.ceil(width / multiple) * multiple;
        for (const share of [1, 0.9, 0.5, 0.3, 0.1, 0.05]) {
          const plan = planTiles({ height: h, width: w, multiple, margin, maxPixels: share * h * w });
          if (plan === undefined) continue;
          expect(plan.height * plan.width).toBeLessThanOrEqual(share * h * w);
          expectPlan(plan, h, w, margin, multiple);
        }
      }
    }
  });

  it('cuts where little is computed twice: a wide frame into columns, a tall one into rows', () => {
    const wide = planTiles({ height: 400, width: 2000, multiple: 4, margin: 40, maxPixels: 450_000 });
    expect([wide?.rows.length, wide?.columns.length]).toEqual([1, 2]);
    const tall = planTiles({ height: 2000, width: 400, multiple: 4, margin: 40, maxPixels: 450_000 });
    expect([tall?.rows.length, tall?.columns.length]).toEqual([2, 1]);
  });

  it('computes no more than any other division into equal tiles would', () => {
    const request = { height: 1080, width: 1920, multiple: 4, margin: 60, maxPixels: 500_000 };
    const plan = planTiles(request)!;
    for (let rows = 1; rows <= 8; rows++) {
      for (let columns = 1; columns <= 8; columns++) {
        const height = Math.ceil((1080 + 120 * (rows - 1)) / rows / 4) * 4;
        const width = Math.ceil((1920 + 120 * (columns - 1)) / columns / 4) * 4;
        if (height * width > request.maxPixels) continue;
        expect(computedPixels(plan)).toBeLessThanOrEqual(rows * columns * height * width * 1.05);
      }
    }
  });

  it('says so when not even the smallest tile fits', () => {
    const request = { height: 1080, width: 1920, multiple: 4, margin: 100 };
    const { height, width } = smallestTile(request);
    expect([height, width]).toEqual([300, 296]);
    expect(planTiles({ ...request, maxPixels: height * width - 1 })).toBeUndefined();
    expect(planTiles({ ...request, maxPixels: height * width })).toBeDefined();
  });

  it('cuts no tile shorter than its minimum', () => {
    for (const length of [400, 600, 1080, 3840]) {
      const request = { height: length, width: 2160, multiple: 4, margin: 20, minimum: 512 };
      const least = Math.min(length, 512);
      const plans = [
        planTiles({ ...request, maxPixels: 700 * 700 }),
        planTilesOfSize(request, { height: 1, width: 1 }),
        planTilesOfSize(request, smallestTile(request)),
      ];
      for (const plan of plans) {
        if (plan === undefined) continue;
        expect(plan.height).toBeGreaterThanOrEqual(least);
        expect(plan.width).toBeGreaterThanOrEqual(512);
        expectPlan(plan, length, 2160, 20, 4);
      }
      expect(plans[1]!.columns.length).toBeGreaterThan(2);
    }
  });

  it('makes tiles of a size that was asked for, or the nearest possible', () => {
    const request = { height: 1080, width: 1920, multiple: 4, margin: 40 };
    const strips = planTilesOfSize(request, { height: 256, width: 4096 });
    expect(strips.width).toBe(1920);
    expect(strips.height).toBeLessThanOrEqual(256);
    expectPlan(strips, 1080, 1920, 40, 4);
    const tiny = planTilesOfSize(request, { height: 1, width: 1 });
    expect([tiny.height, tiny.width]).toEqual([84, 84]);
    expectPlan(tiny, 1080, 1920, 40, 4);
  });
});
