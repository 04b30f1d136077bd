import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterClipPath,
  afterCorners,
  angleOf,
  cornersOfSides,
  dividerWithin,
  positionThrough,
  sideOf,
} from '../../../../src/renderer/viewer/wipe-geometry.ts';

const SIZE = { width: 200, height: 100 };
const wipes = fc.record({
  position: fc.double({ min: 0, max: 1, noNaN: true }),
  angle: fc.double({ min: -180, max: 180, noNaN: true }),
});

function area(corners: readonly { x: number; y: number }[]): number {
  return Math.abs(
    corners.reduce((sum, { x, y }, index) => {
      const next = corners[(index + 1) % corners.length]!;
      return sum + (x * next.y - next.x * y) / 2;
    }, 0),
  );
}

describe('the wipe', () => {
  it.each([
    ['upright, After on the right', 0.25, 0, 'polygon(25% 0%, 100% 0%, 100% 100%, 25% 100%)'],
    ['lying, After below', 0.5, 90, 'polygon(100% 50%, 100% 100%, 0% 100%, 0% 50%)'],
    ['turned around, After on the left', 0.75, 180, 'polygon(0% 0%, 25% 0%, 25% 100%, 0% 100%)'],
  ])('%s', (_what, position, angle, path) => {
    expect(afterClipPath({ position, angle }, SIZE)).toBe(path);
  });

  it('shows nothing of After at its far end', () => {
    expect(area(afterCorners({ position: 1, angle: 0 }, SIZE))).toBeCloseTo(0);
  });

  it('gives both sides together the whole picture, at any angle', () => {
    fc.assert(
      fc.property(wipes, ({ position, angle }) => {
        const one = area(afterCorners({ position, angle }, SIZE));
        const other = area(afterCorners({ position: 1 - position, angle: angle + 180 }, SIZE));
        expect(one + other).toBeCloseTo(SIZE.width * SIZE.height, 4);
      }),
    );
  });

  it('goes through the point that it is drawn to, at any angle', () => {
    const points = fc.record({
      x: fc.double({ min: 0, max: SIZE.width, noNaN: true }),
      y: fc.double({ min: 0, max: SIZE.height, noNaN: true }),
    });
    fc.assert(
      fc.property(wipes, points, ({ angle }, point) => {
        const position = positionThrough(point, angle, SIZE);
        expect(sideOf({ position, angle }, SIZE, point)).toBeCloseTo(0, 6);
      }),
    );
  });

  it('has its line where the sides meet, within what is in sight', () => {
    const window = { from: { x: 50, y: 20 }, to: { x: 180, y: 90 } };
    fc.assert(
      fc.property(wipes, (wipe) => {
        const line = dividerWithin(wipe, SIZE, window);
        for (const point of line ? [line.from, line.to] : []) {
          expect(sideOf(wipe, SIZE, point)).toBeCloseTo(0, 6);
          expect(point.x).toBeGreaterThanOrEqual(window.from.x - 1e-6);
          expect(point.x).toBeLessThanOrEqual(window.to.x + 1e-6);
          expect(point.y).toBeGreaterThanOrEqual(window.from.y - 1e-6);
          expect(point.y).toBeLessThanOrEqual(window.to.y + 1e-6);
        }
      }),
    );
  });

  it('has no line where it is out of sight', () => {
    const window = { from: { x: 150, y: 0 }, to: { x: 200, y: 100 } };
    expect(dividerWithin({ position: 0.5, angle: 0 }, SIZE, window)).toBeUndefined();
  });

  it('runs down at angle 0, so that an angle can be read off two of its points', () => {
    const line = dividerWithin({ position: 0.5, angle: 30 }, SIZE, {
      from: { x: 0, y: 0 },
      to: { x: 200, y: 100 },
    });
    expect(angleOf(line!.from, line!.to)).toBeCloseTo(30);
  });

  it.each([
    [0, 'top-left', 'top-right'],
    [45, 'top-left', 'bottom-right'],
    [90, 'top-left', 'bottom-left'],
    [180, 'top-right', 'top-left'],
    [-45, 'bottom-left', 'top-right'],
  ])('at %s degrees, Before is named %s and After %s', (angle, before, after) => {
    expect(cornersOfSides(angle)).toEqual({ before, after });
  });
});
