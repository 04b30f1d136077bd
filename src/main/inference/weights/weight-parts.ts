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

/** Where a file is whole parts, or stages, of a network and nothing else: which, and which are missing. */
export interface MissingParts {
  readonly kind: 'parts' | 'stages';
  readonly present: readonly string[];
  readonly absent: readonly string[];
}

/** What is missing where a file holds whole parts or stages of a network and nothing else; else undefined. */
export function describeMissingParts(
  network: WeightedNetwork,
  { missing, unexpected, misshapen, fitting }: ParameterComparison,
): MissingParts | undefined {
  if (unexpected.length + misshapen.length > 0) return undefined;
  const absent = missing.map(({ name }) => name);
  const present = [...fitting.keys()];
  const partOf = (parameter: string) =>
    network.parts?.find(({ prefix }) => parameter.startsWith(prefix))?.name;
  const stageOf = (parameter: string) => {
    const stage = network.stageOf?.(parameter);
    return stage === undefined ? undefined : `stage ${stage}`;
  };
  return divide('parts', partOf, present, absent) ?? divide('stages', stageOf, present, absent);
}

/** Undefined where a group is there in part only, or where all or none are. */
function divide(
  kind: MissingParts['kind'],
  groupOf: (parameter: string) => string | undefined,
  present: readonly string[],
  absent: readonly string[],
): MissingParts | undefined {
  const groups = (parameters: readonly string[]) =>
    [...new Set(parameters.map(groupOf))].filter((group) => group !== undefined);
  const [there, lacking] = [groups(present), groups(absent)];
  if (there.length === 0 || lacking.length === 0 || there.some((group) => lacking.includes(group)))
    return undefined;
  return { kind, present: there, absent: lacking };
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
  return networks.flatMap(({ parts = [] }) => parts.map(({ prefix }) => prefix));
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
