import { relative, resolve } from 'node:path';
import type { InspectedLook } from '../../../../shared/inspection.ts';
import type { CutPlace } from '../../../../shared/settings.ts';
import { describeProvenance, readNetworkOptions, type NetworkOptions } from '../network-options.ts';
import { createReporter, type ReporterOptions } from '../reporter.ts';
import { runJob } from '../run-job.ts';

export interface InspectOptions extends NetworkOptions, ReporterOptions {
  readonly at: CutPlace;
  readonly look: readonly string[];
  readonly output: string;
  readonly overwrite: boolean;
}

/** `acutance inspect`: what a network sees and computes at one frame, as pictures and arrays. */
export async function inspect(clip: string, options: InspectOptions): Promise<void> {
  const reporter = createReporter(options, process);
  const result = await runJob(
    'inspect',
    {
      input: resolve(clip),
      at: options.at,
      deblur: readNetworkOptions(options),
      looks: options.look,
      output: { path: resolve(options.output), overwrite: options.overwrite },
    },
    reporter,
  );
  const lines = [
    `Frame ${result.frame}`,
    ...result.looks.map(describeLook),
    describeProvenance(result.deblur),
  ];
  reporter.result(result, lines.map((line) => line + '\n').join(''));
}

function describeLook({ title, parts, files }: InspectedLook): string {
  const names = files.map((file) => relative(process.cwd(), file)).join(', ');
  const [first] = parts;
  if (first === undefined) return `${title}: nothing was computed`;
  const scale = Number(first.fullScale.toPrecision(3));
  const labels = parts.map(({ label }) => label).join(', ');
  return `${names}: ${title}; ${labels}; ${[parts.length, ...first.shape.slice(1)].join(' x ')}, full scale ${scale}`;
}
