import { networks as catalogue } from '../../../../networks/catalogue.ts';
import type { WeightRecord } from '../../../inference/weights/weight-record.ts';
import { describeVariant, variantArguments } from '../../../inference/weights/weight-variants.ts';
import { createWeightStore } from '../../../services.ts';
import { formatBytes, formatCount, formatTable } from '../format.ts';
import { listNetworks, networkTable } from '../listed-networks.ts';
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

/** `acutance weights list`: what can be used, where it is from and what may be done with it; and what has none yet. */
export async function listWeights(options: ReporterOptions): Promise<void> {
  const reporter = createReporter(options, process);
  const { weights, problems } = await (await createWeightStore()).list();
  for (const { code, message } of problems) reporter.event({ type: 'notice', notice: { code, message } });
  const networks = listNetworks(catalogue, weights);
  const nameOf = (hash: string) => {
    const found = weights.find(({ sha256 }) => sha256 === hash);
    const layers = found?.options?.layers;
    return `${found?.name ?? hash}${layers === undefined ? '' : ` (${formatCount(layers, 'layer')})`}`;
  };
  const parts = [networkTable(networks, nameOf)];
  if (weights.length > 0) parts.unshift(weightTable(weights));
  reporter.result({ weights, networks }, parts.join('\n'));
}

function weightTable(weights: readonly WeightRecord[]): string {
  const rows = weights.map((record) => [
    record.sha256.slice(0, SHOWN_DIGITS),
    record.network,
    record.options?.layers === undefined
      ? record.size
      : `${record.size}, ${formatCount(record.options.layers, 'layer')}`,
    formatBytes(record.bytes),
    record.name,
    record.source === 'shipped' ? `shipped: ${record.origin}` : record.origin,
    record.licence ?? 'not noted',
  ]);
  return formatTable(['Hash', 'Network', 'Size', 'Bytes', 'Name', 'Origin', 'Licence'], rows);
}
