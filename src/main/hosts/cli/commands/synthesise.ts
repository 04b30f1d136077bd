import { resolve } from 'node:path';
import type { TransferChoice } from '../../../../shared/evaluation.ts';
import { formatCount, formatDuration } from '../format.ts';
import { createReporter, type ReporterOptions } from '../reporter.ts';
import { runJob } from '../run-job.ts';

export interface SynthesiseOptions extends ReporterOptions {
  readonly input: string;
  readonly output: string;
  readonly average: number;
  readonly every: { readonly from: number; readonly to: number };
  readonly seed: number;
  readonly transfer: TransferChoice;
  readonly width?: number;
}

/** `acutance synthesise`: a clip of many frames per second in, pairs of blurry and sharp pictures out. */
export async function synthesise(options: SynthesiseOptions): Promise<void> {
  const reporter = createReporter(options, process);
  const { average, every, seed, transfer, width } = options;
  const input = resolve(options.input);
  const output = resolve(options.output);
  const result = await runJob(
    'synthesise',
    { input, output, average, every, seed, transfer, width },
    reporter,
  );
  const size = `${result.width}x${result.height}`;
  const made = `${formatCount(result.pairs, 'pair')} of ${size} from ${formatCount(result.frames, 'frame')}`;
  reporter.result(
    result,
    `Wrote ${options.output}: ${made}, transfer ${result.transfer}, in ${formatDuration(result.seconds)}.\n`,
  );
}
