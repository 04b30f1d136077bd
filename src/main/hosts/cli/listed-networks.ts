import type { Network, NetworkOptions } from '../../../networks/network.ts';
import type { WeightRecord } from '../../inference/weights/weight-record.ts';
import { LAYER_COUNTS } from '../../../shared/settings.ts';
import { formatTable } from './format.ts';

/** A network in one of its sizes, as `weights list --json` has it. */
export interface ListedNetwork {
  readonly network: string;
  readonly title: string;
  readonly size: string;
  /** Whether it is the size that is taken where none is asked for. */
  readonly isDefault: boolean;
  readonly stages: { readonly min: number; readonly max: number; readonly default: number };
  /** The options it has, with their defaults. */
  readonly options: NetworkOptions;
  /** SHA-256 of the weights that it can run with; none yet where empty. */
  readonly weights: readonly string[];
}

/** Every network in every size, with the weights of those given that are for it. */
export function listNetworks(
  networks: readonly Network[],
  weights: readonly Pick<WeightRecord, 'network' | 'size' | 'sha256'>[],
): ListedNetwork[] {
  return networks.flatMap(({ id, title, sizes, defaultSize, stages, options }) =>
    sizes.map((size) => ({
      ...{ network: id, title, size, isDefault: size === defaultSize, stages, options },
      weights: weights
        .filter((record) => record.network === id && record.size === size)
        .map(({ sha256 }) => sha256),
    })),
  );
}

/** A table for people: what can be chosen of each network, and what it lacks. @param nameOf what weights are called */
export function networkTable(listed: readonly ListedNetwork[], nameOf: (sha256: string) => string): string {
  const rows = listed.map(({ network, size, isDefault, stages, options, weights }) => [
    network,
    isDefault ? `${size} (default)` : size,
    stages.min === stages.max ? `${stages.min}` : `${stages.min} to ${stages.max}, default ${stages.default}`,
    optionTexts(options).join(', '),
    weights.length === 0 ? 'none yet: acutance weights import FILE' : weights.map(nameOf).join(', '),
  ]);
  return formatTable(['Network', 'Size', 'Stages', 'Options', 'Weights'], rows);
}

function optionTexts({ layers, motion }: NetworkOptions): string[] {
  const most = Math.max(...LAYER_COUNTS);
  return [
    ...(layers === undefined ? [] : [`--layers ${Math.min(...LAYER_COUNTS)} to ${most}, default ${layers}`]),
    ...(motion === undefined ? [] : ['--no-motion']),
  ];
}
