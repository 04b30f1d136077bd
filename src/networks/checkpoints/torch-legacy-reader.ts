import type { ByteSource } from './byte-source.ts';
import { quote, unreadable } from './checkpoint-errors.ts';
import type { Checkpoint } from './checkpoint.ts';
import { MAX_CHECKPOINT_BYTES } from './limits.ts';
import { PickleDict } from './pickle-values.ts';
import type { PickleValue } from './pickle-values.ts';
import { findStateDict } from './state-dict.ts';
import { torchCheckpoint } from './torch-checkpoint.ts';
import { TorchHost } from './torch-host.ts';
import type { StorageData } from './torch-values.ts';
import { unpickle } from './unpickler.ts';

/** The integer every such file begins with, as a pickle of its own. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;

/** First bytes of pickles: the protocol mark, or an instruction that protocols 0 and 1 may begin with. */
export function looksLikePickle(head: Uint8Array): boolean {
  const first = head[0];
  return (
    first !== undefined && (first === 0x80 || '(]})cilLIVSXUTKMJGFN'.includes(String.fromCharCode(first)))
  );
}

function isLittleEndian(systemInfo: PickleValue): boolean {
  return !(systemInfo instanceof PickleDict && systemInfo.entries.get('little_endian') === false);
}

/** Cuts the raw storages that follow the pickles, each an 8-byte element count and its elements, in `keys`' order. */
function sliceStorages(
  bytes: Uint8Array,
  start: number,
  keys: PickleValue,
  storages: ReadonlyMap<string, StorageData>,
  littleEndian: boolean,
): void {
  if (!Array.isArray(keys)) throw unreadable('is not a valid weight file: it has no list of storages');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (storage === undefined)
      throw unreadable(
        `lists storage ${typeof key === 'string' ? quote(key) : 'without a name'}, which no tensor uses`,
      );
    if (at + 8 > bytes.byteLength) throw unreadable(`is cut short: storage ${quote(storage.key)} is missing`);
    const count = Number(view.getBigInt64(at, littleEndian));
    if (count * storage.elementBytes !== storage.byteLength) {
      throw unreadable(
        `has storage ${quote(storage.key)} of ${count} elements, where ${storage.byteLength / storage.elementBytes} are due`,
      );
    }
    at += 8;
    if (storage.byteLength > bytes.byteLength - at) {
      throw unreadable(`is cut short: storage ${quote(storage.key)} needs ${storage.byteLength} bytes`);
    }
    storage.bytes = bytes.subarray(at, at + storage.byteLength);
    at += storage.byteLength;
  }
}

/**
 * Reads what `torch.save` wrote before PyTorch 1.6 (and writes still, on request): five pickles in a row (mark, version,
 * machine, object, storage keys), then the storages.
 */
export async function readTorchLegacy(source: ByteSource): Promise<Checkpoint> {
  if (source.size > MAX_CHECKPOINT_BYTES)
    throw unreadable(`is too large for a weight file (${source.size} bytes)`);
  const bytes = await source.read(0, source.size);
  const host = new TorchHost();
  let at = 0;
  const next = (): PickleValue => {
    const { value, end } = unpickle(bytes, at, host);
    at = end;
    return value;
  };
  if (next() !== MAGIC) throw unreadable('is a Python pickle, but not one of PyTorch weights');
  const version = next();
  if (version !== PROTOCOL_VERSION) throw unreadable(`has an unknown version of PyTorch's format`);
  const littleEndian = isLittleEndian(next());
  const saved = next();
  const keys = next();
  const state = findStateDict(saved);
  sliceStorages(bytes, at, keys, host.storages, littleEndian);
  return torchCheckpoint('torch-legacy', state, littleEndian);
}
