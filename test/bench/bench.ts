/** What a bench file exports, and what comes of it. */

export interface BenchCase {
  readonly name: string;
  /** Why it cannot run on this machine; absent when it can. */
  readonly missing?: string | undefined;
  run(folder: string): Promise<readonly Figure[]>;
}

/**
 * One row of the table. Figures with a bound can fail anywhere; they are ratios within one run, or sizes. Those with a
 * promise are times that people were told, or what depends on having all cores, and can fail only on a machine that has
 * nothing else to do.
 */
export interface Figure {
  readonly what: string;
  /** Absent where it could not be measured, for a reason that `beside` gives. */
  readonly value: number | undefined;
  readonly unit: string;
  /** Further cells of the row. */
  readonly beside?: readonly string[] | undefined;
  readonly bound?: Bound | undefined;
  /** A number: the value may be this at most. */
  readonly promised?: number | Bound | undefined;
}

export type Bound =
  | { readonly kind: 'at most'; readonly value: number }
  | { readonly kind: 'at least'; readonly value: number };

export function atMost(value: number): Bound {
  return { kind: 'at most', value };
}

export function atLeast(value: number): Bound {
  return { kind: 'at least', value };
}

/** Whether a figure is within its bound; a figure that is not a number is not. */
export function holds({ value, bound }: Figure): boolean {
  return isWithin(value, bound);
}

/** Whether what was promised is so, where anything was. */
export function isKept({ value, promised }: Figure): boolean {
  return isWithin(value, asBound(promised));
}

function isWithin(value: number | undefined, bound: Bound | undefined): boolean {
  if (bound === undefined) return true;
  if (value === undefined) return false;
  return bound.kind === 'at most' ? value <= bound.value : value >= bound.value;
}

function asBound(promised: Figure['promised']): Bound | undefined {
  return typeof promised === 'number' ? atMost(promised) : promised;
}

/** The figures as lines of aligned columns. */
export function formatFigures(figures: readonly Figure[]): string[] {
  const rows = figures.map((figure) => [
    figure.what,
    figure.value === undefined ? '-' : `${formatNumber(figure.value)} ${figure.unit}`.trim(),
    ...(figure.beside ?? judged(figure)),
  ]);
  // The last cell of a row may be as long as it likes.
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(0, ...rows.filter((row) => row.length > column + 1).map((row) => row[column]!.length)),
  );
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
}

function judged(figure: Figure): [limit: string, verdict: string] {
  const { bound } = figure;
  const promised = asBound(figure.promised);
  if (bound) return [`${bound.kind} ${formatNumber(bound.value)}`, holds(figure) ? 'ok' : 'TOO FAR'];
  if (promised === undefined) return ['', ''];
  const least = promised.kind === 'at least' ? 'at least ' : '';
  return [`promised ${least}${formatNumber(promised.value)}`, isKept(figure) ? 'met' : 'NOT MET'];
}

function formatNumber(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 10 ? 2 : 1 });
}
