import { Reader, Writer, ZipReader } from '@zip.js/zip.js';
import type { Entry, FileEntry } from '@zip.js/zip.js';
import type { ByteSource } from './byte-source.ts';
import { quote, refused, unreadable } from './checkpoint-errors.ts';
import type { Checkpoint } from './checkpoint.ts';
import { MAX_CHECKPOINT_BYTES, MAX_PICKLE_BYTES, MAX_ZIP_ENTRIES } from './limits.ts';
import { findStateDict } from './state-dict.ts';
import { storagesOf, torchCheckpoint } from './torch-checkpoint.ts';
import { TorchHost } from './torch-host.ts';
import { unpickle } from './unpickler.ts';

const PICKLE_NAME = 'data.pkl';

const BLOCK_BYTES = 2 ** 20;

/** Reads in blocks, because the zip library asks for many small pieces one after the other. */
class SourceReader extends Reader<ByteSource> {
  readonly #source: ByteSource;
  #block: { readonly start: number; readonly bytes: Uint8Array } = { start: 0, bytes: new Uint8Array(0) };

  constructor(source: ByteSource) {
    super(source);
    this.#source = source;
    this.size = source.size;
  }

  override async readUint8Array(index: number, length: number): Promise<Uint8Array> {
    const start = Math.min(Math.max(index, 0), this.#source.size);
    const end = Math.min(start + length, this.#source.size);
    if (start < this.#block.start || end > this.#block.start + this.#block.bytes.byteLength) {
      const blockLength = Math.min(Math.max(end - start, BLOCK_BYTES), this.#source.size - start);
      this.#block = { start, bytes: await this.#source.read(start, blockLength) };
    }
    return new Uint8Array(this.#block.bytes.subarray(start - this.#block.start, end - this.#block.start));
  }
}

/** Takes an entry's bytes, and no more than it has stated: what unpacks to more is stopped there. */
class EntryWriter extends Writer<Uint8Array> {
  readonly #bytes: Uint8Array;
  #filled = 0;

  constructor(byteLength: number) {
    super();
    this.#bytes = new Uint8Array(byteLength);
  }

  override writeUint8Array(chunk: Uint8Array): Promise<void> {
    if (chunk.byteLength > this.#bytes.byteLength - this.#filled) {
      return Promise.reject(new Error('An entry is larger than it states'));
    }
    this.#bytes.set(chunk, this.#filled);
    this.#filled += chunk.byteLength;
    return Promise.resolve();
  }

  override getData(): Promise<Uint8Array> {
    if (this.#filled === this.#bytes.byteLength) return Promise.resolve(this.#bytes);
    return Promise.reject(new Error('An entry is smaller than it states'));
  }
}

/** Whatever the zip library complains about is the file's fault. */
async function reading<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw unreadable(`is damaged or cut short: ${reason.replace(/\.$/, '')}`, { cause });
  }
}

class Archive {
  readonly #entries: ReadonlyMap<string, FileEntry>;
  /** Folder of the archive that everything lies in, with its slash; any name will do. */
  readonly #prefix: string;

  constructor(entries: readonly Entry[]) {
    const files = entries.filter((entry): entry is FileEntry => !entry.directory);
    this.#entries = new Map(files.map((entry) => [entry.filename, entry]));
    const pickles = files
      .map((entry) => entry.filename)
      .filter((name) => name === PICKLE_NAME || /^[^/]+\/data\.pkl$/.test(name));
    const pickle = pickles[0];
    if (pickle === undefined) {
      throw unreadable('is a zip archive without PyTorch weights (no data.pkl)', {
        hint: 'If it is a packed download, unpack it and give the .pth or .safetensors file inside.',
      });
    }
    if (pickles.length > 1)
      throw unreadable(`is not a valid weight file: it holds ${pickles.length} data.pkl`);
    this.#prefix = pickle.slice(0, -PICKLE_NAME.length);
    if (this.#entries.has(`${this.#prefix}constants.pkl`)) {
      throw refused('it is a TorchScript program, which carries code, not a state_dict');
    }
  }

  /** The size an entry will have when unpacked, or undefined where there is none of that name. */
  sizeOf(name: string): number | undefined {
    return this.#entries.get(this.#prefix + name)?.uncompressedSize;
  }

  async read(name: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const entry = this.#entries.get(this.#prefix + name);
    if (entry === undefined) return undefined;
    if (entry.encrypted) throw unreadable('is encrypted');
    if (entry.uncompressedSize > maxBytes) {
      throw unreadable(`is not a weight file: its ${name} has ${entry.uncompressedSize} bytes`);
    }
    return await reading(entry.getData(new EntryWriter(entry.uncompressedSize)));
  }
}

async function readByteOrder(archive: Archive): Promise<boolean> {
  const bytes = await archive.read('byteorder', 64);
  const order = bytes === undefined ? 'little' : new TextDecoder().decode(bytes).trim();
  if (order !== 'little' && order !== 'big') throw unreadable(`has an unknown byte order: ${quote(order)}`);
  return order === 'little';
}

async function openArchive(zip: ZipReader<ByteSource>): Promise<Archive> {
  const entries: Entry[] = [];
  const iterator = zip.getEntriesGenerator();
  for (;;) {
    const next = await reading(iterator.next());
    if (next.done === true) return new Archive(entries);
    entries.push(next.value);
    if (entries.length > MAX_ZIP_ENTRIES)
      throw unreadable(`is not a weight file: it has over ${MAX_ZIP_ENTRIES} entries`);
  }
}

/**
 * Reads what `torch.save` writes since PyTorch 1.6: a zip archive with `data.pkl` and one entry per storage. Only the
 * entries that the state_dict needs are read.
 */
export async function readTorchZip(source: ByteSource): Promise<Checkpoint> {
  const zip = new ZipReader(new SourceReader(source), {
    useWebWorkers: false,
    checkCrc32: true,
    checkOverlappingEntry: true,
  });
  try {
    const archive = await openArchive(zip);
    const pickle = await archive.read(PICKLE_NAME, MAX_PICKLE_BYTES);
    if (pickle === undefined) throw unreadable('has no data.pkl');
    const state = findStateDict(unpickle(pickle, 0, new TorchHost()).value);
    const littleEndian = await readByteOrder(archive);

    const storages = storagesOf(state);
    let total = 0;
    for (const storage of storages) {
      const size = archive.sizeOf(`data/${storage.key}`);
      if (size === undefined) throw unreadable(`is not complete: storage ${quote(storage.key)} is missing`);
      if (size !== storage.byteLength) {
        throw unreadable(
          `has storage ${quote(storage.key)} of ${size} bytes, where ${storage.byteLength} are due`,
        );
      }
      total += size;
    }
    if (total > MAX_CHECKPOINT_BYTES) throw unreadable(`is too large for a weight file (${total} bytes)`);
    for (const storage of storages)
      storage.bytes = await archive.read(`data/${storage.key}`, storage.byteLength);
    return torchCheckpoint('torch-zip', state, littleEndian);
  } finally {
    await zip.close();
  }
}
