import { quote, refused, unreadable } from './checkpoint-errors.ts';
import { itemSize } from './dtypes.ts';
import type { DType } from './dtypes.ts';
import { PickleDict, PickleObject, PickleOpaque, PickleTuple } from './pickle-values.ts';
import type { PickleHost, PickleValue } from './pickle-values.ts';
import { ALLOWED_GLOBALS, requireCount } from './torch-globals.ts';
import { AllowedGlobal, StorageRef } from './torch-values.ts';
import type { StorageData } from './torch-values.ts';

function describe(value: PickleValue): string {
  if (value instanceof PickleObject) return value.description;
  return value instanceof PickleDict ? 'a dictionary' : 'a plain value';
}

/** What a PyTorch pickle may refer to: the names of `ALLOWED_GLOBALS`, and storages, which it collects. */
export class TorchHost implements PickleHost {
  /** By key, as the pickle has mentioned them so far. */
  readonly storages = new Map<string, StorageData>();

  findGlobal(module: string, name: string): PickleValue {
    const path = `${module}.${name}`;
    const allowed = ALLOWED_GLOBALS.get(path);
    if (allowed === undefined)
      throw refused(`its pickle names ${quote(path)}, which is no part of a weight file`);
    return allowed;
  }

  call(callable: PickleValue, args: readonly PickleValue[]): PickleValue {
    if (callable instanceof AllowedGlobal && callable.apply !== undefined) return callable.apply(args);
    throw refused(`its pickle calls ${describe(callable)}`);
  }

  /** Attributes of an ordered dictionary (`_metadata`: layer versions) and of NumPy types are passed over. */
  setState(target: PickleValue): void {
    if (target instanceof PickleDict || target instanceof PickleOpaque) return;
    throw refused(`its pickle sets attributes of ${describe(target)}`);
  }

  /** `('storage', class, key, location, count[, view])`. The location (a GPU, say) doesn't matter here. */
  persistentLoad(id: PickleValue): PickleValue {
    const [kind, storageClass, key, , countValue, view] = id instanceof PickleTuple ? id.items : [];
    if (kind !== 'storage' || !(storageClass instanceof AllowedGlobal) || typeof key !== 'string') {
      throw unreadable('is not a valid weight file: its pickle refers to something that is not a storage');
    }
    if (storageClass.storage === undefined) {
      throw unreadable(`is not a valid weight file: ${storageClass.name} does not say its element type`);
    }
    const dtype = storageClass.storage === 'untyped' ? undefined : storageClass.storage;
    const elementBytes = dtype === undefined ? 1 : itemSize(dtype);
    const byteLength = requireCount(countValue, 'storage size') * elementBytes;
    if (!Number.isSafeInteger(byteLength)) throw unreadable(`has a storage of ${byteLength} bytes`);
    const data = this.#storage({ key, byteLength, elementBytes, bytes: undefined });
    return storageView(data, dtype, view);
  }

  #storage(wanted: StorageData): StorageData {
    const known = this.storages.get(wanted.key);
    if (known === undefined) {
      this.storages.set(wanted.key, wanted);
      return wanted;
    }
    if (known.byteLength !== wanted.byteLength) {
      throw unreadable(`is not a valid weight file: storage ${quote(wanted.key)} has two different sizes`);
    }
    return known;
  }
}

/** Old PyTorch saved parts of a storage as `(key, offset, count)`, in elements. */
function storageView(data: StorageData, dtype: DType | undefined, view: PickleValue | undefined): StorageRef {
  if (view === undefined || view === null) return new StorageRef(data, dtype, 0, data.byteLength);
  if (!(view instanceof PickleTuple))
    throw unreadable('is not a valid weight file: a storage view is not a tuple');
  const byteOffset = requireCount(view.items[1], 'storage view') * data.elementBytes;
  const byteLength = requireCount(view.items[2], 'storage view') * data.elementBytes;
  if (byteOffset + byteLength > data.byteLength) {
    throw unreadable(`has a storage view that reaches outside of storage ${quote(data.key)}`);
  }
  return new StorageRef(data, dtype, byteOffset, byteLength);
}
