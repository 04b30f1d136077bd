import { resolve } from 'node:path';
import type { ClipDescription } from '../../../../shared/clip-description.ts';
import { formatBytes, formatDuration } from '../format.ts';
import { createReporter, type ReporterOptions } from '../reporter.ts';
import { runJob } from '../run-job.ts';

/** `acutance probe`: what a video file holds. */
export async function probe(clip: string, options: ReporterOptions): Promise<void> {
  const reporter = createReporter({ ...options, hideProgress: true }, process);
  const result = await runJob('probe', { input: resolve(clip) }, reporter);
  reporter.result(result, describeClip(result));
}

function describeClip(clip: ClipDescription): string {
  const lines: [string, string][] = [
    ['File', `${clip.path} (${formatBytes(clip.bytes)})`],
    ['Container', clip.container],
    ['Length', describeLength(clip)],
    ['Picture', describePicture(clip)],
    ['Frame rate', describeRate(clip)],
    [
      'Colour',
      `matrix ${clip.matrix}, range ${clip.range}, primaries ${clip.primaries}, transfer ${clip.transfer}`,
    ],
  ];
  if (clip.timecode !== undefined) lines.push(['Timecode', clip.timecode]);
  if (clip.chapters > 0) lines.push(['Chapters', String(clip.chapters)]);
  for (const { type, codec, language } of clip.otherStreams) {
    lines.push([
      type.charAt(0).toUpperCase() + type.slice(1),
      language === undefined ? codec : `${codec} (${language})`,
    ]);
  }
  return lines.map(([title, text]) => `${title.padEnd(12)}${text}\n`).join('');
}

function describeLength(clip: ClipDescription): string {
  const length = clip.durationSeconds === undefined ? 'unknown' : formatDuration(clip.durationSeconds);
  return clip.frames === undefined ? length : `${length}, about ${clip.frames} frames`;
}

function describePicture(clip: ClipDescription): string {
  const { codec, pixelFormat, width, height, displayWidth, displayHeight, rotation } = clip;
  const shown =
    displayWidth === width && displayHeight === height ? '' : `, shown as ${displayWidth}x${displayHeight}`;
  const turned = rotation === 0 ? '' : `, rotated by ${rotation} degrees`;
  return `${codec}, ${width}x${height}${shown}${turned}, ${pixelFormat}`;
}

function describeRate({ frameRate, variableFrameRate }: ClipDescription): string {
  if (frameRate === undefined) return 'unknown';
  const [numerator = '0', denominator = '1'] = frameRate.split('/');
  const decimal = Number((Number(numerator) / Number(denominator)).toFixed(3));
  return variableFrameRate ? `variable, ${decimal} on average` : String(decimal);
}
