/** Frames with `from <= number < to`. Lists of ranges are ascending and disjoint. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
}

/** The numbers, in any order, as ranges. */
export function rangesOf(numbers: Iterable<number>): NumberRange[] {
  const ranges: { from: number; to: number }[] = [];
  for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.to === number) last.to++;
    else ranges.push({ from: number, to: number + 1 });
  }
  return ranges;
}

/** What of a range is in none of the others. */
export function without(range: NumberRange, others: readonly NumberRange[]): NumberRange[] {
  const left: NumberRange[] = [];
  let from = range.from;
  for (const other of others) {
    if (other.to <= from) continue;
    if (other.from >= range.to) break;
    if (other.from > from) left.push({ from, to: other.from });
    from = other.to;
  }
  if (from < range.to) left.push({ from, to: range.to });
  return left;
}

export function countFrames(ranges: readonly NumberRange[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from, 0);
}
