import type { NetworkOptions } from '../../../networks/network.ts';

/** A network as far as options decide about its weights. */
export interface VariedNetwork {
  /** The options it has, with their defaults. */
  readonly options?: NetworkOptions;
  /** Options that decide which parameters there are, as sets that have weights of their own each. */
  readonly variants?: readonly NetworkOptions[];
}

/** The variant of a network that options ask for, those not given at their defaults; undefined where it has none. */
export function variantOf(
  network: VariedNetwork | undefined,
  asked: NetworkOptions,
): NetworkOptions | undefined {
  return network?.variants?.find((variant) =>
    (Object.keys(variant) as (keyof NetworkOptions)[]).every(
      (name) => variant[name] === (asked[name] ?? network.options?.[name]),
    ),
  );
}

/** Whether two sets of weights are for the same variant. */
export function isSameVariant(
  first: NetworkOptions | undefined,
  second: NetworkOptions | undefined,
): boolean {
  return first?.layers === second?.layers;
}

/** `erdn lite`, or `arvo lite with 3 layers`. */
export function describeVariant(weights: {
  readonly network: string;
  readonly size: string;
  readonly options?: NetworkOptions | undefined;
}): string {
  const layers = weights.options?.layers;
  return `${weights.network} ${weights.size}${layers === undefined ? '' : ` with ${layers} ${layers === 1 ? 'layer' : 'layers'}`}`;
}

/** The command line's options that choose a network, a size and a variant. */
export function variantArguments(weights: Parameters<typeof describeVariant>[0]): string {
  const layers = weights.options?.layers;
  return `--network ${weights.network} --size ${weights.size}${layers === undefined ? '' : ` --layers ${layers}`}`;
}
