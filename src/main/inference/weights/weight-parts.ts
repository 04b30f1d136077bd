import type { Checkpoint, CheckpointTensor } from '../../../networks/checkpoints/checkpoint.ts';
import type { ParameterComparison } from '../../../networks/checkpoints/match-parameters.ts';
import { AcutanceError } from '../../../shared/errors.ts';
import type { WeightedNetwork } from './weighted-network.ts';

/** A weight file that has been read, and what messages call it. */
export interface LabelledCheckpoint {
  readonly label: string;
  readonly checkpoint: Checkpoint;
}

/**
 * Some networks were published in several files, one for each part and without the part's prefix. Gives the tensors of
 * all files their full names, and puts them together; metadata of the first file that has an entry counts.
 *
 * @throws AcutanceError `weights-mismatch` where two files have the same tensor.
 */
export function joinParts(
  files: readonly [LabelledCheckpoint, ...LabelledCheckpoint[]],
  networks: readonly WeightedNetwork[],
): Checkpoint {
  const tensors = new Map<string, CheckpointTensor>();
  const known = knownParameters(networks);
  const owners = new Map<string, string>();
  for (const { label, checkpoint } of files) {
    const unwrapped = unwrap(checkpoint.tensors, known, networks);
    const prefix = partPrefix(unwrapped, known, networks);
    for (const [name, tensor] of unwrapped) {
      const owner = owners.get(prefix + name);
      if (owner !== undefined) {
        throw new AcutanceError('weights-mismatch', `${owner} and ${label} both have ${prefix + name}`, {
          hint: 'Give one file for the whole network, or one for each of its parts.',
        });
      }
      owners.set(prefix + name, label);
      tensors.set(prefix + name, tensor);
    }
  }
  const metadata = Object.assign({}, ...files.map((file) => file.checkpoint.metadata).toReversed()) as Record<
    string,
    string
  >;
  return { ...files[0].checkpoint, tensors, metadata };
}

/** What is missing where a file holds whole parts of a network and nothing else; else undefined. */
export function describeMissingParts(
  network: WeightedNetwork,
  { missing, unexpected, misshapen, fitting }: ParameterComparison,
): { readonly present: readonly string[]; readonly absent: readonly string[] } | undefined {
  if (fitting.size === 0 || unexpected.length + misshapen.length > 0) return undefined;
  const parts = network.parts ?? [];
  const absent = parts.filter(({ prefix }) => missing.some(({ name }) => name.startsWith(prefix)));
  const present = parts.filter((part) => !absent.includes(part));
  const isPartly = [...fitting.keys()].some((name) => absent.some(({ prefix }) => name.startsWith(prefix)));
  if (absent.length === 0 || present.length === 0 || isPartly) return undefined;
  const list = (some: typeof parts) => some.map(({ name }) => name);
  return { present: list(present), absent: list(absent) };
}

type Tensors = ReadonlyMap<string, CheckpointTensor>;

/**
 * Takes a wrapper's prefix (`model.`, `_orig_mod.`, `netG.`) off all names, as often as more of them are known without it.
 */
function unwrap(tensors: Tensors, known: ReadonlySet<string>, networks: readonly WeightedNetwork[]): Tensors {
  const prefixes = ['', ...partPrefixes(networks)];
  const most = (some: Tensors) => Math.max(...prefixes.map((prefix) => countKnown(some, prefix, known)));
  let best = tensors;
  for (let next = withoutFirst(tensors); next; next = withoutFirst(next)) {
    if (most(next) > most(best)) best = next;
  }
  return best;
}

/** What the names of a part may lack. */
function partPrefixes(networks: readonly WeightedNetwork[]): string[] {
  return networks.flatMap(({ parts = [] }) =>
    parts.flatMap(({ prefix, inner }) => (inner === undefined ? [prefix] : [prefix, prefix + inner])),
  );
}

/** Without the first part of the names, where all have the same and something is left. */
function withoutFirst(tensors: Tensors): Tensors | undefined {
  const [first = ''] = tensors.keys();
  const prefix = first.slice(0, first.indexOf('.') + 1);
  if (prefix === '' || ![...tensors.keys()].every((name) => name.startsWith(prefix))) return undefined;
  return new Map([...tensors].map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

function countKnown(tensors: Tensors, prefix: string, known: ReadonlySet<string>): number {
  let count = 0;
  for (const [name, { dims }] of tensors) if (known.has(describe(prefix + name, dims))) count++;
  return count;
}

/** The prefix of the part that a file is, or none. */
function partPrefix(
  tensors: Tensors,
  known: ReadonlySet<string>,
  networks: readonly WeightedNetwork[],
): string {
  let best = { prefix: '', count: countKnown(tensors, '', known) };
  for (const prefix of partPrefixes(networks)) {
    const count = countKnown(tensors, prefix, known);
    if (count > best.count) best = { prefix, count };
  }
  return best.count > tensors.size / 2 ? best.prefix : '';
}

/** Every parameter of every network and size, with its shape. */
function knownParameters(networks: readonly WeightedNetwork[]): ReadonlySet<string> {
  const parameters = networks.flatMap((network) => network.sizes.flatMap((size) => network.parameters(size)));
  return new Set(parameters.map(({ name, dims }) => describe(name, dims)));
}

function describe(name: string, dims: readonly number[]): string {
  return `${name} ${dims.join()}`;
}
