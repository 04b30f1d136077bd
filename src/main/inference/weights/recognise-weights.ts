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
import { shapeLikeness } from './shape-likeness.ts';
import { describeMissingParts } from './weight-parts.ts';
import { describeVariant, isSameVariant, variantArguments } from './weight-variants.ts';
import type { WeightedNetwork } from './weighted-network.ts';

/** A network in one size, and how a weight file compares with it. */
export interface WeightFit {
  readonly network: string;
  readonly size: string;
  /** The variant, of a network that has some. */
  readonly options?: NetworkOptions | undefined;
  readonly comparison: ParameterComparison;
  /** How alike the shapes are, from 0 to 1; see `shapeLikeness`. */
  readonly likeness: number;
}

/** Weights that fit nothing that was asked for. */
export class WeightsMismatch extends AcutanceError {
  readonly closest: WeightFit;
  /**
   * Where the file is whole parts of the closest network and nothing else: which, and which are missing; and the other
   * networks that it is whole parts of.
   */
  readonly parts:
    | {
        readonly present: readonly string[];
        readonly absent: readonly string[];
        readonly alsoOf: readonly string[];
      }
    | undefined;
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

/** What weights have to be for; all that there is where nothing is said. */
export interface Wanted {
  readonly network?: string | undefined;
  readonly size?: string | undefined;
  readonly options?: NetworkOptions | undefined;
}

/** The name that a network itself has for a size. */
export function sizeName(
  networks: readonly WeightedNetwork[],
  { network, size }: { readonly network: string; readonly size: string },
): string {
  const found = networks.find(({ id }) => id === network);
  return size === 'paper' ? (found?.paperSize ?? size) : size;
}

/** Whether a file has anything of a network: a tensor of the same name. */
export function isRelated({ fitting, misshapen }: ParameterComparison): boolean {
  return fitting.size + misshapen.length > 0;
}

/**
 * Compares a weight file with every size and variant of every network given, the best fit first. A file that has
 * nothing to do with any of them by name is compared by the shapes of its tensors.
 */
export function rankFits(checkpoint: Checkpoint, networks: readonly WeightedNetwork[]): WeightFit[] {
  const fitsOf = networks.flatMap((network) =>
    network.sizes.flatMap((size) =>
      (network.variants ?? [undefined]).map((options) => ({
        ...{ network: network.id, size, options },
        comparison: compareParameters(network.parameters(size, options), checkpoint),
        likeness: shapeLikeness(network.parameters(size, options), checkpoint),
      })),
    ),
  );
  if (!fitsOf.some(({ comparison }) => isRelated(comparison)))
    return fitsOf.sort((a, b) => b.likeness - a.likeness);
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
  wanted: Wanted,
  label: string,
): WeightFit {
  const ranked = rankFits(checkpoint, networks);
  const candidates = ranked.filter(
    ({ network, size, options }) =>
      (wanted.network === undefined || network === wanted.network) &&
      (wanted.size === undefined || size === sizeName(networks, { network, size: wanted.size })) &&
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

  const [part, ...others] = findParts(candidates, networks);
  if (part !== undefined) {
    const { fit, kind, present, absent } = part;
    const alsoOf = others.map((other) => other.fit.network);
    throw new WeightsMismatch(
      {
        message: `${label} holds only a part of ${fit.network}: ${present.join(', ')}. Missing: ${absent.join(', ')}`,
        hint:
          kind === 'stages'
            ? `All stages are needed, even to run the first alone: give a file that holds them all, or files that do together (acutance weights import FILE FILE --network ${fit.network}).`
            : `Import the files of all parts at once: acutance weights import FILE FILE --network ${fit.network}.`,
      },
      { closest: fit, parts: { present, absent, alsoOf }, checkpoint },
    );
  }
  const other = ranked.find(({ comparison }) => fits(comparison));
  throw new WeightsMismatch(describeMismatch(label, best, { wanted, other, networks }), {
    ...{ closest: best, parts: undefined, checkpoint },
  });
}

/** The candidates that a file is whole parts of, one of each network; others may share tensors with it, but not be in parts. */
function findParts(candidates: readonly WeightFit[], networks: readonly WeightedNetwork[]) {
  return networks.flatMap((network) => {
    for (const fit of candidates.filter((candidate) => candidate.network === network.id)) {
      const parts = describeMissingParts(network, fit.comparison);
      if (parts !== undefined) return [{ fit, ...parts }];
    }
    return [];
  });
}

function describeMismatch(
  label: string,
  best: WeightFit,
  around: {
    readonly wanted: Wanted;
    /** What the file is for, where that was not wanted. */
    readonly other: WeightFit | undefined;
    readonly networks: readonly WeightedNetwork[];
  },
): { readonly message: string; readonly hint: string } {
  const { wanted, other, networks } = around;
  const closest = describeVariant(best);
  const asked = describeWanted(wanted);
  if (other !== undefined) {
    return {
      message: `${label} does not fit ${describeWanted(nearestTo(other, wanted, networks))}`,
      hint: `These are weights for ${describeVariant(other)}: use ${variantArguments(other)}.`,
    };
  }
  const { fitting, missing, misshapen } = best.comparison;
  const differences = describeDifferences(best.comparison);
  if (!isRelated(best.comparison)) {
    const shapes = best.likeness === 0 ? 'The closest' : 'By the shapes of its tensors the closest';
    return {
      message:
        `${label} does not fit ${asked}: no tensor in it has a name known there. ` +
        `${shapes} is ${closest}: ${differences}`,
      hint: `Weights can be imported for ${networks.map(({ id }) => id).join(', ')}.`,
    };
  }
  const needed = fitting.size + missing.length + misshapen.length;
  const count = `${fitting.size} of its ${needed} tensors fit, ${differences}`;
  return {
    message: `${label} does not fit ${asked === closest ? asked : `${asked}; the closest is ${closest}`}: ${count}`,
    hint: isIncomplete(best.comparison)
      ? 'The file is incomplete: save all of the state_dict, torch.save(model.state_dict(), "weights.pth").'
      : 'It may be a changed version of this network, or another one that builds on it.',
  };
}

/** What was wanted, of the network that a file is for where none was named and it has such a size. */
function nearestTo(other: WeightFit, wanted: Wanted, networks: readonly WeightedNetwork[]): Wanted {
  if (wanted.network !== undefined || wanted.size === undefined) return wanted;
  const { network } = other;
  const size = sizeName(networks, { network, size: wanted.size });
  const has = networks.some(({ id, sizes }) => id === network && sizes.includes(size));
  return has ? { ...wanted, network, size } : wanted;
}

function describeWanted({ network, size, options }: Wanted): string {
  if (network === undefined) return size === undefined ? 'any network' : `any network in size ${size}`;
  return size === undefined ? network : describeVariant({ network, size, options });
}

/** Whether what is there is right, and only something is missing. */
function isIncomplete({ unexpected, misshapen }: ParameterComparison): boolean {
  return unexpected.length + misshapen.length === 0;
}
