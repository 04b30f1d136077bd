import type { EvaluatedClip } from '../../shared/evaluation.ts';
import { scoreColumns } from './score-columns.ts';

/** Scores as comma-separated values (RFC 4180): a line per frame; `inf` where frames are equal. */
export function scoresAsCsv(clips: readonly EvaluatedClip[]): string {
  const columns = scoreColumns(clips);
  const lines = [['clip', 'frame', ...columns.map(({ key }) => key)]];
  for (const clip of clips) {
    for (const frame of clip.frames) {
      lines.push([clip.name, frame.name, ...columns.map(({ value }) => number(value(frame)))]);
    }
  }
  return lines.map((line) => line.map(quoted).join(',') + '\r\n').join('');
}

function number(value: number | undefined): string {
  if (value === undefined) return '';
  return value === Infinity ? 'inf' : String(Number(value.toFixed(6)));
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
