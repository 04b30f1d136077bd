import { describeVariant, variantArguments } from '../../../inference/weights/weight-variants.ts';
import { createWeightStore } from '../../../services.ts';
import { formatBytes, formatTable } from '../format.ts';
import { createReporter, type ReporterOptions } from '../reporter.ts';

export interface ImportOptions extends ReporterOptions {
  readonly network?: string;
  readonly size?: string;
  readonly alignCorners?: boolean;
  readonly licence?: string;
}

/** Digits of a hash that tell weights apart in practice and still fit a line. */
const SHOWN_DIGITS = 12;

/** `acutance weights import`: checks a weight file, or the files of a network's parts, and keeps a copy. */
export async function importWeights(files: [string, ...string[]], options: ImportOptions): Promise<void> {
  const reporter = createReporter(options, process);
  const { network, size, alignCorners, licence } = options;
  const store = await createWeightStore();
  const record = await store.import(files, { network, size, alignCorners, licence });
  const name = describeVariant(record);
  const lines = [
    `Imported ${record.name} for ${name} (${formatBytes(record.bytes)}, SHA-256 ${record.sha256}).`,
    `Use it with ${variantArguments(record)} --weights ${record.sha256.slice(0, SHOWN_DIGITS)}`,
  ];
  if (record.licence === undefined) lines.push('No licence is noted; --licence TEXT adds one.');
  reporter.result(record, lines.map((line) => line + '\n').join(''));
}

/** `acutance weights list`: what can be used, where it is from and what may be done with it. */
export async function listWeights(options: ReporterOptions): Promise<void> {
  const reporter = createReporter(options, process);
  const { weights, problems } = await (await createWeightStore()).list();
  for (const { code, message } of problems) reporter.event({ type: 'notice', notice: { code, message } });
  const rows = weights.map((record) => [
    record.sha256.slice(0, SHOWN_DIGITS),
    record.network,
    record.options?.layers === undefined ? record.size : `${record.size}, ${record.options.layers} layers`,
    formatBytes(record.bytes),
    record.name,
    record.source === 'shipped' ? `shipped: ${record.origin}` : record.origin,
    record.licence ?? 'not noted',
  ]);
  const text =
    rows.length === 0
      ? 'There are no weights yet; "acutance weights import --help" shows how to add some.\n'
      : formatTable(['Hash', 'Network', 'Size', 'Bytes', 'Name', 'Origin', 'Licence'], rows);
  reporter.result({ weights }, text);
}
