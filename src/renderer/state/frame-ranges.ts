import type { FrameRange } from '../../shared/api/clip.ts';

/** Sets of frames as disjoint ascending ranges that don't touch; every function leaves its arguments alone. */
export type FrameRanges = readonly FrameRange[];

/** The frames of `ranges` and those of `added`. */
export function addRange(ranges: FrameRanges, added: FrameRange): FrameRanges {
  const before = ranges.filter((range) => range.to < added.from);
  const after = ranges.filter((range) => range.from > added.to);
  const touching = ranges.slice(before.length, ranges.length - after.length);
  const from = Math.min(added.from, touching[0]?.from ?? added.from);
  const to = Math.max(added.to, touching.at(-1)?.to ?? added.to);
  return [...before, { from, to }, ...after];
}

/** The frames of `ranges` without those of `removed`. */
export function removeRange(ranges: FrameRanges, removed: FrameRange): FrameRanges {
  return ranges.flatMap((range) => {
    if (range.to <= removed.from || range.from >= removed.to) return [range];
    const parts: FrameRange[] = [];
    if (range.from < removed.from) parts.push({ from: range.from, to: removed.from });
    if (range.to > removed.to) parts.push({ from: removed.to, to: range.to });
    return parts;
  });
}

/** Whether a frame is in the set, in logarithmic time. */
export function hasFrame(ranges: FrameRanges, index: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const range = ranges[middle]!;
    if (index < range.from) high = middle;
    else if (index >= range.to) low = middle + 1;
    else return true;
  }
  return false;
}

/** How many frames of `within` are in the set. */
export function countFrames(ranges: FrameRanges, within: FrameRange): number {
  return ranges.reduce(
    (sum, { from, to }) => sum + Math.max(0, Math.min(to, within.to) - Math.max(from, within.from)),
    0,
  );
}
