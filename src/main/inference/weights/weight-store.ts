import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, extname, isAbsolute, resolve } from 'node:path';
import type { Checkpoint, CheckpointTensor } from '../../../networks/checkpoints/checkpoint.ts';
import { encodeSafetensors } from '../../../networks/checkpoints/safetensors-writer.ts';
import type { NetworkOptions } from '../../../networks/network.ts';
import { AcutanceError } from '../../../shared/errors.ts';
import type { ProblemDescription } from '../../../shared/errors.ts';
import { readCheckpointFile } from './checkpoint-file.ts';
import { importedPath, listImportedWeights, removeImported, storeImported } from './imported-weights.ts';
import { recogniseWeights, sizeName } from './recognise-weights.ts';
import { listShippedWeights } from './shipped-weights.ts';
import { joinParts, type LabelledCheckpoint } from './weight-parts.ts';
import { alignCornersOf } from './weight-record.ts';
import type { WeightRecord } from './weight-record.ts';
import { describeVariant, isSameVariant, variantArguments, variantOf } from './weight-variants.ts';
import type { WeightedNetwork } from './weighted-network.ts';

export interface WeightStoreOptions {
  /** Folder of imported weights; made when the first are imported. */
  readonly userFolder: string;
  /** Folder of the shipped weights and their `weights.json`. */
  readonly shippedFolder: string;
  /** The networks that weights may be for. */
  readonly networks: readonly WeightedNetwork[];
}

/** A weight file that is called otherwise than by its path. */
export interface NamedFile {
  readonly path: string;
  /** What it is called, in messages and afterwards. */
  readonly name: string;
  /** Where it is from, in words or as a path. */
  readonly origin: string;
}

export interface ImportRequest {
  /** Network and size are recognised from the tensors where absent. */
  readonly network?: string | undefined;
  readonly size?: string | undefined;
  /** The convention of the warps; without it what the file says, else `true`. */
  readonly alignCorners?: boolean | undefined;
  /** A note on origin and licence; without it what the file says. */
  readonly licence?: string | undefined;
}

/** Weights for a network and a size; options matter where a network has variants. */
export interface WeightRequest extends NetworkOptions {
  readonly network: string;
  readonly size: string;
  /** A file's path, or the id, name or first digits of the hash of listed weights; absent for the default. */
  readonly weights?: string | undefined;
}

/** Weights ready for use. */
export interface LoadedWeights {
  /** What to call them in messages: a path, or the name of listed weights. */
  readonly name: string;
  readonly network: string;
  readonly size: string;
  readonly sha256: string;
  readonly alignCorners: boolean;
  /** By published name, in the network's order and shapes. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
}

/** Digits of a hash that are enough to name weights. */
const MIN_HASH_DIGITS = 6;

/** The weights at hand: those shipped with the program and those the user has imported. */
export class WeightStore {
  readonly #userFolder: string;
  readonly #shippedFolder: string;
  readonly #networks: readonly WeightedNetwork[];

  constructor({ userFolder, shippedFolder, networks }: WeightStoreOptions) {
    this.#userFolder = userFolder;
    this.#shippedFolder = shippedFolder;
    this.#networks = networks;
  }

  /** Everything that can be used, shipped weights first, then the newest; and what is damaged, with the reason. */
  async list(): Promise<{ weights: readonly WeightRecord[]; problems: readonly ProblemDescription[] }> {
    const shipped = await listShippedWeights(this.#shippedFolder);
    const { weights, problems } = await listImportedWeights(this.#userFolder);
    return { weights: [...shipped, ...weights], problems };
  }

  /**
   * Checks a weight file against a network and keeps a copy of the parameters, as safetensors under its SHA-256.
   * Importing the same weights again renews their note.
   *
   * @param files one file, or one for each part of a network that was published in parts.
   *
   * @throws AcutanceError `weights-missing`, `weights-unreadable`, `weights-refused` or `weights-mismatch` about the
   * file; `output-unwritable` or `disk-full` about the folder.
   */
  async import(
    files: string | readonly [string | NamedFile, ...(string | NamedFile)[]],
    request: ImportRequest,
  ): Promise<WeightRecord> {
    const [first, ...others] = typeof files === 'string' ? ([files] as const) : files;
    const sources = [describeSource(first), ...others.map(describeSource)] as const;
    const parts: [LabelledCheckpoint, ...LabelledCheckpoint[]] = [await readSource(sources[0])];
    for (const source of sources.slice(1)) parts.push(await readSource(source));
    const path = parts.map(({ label }) => label).join(' + ');
    const checkpoint = joinParts(parts, this.#networks);
    const fit = recogniseWeights(checkpoint, this.#networks, this.#named(request), path);
    refuseNonFinite(fit.comparison.fitting, path);

    const alignCorners = request.alignCorners ?? alignCornersOf(checkpoint.metadata, path);
    const content = encodeSafetensors(
      new Map([...fit.comparison.fitting].map(([name, tensor]) => [name, stored(tensor)])),
      { network: fit.network, size: fit.size, align_corners: String(alignCorners) },
    );
    const sha256 = createHash('sha256').update(content).digest('hex');
    const licence = request.licence ?? licenceOf(checkpoint);
    const record: WeightRecord = {
      id: sha256,
      source: 'imported',
      network: fit.network,
      size: fit.size,
      ...(fit.options === undefined ? {} : { options: fit.options }),
      path: importedPath(this.#userFolder, sha256),
      bytes: content.byteLength,
      sha256,
      name: sources.map(({ name }) => name).join(' + '),
      origin: checkpoint.metadata['origin'] ?? sources.map(({ origin }) => origin).join(' + '),
      ...(licence === undefined ? {} : { licence }),
      imported: new Date().toISOString(),
      alignCorners,
    };
    await storeImported(this.#userFolder, content, record);
    return record;
  }

  /**
   * Deletes imported weights.
   * @throws AcutanceError `weights-missing` where none are listed under this hash, `usage` for shipped ones,
   *   `output-unwritable`.
   */
  async remove(sha256: string): Promise<void> {
    const { weights } = await this.list();
    const listed = weights.filter((record) => record.sha256 === sha256);
    if (listed.length === 0) {
      throw new AcutanceError('weights-missing', `There are no weights with the SHA-256 ${sha256}`, {
        hint: 'They may have been removed already.',
      });
    }
    if (!listed.some(({ source }) => source === 'imported')) {
      throw new AcutanceError('usage', `The weights "${listed[0]!.name}" came with the program`, {
        hint: 'Only imported weights can be removed.',
      });
    }
    await removeImported(this.#userFolder, sha256);
  }

  /**
   * The listed weights that a text names (id, name with or without extension, or at least six digits of the hash), or
   * without one the default for a network and size: the shipped weights, else the newest imported ones.
   *
   * @throws AcutanceError `weights-missing` where there are none, `usage` where a text names several.
   */
  async find(request: WeightRequest): Promise<WeightRecord> {
    const { network, size, weights: selector } = this.#named(request);
    const options = this.#variantOf(request);
    const isWanted = (record: WeightRecord) =>
      record.network === network && record.size === size && isSameVariant(record.options, options);
    const { weights, problems } = await this.list();
    if (selector === undefined) {
      const found = weights.find(isWanted);
      if (found !== undefined) return found;
      const what = describeVariant({ network, size, options });
      throw new AcutanceError('weights-missing', `There are no weights for ${what}`, {
        hint: `Import some (acutance weights import FILE --network ${network} --size ${size}) ${otherChoices(weights, network, options)}.`,
      });
    }
    const named = select(weights, selector);
    const [found] = named.filter(isWanted);
    const any = found ?? named[0];
    if (any === undefined) {
      throw new AcutanceError(
        'weights-missing',
        `There are no weights named "${selector}", nor such a file`,
        {
          hint: [
            ...problems.map(({ message }) => `${message.replace(/[.]$/, '')}.`),
            'See "acutance weights list", or give the path of a weight file.',
          ].join(' '),
        },
      );
    }
    const rivals = named.filter((record) => describeVariant(record) === describeVariant(any));
    if (rivals.length > 1) {
      throw new AcutanceError('usage', `"${selector}" names ${rivals.length} sets of weights`, {
        hint: `Give more digits of the hash: ${rivals.map(({ sha256 }) => sha256.slice(0, 12)).join(', ')}.`,
      });
    }
    return any;
  }

  /** Reads listed weights, by their hash first and then by the network's parameters. */
  async load(record: WeightRecord): Promise<LoadedWeights> {
    const { checkpoint, sha256 } = await readCheckpointFile(record.path, record.sha256);
    return this.#loaded(checkpoint, record, { name: record.name, sha256, alignCorners: record.alignCorners });
  }

  /**
   * The weights for a run: those a path or a name says, or the default. A file is used where it lies, not stored.
   *
   * @throws AcutanceError `weights-missing`, `weights-unreadable`, `weights-refused` or `weights-mismatch`.
   */
  async resolve(wanted: WeightRequest): Promise<LoadedWeights> {
    const request = this.#named(wanted);
    const { weights, network, size } = request;
    const options = this.#variantOf(request);
    if (weights !== undefined && isPath(weights)) {
      const path = resolve(weights);
      const { checkpoint, sha256 } = await readCheckpointFile(path);
      const alignCorners = alignCornersOf(checkpoint.metadata, path);
      return this.#loaded(checkpoint, { network, size, options }, { name: path, sha256, alignCorners });
    }
    const record = await this.find(request);
    const [found, wantedOne] = [describeVariant(record), describeVariant({ network, size, options })];
    if (found !== wantedOne) {
      throw new AcutanceError(
        'weights-mismatch',
        `The weights "${record.name}" are for ${found}, not for ${wantedOne}`,
        { hint: `Use ${variantArguments(record)}, or other weights.` },
      );
    }
    return await this.load(record);
  }

  /** The same request with the size as the network itself calls it. */
  #named<Request extends { readonly network?: string | undefined; readonly size?: string | undefined }>(
    request: Request,
  ): Request {
    const { network, size } = request;
    return size === undefined || network === undefined
      ? request
      : { ...request, size: sizeName(this.#networks, { network, size }) };
  }

  /** What a request comes to, of a network that has variants. */
  #variantOf(request: WeightRequest): NetworkOptions | undefined {
    return variantOf(
      this.#networks.find(({ id }) => id === request.network),
      request,
    );
  }

  #loaded(
    checkpoint: Checkpoint,
    wanted: Pick<WeightRecord, 'network' | 'size'> & { readonly options?: NetworkOptions | undefined },
    facts: { readonly name: string; readonly sha256: string; readonly alignCorners: boolean },
  ): LoadedWeights {
    const whole = joinParts([{ label: facts.name, checkpoint }], this.#networks);
    const { network, size, comparison } = recogniseWeights(whole, this.#networks, wanted, facts.name);
    const parameters = new Map([...comparison.fitting].map(([name, tensor]) => [name, tensor.toFloat32()]));
    return { ...facts, network, size, parameters };
  }
}

/** A weight file with what messages call it. */
interface Source extends NamedFile {
  readonly label: string;
}

function describeSource(file: string | NamedFile): Source {
  if (typeof file !== 'string') return { ...file, label: file.name };
  const path = resolve(file);
  return { path, label: path, name: basename(path), origin: path };
}

async function readSource({ path, label }: Source): Promise<LabelledCheckpoint> {
  return { label, checkpoint: (await readCheckpointFile(path, undefined, label)).checkpoint };
}

function stored(tensor: CheckpointTensor) {
  return { dims: tensor.dims, dtype: tensor.dtype, data: tensor.toBytes() };
}

function licenceOf({ metadata }: Checkpoint): string | undefined {
  const note = metadata['licence'] ?? metadata['license'];
  return note === '' ? undefined : note;
}

function isPath(text: string): boolean {
  return isAbsolute(text) || existsSync(text) || /[\\/]/.test(text);
}

function select(weights: readonly WeightRecord[], selector: string): WeightRecord[] {
  const exact = weights.filter(({ id }) => id === selector);
  if (exact.length > 0) return exact;
  const named = weights.filter(({ name }) => name === selector || basename(name, extname(name)) === selector);
  if (named.length > 0) return named;
  const digits = selector.toLowerCase();
  if (digits.length < MIN_HASH_DIGITS) return [];
  return weights.filter(({ sha256 }) => sha256.startsWith(digits));
}

/** What could be used instead: the sizes, and numbers of layers, that there are weights for. */
function otherChoices(
  weights: readonly WeightRecord[],
  network: string,
  options: NetworkOptions | undefined,
): string {
  const choices = weights
    .filter((record) => record.network === network)
    .map(({ size, options: its }) =>
      isSameVariant(its, options) ? `--size ${size}` : `--size ${size} --layers ${its?.layers}`,
    );
  return choices.length === 0
    ? 'or give a file with --weights'
    : `or use ${[...new Set(choices)].join(' or ')}`;
}

function refuseNonFinite(tensors: ReadonlyMap<string, CheckpointTensor>, label: string): void {
  for (const [name, tensor] of tensors) {
    if (!tensor.toFloat32().every(Number.isFinite)) {
      throw new AcutanceError(
        'weights-unreadable',
        `${label} has values in ${name} that are not finite numbers`,
        {
          hint: 'The training that made these weights went wrong, or the file is damaged.',
        },
      );
    }
  }
}
