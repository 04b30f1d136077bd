import type { Checkpoint } from '../../../networks/checkpoints/checkpoint.ts';
import {
  compareParameters,
  describeDifferences,
  differenceCount,
  fits,
} from '../../../networks/checkpoints/match-parameters.ts';
import type { ParameterComparison } from '../../../networks/checkpoints/match-parameters.ts';
import { AcutanceError } from '../../../shared/errors.ts';
import type { NetworkOptions } from '../../../networks/network.ts';
import type { ParameterSpec } from '../../../shared/tensor.ts';
import { describeMissingParts } from './weight-parts.ts';
import { describeVariant, isSameVariant, variantArguments, type VariedNetwork } from './weight-variants.ts';

/** A network as far as its weights are concerned. */
export interface WeightedNetwork extends VariedNetwork {
  readonly id: string;
  readonly sizes: readonly string[];
  /** The size that `paper` stands for, where it has another name. */
  readonly paperSize?: string;
  /** What published weights may come apart into, each file without the prefix named here. */
  readonly parts?: readonly { readonly name: string; readonly prefix: string }[];
  /** Names and shapes of what it learns, in one of its sizes and variants. */
  parameters(size: string, options?: NetworkOptions): readonly ParameterSpec[];
}

/** A network in one size, and how a weight file compares with it. */
export interface WeightFit {
  readonly network: string;
  readonly size: string;
  /** The variant, of a network that has some. */
  readonly options?: NetworkOptions | undefined;
  readonly comparison: ParameterComparison;
}

/** Weights that fit nothing that was asked for. */
export class WeightsMismatch extends AcutanceError {
  readonly closest: WeightFit;
  /** Where the file is whole parts of the closest network and nothing else: which, and which are missing. */
  readonly parts: { readonly present: readonly string[]; readonly absent: readonly string[] } | undefined;
  readonly checkpoint: Checkpoint;

  constructor(
    text: { readonly message: string; readonly hint: string },
    found: Pick<WeightsMismatch, 'closest' | 'parts' | 'checkpoint'>,
  ) {
    super('weights-mismatch', text.message, { hint: text.hint });
    this.closest = found.closest;
    this.parts = found.parts;
    this.checkpoint = found.checkpoint;
  }
}

/** The name that a network itself has for a size. */
export function sizeName(
  networks: readonly WeightedNetwork[],
  { network, size }: { readonly network: string; readonly size: string },
): string {
  const found = networks.find(({ id }) => id === network);
  return size === 'paper' ? (found?.paperSize ?? size) : size;
}

/** Compares a weight file with every size and variant of every network given, the best fit first. */
export function rankFits(checkpoint: Checkpoint, networks: readonly WeightedNetwork[]): WeightFit[] {
  const fitsOf = networks.flatMap((network) =>
    network.sizes.flatMap((size) =>
      (network.variants ?? [undefined]).map((options) => ({
        ...{ network: network.id, size, options },
        comparison: compareParameters(network.parameters(size, options), checkpoint),
      })),
    ),
  );
  // A tensor of the right name but another shape counts half, so that the right network wins over a stranger.
  const distance = ({ comparison }: WeightFit) =>
    differenceCount(comparison) - comparison.misshapen.length / 2 - comparison.fitting.size;
  return fitsOf.sort((a, b) => distance(a) - distance(b));
}

/**
 * Finds which network and size a weight file is for, by the names and shapes of its tensors.
 *
 * @param wanted restricts the search: what the user asked for.
 * @throws WeightsMismatch that names the closest network and size and lists what differs; where the
 * file fits another size than the one asked for, the hint says so.
 */
export function recogniseWeights(
  checkpoint: Checkpoint,
  networks: readonly WeightedNetwork[],
  wanted: {
    readonly network?: string | undefined;
    readonly size?: string | undefined;
    readonly options?: NetworkOptions | undefined;
  },
  label: string,
): WeightFit {
  const ranked = rankFits(checkpoint, networks);
  const candidates = ranked.filter(
    ({ network, size, options }) =>
      (wanted.network === undefined || network === wanted.network) &&
      (wanted.size === undefined || size === wanted.size) &&
      (wanted.options === undefined || isSameVariant(options, wanted.options)),
  );
  const best = candidates[0];
  if (best === undefined) {
    const known = networks.map(({ id, sizes }) => `${id} (${sizes.join(', ')})`).join('; ');
    throw new AcutanceError(
      'usage',
      `There is no network ${[wanted.network, wanted.size].join(' ').trim()}`,
      {
        hint: `Known networks and sizes: ${known}.`,
      },
    );
  }
  if (fits(best.comparison)) return best;

  const network = networks.find(({ id }) => id === best.network)!;
  const parts = describeMissingParts(network, best.comparison);
  if (parts !== undefined) {
    throw new WeightsMismatch(
      {
        message: `${label} holds only a part of ${best.network}: ${parts.present.join(', ')}. Missing: ${parts.absent.join(', ')}`,
        hint: `Import the files of all parts at once: acutance weights import FILE FILE --network ${best.network}.`,
      },
      { closest: best, parts, checkpoint },
    );
  }
  const other = ranked.find(({ comparison }) => fits(comparison));
  const closest = candidates.length > 1 ? 'any size; the closest is ' : '';
  throw new WeightsMismatch(
    {
      message: `${label} does not fit ${closest}${describeVariant(best)}: ${describeDifferences(best.comparison)}`,
      hint: other
        ? `These are weights for ${describeVariant(other)}: use ${variantArguments(other)}.`
        : 'Check that the weights belong to this network and size.',
    },
    { closest: best, parts, checkpoint },
  );
}
