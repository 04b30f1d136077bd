import type { EvaluatedClip } from '../../shared/evaluation.ts';
import { type ScoreColumn, scoreColumns } from './score-columns.ts';

/** The plot's measures in its own units, which are pixels at the size it is usually shown in. */
const WIDTH = 960;
const PANEL = 260;
const LEFT = 64;
const RIGHT = 16;
const TOP = 36;
const GAP = 52;
const LABEL_ROOM = 90;

const CURVES: Readonly<
  Record<string, { readonly colour: string; readonly dash: string; readonly title: string }>
> = {
  input: { colour: '#6b7280', dash: '', title: 'input' },
  output: { colour: '#0f766e', dash: '', title: 'output' },
  input_aligned: { colour: '#6b7280', dash: '6 4', title: 'input, aligned' },
  output_aligned: { colour: '#0f766e', dash: '6 4', title: 'output, aligned' },
};

/** Scores as a picture: a curve per frame for PSNR and one for SSIM, clips side by side. */
export function scoresAsSvg(clips: readonly EvaluatedClip[]): string {
  const columns = scoreColumns(clips);
  const frames = clips.reduce((sum, clip) => sum + clip.frames.length, 0);
  const xOf = (index: number) => LEFT + ((index + 0.5) / Math.max(1, frames)) * (WIDTH - LEFT - RIGHT);
  const panels = ['psnr', 'ssim'].map((measure, row) => {
    const of = columns.filter(({ key }) => key.endsWith(`_${measure}`));
    return panel(clips, of, {
      title: measure === 'psnr' ? 'PSNR, dB' : 'SSIM',
      top: TOP + row * (PANEL + GAP),
      xOf,
    });
  });
  const height = TOP + 2 * PANEL + GAP + LABEL_ROOM;
  const legend = legendOf(columns.filter(({ key }) => key.endsWith('_psnr')));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="#111827">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...legend,
    ...panels.flat(),
    ...clipNames(clips, xOf, TOP + 2 * PANEL + GAP + 20),
    '</svg>',
    '',
  ].join('\n');
}

interface PanelPlace {
  readonly title: string;
  readonly top: number;
  readonly xOf: (index: number) => number;
}

function panel(
  clips: readonly EvaluatedClip[],
  columns: readonly ScoreColumn[],
  place: PanelPlace,
): string[] {
  const { title, top, xOf } = place;
  const values = columns.flatMap(({ value }) => clips.flatMap(({ frames }) => frames.map(value)));
  const ticks = ticksFor(values.filter((value) => value !== undefined).filter(Number.isFinite));
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const yOf = (value: number) => top + PANEL - ((Math.min(value, high) - low) / (high - low)) * PANEL;
  const parts = [`<text x="${LEFT}" y="${top - 8}" font-weight="600">${title}</text>`];
  for (const tick of ticks) {
    const y = round(yOf(tick));
    parts.push(`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}" stroke="#e5e7eb"/>`);
    parts.push(`<text x="${LEFT - 8}" y="${y + 4}" text-anchor="end">${Number(tick.toFixed(6))}</text>`);
  }
  let start = 0;
  for (const { frames } of clips) {
    if (start > 0) {
      const x = round((xOf(start - 1) + xOf(start)) / 2);
      parts.push(
        `<line x1="${x}" x2="${x}" y1="${top}" y2="${top + PANEL}" stroke="#9ca3af" stroke-dasharray="2 3"/>`,
      );
    }
    for (const { key, value } of columns) {
      const points = frames.map(
        (frame, index) => `${round(xOf(start + index))},${round(yOf(value(frame) ?? low))}`,
      );
      parts.push(curve(key, points));
    }
    start += frames.length;
  }
  return parts;
}

/** A lone frame is drawn as a dot. */
function curve(key: string, points: readonly string[]): string {
  const { colour, dash } = styleOf(key);
  const [first = ''] = points;
  const path = points.length === 1 ? [first, first] : points;
  return `<polyline points="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="${points.length === 1 ? 5 : 1.5}" stroke-linecap="round" stroke-linejoin="round"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/>`;
}

function legendOf(columns: readonly ScoreColumn[]): string[] {
  return columns.flatMap(({ key }, index) => {
    const x = WIDTH - RIGHT - (columns.length - index) * 130;
    const { colour, dash, title } = styleOf(key);
    return [
      `<line x1="${x}" x2="${x + 24}" y1="16" y2="16" stroke="${colour}" stroke-width="2"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/>`,
      `<text x="${x + 30}" y="20">${title}</text>`,
    ];
  });
}

function clipNames(clips: readonly EvaluatedClip[], xOf: (index: number) => number, y: number): string[] {
  let start = 0;
  return clips.map(({ name, frames }) => {
    const x = round(xOf(start + (frames.length - 1) / 2));
    start += frames.length;
    const turned =
      clips.length > 4 ? ` transform="rotate(-35 ${x} ${y})" text-anchor="end"` : ' text-anchor="middle"';
    return `<text x="${x}" y="${y}"${turned}>${escaped(name)}</text>`;
  });
}

function styleOf(key: string) {
  return CURVES[key.replace(/_(?:psnr|ssim)$/, '')] ?? { colour: '#000000', dash: '', title: key };
}

/** Round numbers around some values: at least two, at most about seven. */
function ticksFor(values: readonly number[]): number[] {
  let low = values.length === 0 ? 0 : values.reduce((a, b) => Math.min(a, b));
  let high = values.length === 0 ? 1 : values.reduce((a, b) => Math.max(a, b));
  if (high - low < 1e-6) [low, high] = [low - 0.5, high + 0.5];
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? rough;
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/\p{Cc}/gu, '?');
}
