import { resolve } from 'node:path';
import type { ExportResult, RequestedRange } from '../../../../shared/deblurring.ts';
import { NO_NETWORK, type ExportPreset } from '../../../../shared/settings.ts';
import { formatBytes, formatCount, formatDuration, formatRate } from '../format.ts';
import { describeProvenance, readNetworkOptions, type NetworkOptions } from '../network-options.ts';
import { createReporter, type ReporterOptions } from '../reporter.ts';
import { runJob } from '../run-job.ts';

export interface DeblurOptions extends NetworkOptions, ReporterOptions, RequestedRange {
  readonly output: string;
  readonly preset: ExportPreset;
  readonly overwrite: boolean;
  readonly allowDamaged: boolean;
}

/** `acutance deblur`: a clip in, a clip out. */
export async function deblur(clip: string, options: DeblurOptions): Promise<void> {
  const reporter = createReporter(options, process);
  const result = await runJob(
    'export',
    {
      input: resolve(clip),
      output: resolve(options.output),
      deblur: options.network === NO_NETWORK ? undefined : readNetworkOptions(options),
      preset: options.preset,
      range: { in: options.in, out: options.out },
      overwrite: options.overwrite,
      allowDamaged: options.allowDamaged,
    },
    reporter,
  );
  reporter.result(result, describeExport(result, options.output));
}

function describeExport(result: ExportResult, name: string): string {
  const { frames, width, height, bytes, seconds } = result;
  const facts = [formatCount(frames, 'frame'), `${width}x${height}`, formatBytes(bytes)];
  const rate = seconds > 0 ? ` (${formatRate(frames / seconds)} fps)` : '';
  const lines = [`Wrote ${name}: ${facts.join(', ')}, in ${formatDuration(seconds)}${rate}.`];
  if (result.deblur) lines.push(describeProvenance(result.deblur));
  return lines.map((line) => line + '\n').join('');
}
