/** Numbers as a person reads them in a terminal. */

/** A duration such as `0:07`, `12:34` or `1:02:03`, rounded to whole seconds. */
export function formatDuration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  const pad = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(total / 60);
  if (minutes < 60) return `${minutes}:${pad(total % 60)}`;
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(total % 60)}`;
}

/** A rate with three significant digits at most, so that slow networks still show movement. */
export function formatRate(framesPerSecond: number): string {
  if (framesPerSecond >= 100) return framesPerSecond.toFixed(0);
  if (framesPerSecond >= 1) return framesPerSecond.toFixed(1);
  return framesPerSecond.toFixed(framesPerSecond >= 0.1 ? 2 : 3);
}

const BYTE_UNITS = ['kB', 'MB', 'GB', 'TB'] as const;

/** A file size in decimal units, as file managers show it. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  let value = bytes;
  let unit = -1;
  do {
    value /= 1000;
    unit++;
  } while (value >= 999.5 && unit < BYTE_UNITS.length - 1);
  return `${value.toFixed(value < 9.95 ? 1 : 0)} ${BYTE_UNITS[unit]}`;
}

/** `1 frame`, `2 frames`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Left-aligned columns under headings; the last column is not padded. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n') + '\n';
}
