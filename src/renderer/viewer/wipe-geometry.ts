import type { Point, Size } from './zoom-geometry.ts';

/**
 * The divider is a straight line over the picture. Its normal points to the After side: to the right at 0 degrees,
 * turning clockwise. A position of 0 to 1 goes from the first corner that the line meets to the last.
 */
export interface Wipe {
  readonly position: number;
  /** Degrees clockwise. */
  readonly angle: number;
}

export interface Segment {
  readonly from: Point;
  readonly to: Point;
}

function normalOf(angle: number): Point {
  const radians = (angle * Math.PI) / 180;
  return { x: Math.cos(radians), y: Math.sin(radians) };
}

/** How far the picture's corners are from its middle along the normal. */
function reachOf({ width, height }: Size, normal: Point): number {
  return (Math.abs(normal.x) * width + Math.abs(normal.y) * height) / 2;
}

/** Signed distance of a point of the picture from the divider; positive on the After side. */
export function sideOf(wipe: Wipe, size: Size, { x, y }: Point): number {
  const normal = normalOf(wipe.angle);
  const distance = (x - size.width / 2) * normal.x + (y - size.height / 2) * normal.y;
  return distance - (wipe.position * 2 - 1) * reachOf(size, normal);
}

/** The position with which the divider goes through a point of the picture. */
export function positionThrough({ x, y }: Point, angle: number, size: Size): number {
  const normal = normalOf(angle);
  const distance = (x - size.width / 2) * normal.x + (y - size.height / 2) * normal.y;
  return Math.min(1, Math.max(0, (distance / reachOf(size, normal) + 1) / 2));
}

/** The corners of the After side, clockwise, in the picture's pixels; empty when nothing of it is seen. */
export function afterCorners(wipe: Wipe, size: Size): Point[] {
  const corners = [
    { x: 0, y: 0 },
    { x: size.width, y: 0 },
    { x: size.width, y: size.height },
    { x: 0, y: size.height },
  ];
  return corners.flatMap((corner, index) => {
    const next = corners[(index + 1) % corners.length]!;
    const here = sideOf(wipe, size, corner);
    const there = sideOf(wipe, size, next);
    const kept = here >= 0 ? [corner] : [];
    if (here >= 0 === there >= 0) return kept;
    const share = here / (here - there);
    return [
      ...kept,
      { x: corner.x + (next.x - corner.x) * share, y: corner.y + (next.y - corner.y) * share },
    ];
  });
}

/** The After side as a CSS `clip-path`. */
export function afterClipPath(wipe: Wipe, size: Size): string {
  const corners = afterCorners(wipe, size);
  if (corners.length < 3) return 'polygon(0 0, 0 0, 0 0)';
  const percent = (part: number, whole: number) => `${Number(((part / whole) * 100).toFixed(4))}%`;
  return `polygon(${corners.map(({ x, y }) => `${percent(x, size.width)} ${percent(y, size.height)}`).join(', ')})`;
}

/**
 * The part of the divider within a rectangle of the picture, seen from its Before side from left to right.
 * @param window what of the picture is in sight, in its pixels
 * @returns undefined when the divider is out of sight
 */
export function dividerWithin(
  wipe: Wipe,
  size: Size,
  window: { readonly from: Point; readonly to: Point },
): Segment | undefined {
  const normal = normalOf(wipe.angle);
  const offset = (wipe.position * 2 - 1) * reachOf(size, normal);
  const foot = { x: size.width / 2 + normal.x * offset, y: size.height / 2 + normal.y * offset };
  const along = { x: -normal.y, y: normal.x };
  let low = -Infinity;
  let high = Infinity;
  for (const axis of ['x', 'y'] as const) {
    if (Math.abs(along[axis]) < 1e-9) {
      if (foot[axis] < window.from[axis] - 1e-6 || foot[axis] > window.to[axis] + 1e-6) return undefined;
      continue;
    }
    const a = (window.from[axis] - foot[axis]) / along[axis];
    const b = (window.to[axis] - foot[axis]) / along[axis];
    low = Math.max(low, Math.min(a, b));
    high = Math.min(high, Math.max(a, b));
  }
  if (!(low <= high)) return undefined;
  const at = (distance: number) => ({ x: foot.x + along.x * distance, y: foot.y + along.y * distance });
  return { from: at(low), to: at(high) };
}

/** The angle of a divider that goes through two points. */
export function angleOf(from: Point, to: Point): number {
  return (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI - 90;
}

const CORNERS = [
  ['top-left', -1, -1],
  ['top-right', 1, -1],
  ['bottom-left', -1, 1],
  ['bottom-right', 1, 1],
] as const;
export type Corner = (typeof CORNERS)[number][0];

/** The corners that are farthest on either side of a divider; of two that are equally far, the upper one. */
export function cornersOfSides(angle: number): { readonly before: Corner; readonly after: Corner } {
  const normal = normalOf(angle);
  const farthest = (sign: 1 | -1) =>
    CORNERS.map(([corner, x, y]) => ({ corner, distance: sign * (x * normal.x + y * normal.y) })).reduce(
      (best, next) => (next.distance > best.distance + 1e-9 ? next : best),
    ).corner;
  return { before: farthest(-1), after: farthest(1) };
}
