import { resolve } from 'node:path';
import { formatDuration } from '../format.ts';
import { describeProvenance, readNetworkOptions, type NetworkOptions } from '../network-options.ts';
import { createReporter, type ReporterOptions } from '../reporter.ts';
import { runJob } from '../run-job.ts';

export interface InferOptions extends NetworkOptions, ReporterOptions {
  readonly input: string;
  readonly output: string;
  readonly overwrite: boolean;
}

/** `acutance infer`: an array of frames in, an array of frames out. */
export async function infer(options: InferOptions): Promise<void> {
  const reporter = createReporter(options, process);
  const result = await runJob(
    'infer',
    {
      input: resolve(options.input),
      output: resolve(options.output),
      deblur: readNetworkOptions(options),
      overwrite: options.overwrite,
    },
    reporter,
  );
  const shape = result.shape.join(' x ');
  reporter.result(
    result,
    `Wrote ${options.output}: ${shape}, in ${formatDuration(result.seconds)}.\n${describeProvenance(result.deblur)}\n`,
  );
}
