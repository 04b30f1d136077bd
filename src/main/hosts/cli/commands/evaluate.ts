import { resolve } from 'node:path';
import type {
  EvaluatedClip,
  EvaluateRequest,
  EvaluateResult,
  EvaluationMean,
  FrameQuality,
  MeanQuality,
} from '../../../../shared/evaluation.ts';
import { findClipPairs, type PairOptions } from '../../../evaluation/clip-pairs.ts';
import { filePaths } from '../../../evaluation/frame-files.ts';
import { scoresAsCsv } from '../../../evaluation/score-csv.ts';
import { scoresAsSvg } from '../../../evaluation/score-plot.ts';
import { formatCount, formatTable } from '../format.ts';
import { describeProvenance, readNetworkOptions, type NetworkOptions } from '../network-options.ts';
import { createReporter, type ReporterOptions } from '../reporter.ts';
import { runJob } from '../run-job.ts';
import { TextOutputs } from '../text-outputs.ts';

export interface EvaluateOptions extends Omit<NetworkOptions, 'network'>, ReporterOptions {
  readonly blurry: string;
  readonly sharp: string;
  readonly network?: string;
  readonly align: boolean;
  readonly gamma: boolean;
  readonly csv?: string;
  readonly plot?: string;
  readonly overwrite: boolean;
}

/** `acutance evaluate`: how close blurry frames, and what a network makes of them, are to the sharp ones. */
export async function evaluate(options: EvaluateOptions): Promise<void> {
  const reporter = createReporter(options, process);
  const { network, align, gamma } = options;
  const deblur = network === undefined ? undefined : readNetworkOptions({ ...options, network });
  const sides = { blurry: resolve(options.blurry), sharp: resolve(options.sharp) };
  await TextOutputs.requireDistinct({ '--csv': options.csv, '--plot': options.plot });
  const inputs = await inputFiles(sides, { gamma });
  if (deblur?.weights !== undefined) inputs.push(deblur.weights);
  let result: EvaluateResult | undefined;
  const outputs = new TextOutputs(inputs, options.overwrite);
  try {
    await outputs.reserve(options.csv, () => scoresAsCsv(result?.clips ?? []));
    await outputs.reserve(options.plot, () => scoresAsSvg(result?.clips ?? []));
    result = await runJob('evaluate', { ...sides, deblur, align, gamma }, reporter);
    await outputs.write();
  } finally {
    await outputs.remove();
  }
  reporter.result(result, describeEvaluation(result));
}

/** Every file that frames are read from. */
async function inputFiles(
  { blurry, sharp }: Pick<EvaluateRequest, 'blurry' | 'sharp'>,
  options: PairOptions,
): Promise<string[]> {
  const { pairs } = await findClipPairs(blurry, sharp, options);
  return pairs.flatMap((pair) => [...filePaths(pair.blurry), ...filePaths(pair.sharp)]);
}

/** Tables for people: every clip's frames and means, then all clips beside each other. */
export function describeEvaluation(result: EvaluateResult): string {
  const parts = [`${result.layout}\n`];
  for (const clip of result.clips) parts.push(`\n${clipTitle(clip)}\n${clipTable(clip)}`);
  const rows = result.clips.map(({ name, mean }) => [name, String(mean.frames), ...meanCells(mean)]);
  rows.push(['all', String(result.overall.frames), ...meanCells(result.overall)]);
  parts.push(`\nMeans\n${formatTable(['Clip', 'Frames', ...headings(result.overall, [])], rows)}`);
  if (result.overall.input.aligned) {
    parts.push('Aligned means leave out the first frame of every clip, as the published ones do.\n');
  }
  if (result.deblur) parts.push(`${describeProvenance(result.deblur)}\n`);
  return parts.join('');
}

function clipTitle({ name, width, height, frames }: EvaluatedClip): string {
  return `${name}: ${formatCount(frames.length, 'frame')}, ${width}x${height}`;
}

function clipTable({ frames, mean }: EvaluatedClip): string {
  const rows = frames.map(({ name, input, output }) => [
    name,
    ...qualityCells(input),
    ...(output ? qualityCells(output) : []),
  ]);
  rows.push(['mean', ...meanCells(mean, [''])]);
  return formatTable(['Frame', ...headings(mean, ['moved by'])], rows);
}

function headings({ input, output }: EvaluationMean, perFrame: readonly string[]): string[] {
  const of = (side: string, { aligned }: MeanQuality) => [
    ...[`${side} PSNR`, 'SSIM'],
    ...(aligned ? ['aligned PSNR', 'SSIM', ...perFrame] : []),
  ];
  return [...of('Input', input), ...(output ? of('Output', output) : [])];
}

/** `perFrame` takes the place of what only frames have. */
function meanCells({ input, output }: EvaluationMean, perFrame: readonly string[] = []): string[] {
  const of = (quality: MeanQuality) => [...qualityCells(quality), ...(quality.aligned ? perFrame : [])];
  return [...of(input), ...(output ? of(output) : [])];
}

function qualityCells({ psnr, ssim, aligned }: FrameQuality | MeanQuality): string[] {
  const cells = [decibels(psnr), ssim.toFixed(4)];
  if (!aligned) return cells;
  const moved = 'right' in aligned ? [`${aligned.right}, ${aligned.down}`] : [];
  return [...cells, decibels(aligned.psnr), aligned.ssim.toFixed(4), ...moved];
}

function decibels(value: number): string {
  return value === Infinity ? 'equal' : value.toFixed(3);
}
