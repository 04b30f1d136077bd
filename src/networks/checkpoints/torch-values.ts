import type { DType } from './dtypes.ts';
import { itemSize } from './dtypes.ts';
import { PickleObject } from './pickle-values.ts';
import type { PickleValue } from './pickle-values.ts';

/** The bytes behind one storage key, filled in once the pickle has been read. */
export interface StorageData {
  readonly key: string;
  /** As the pickle states it, in bytes. */
  readonly byteLength: number;
  /** Bytes per element, which the legacy format's counts refer to. */
  readonly elementBytes: number;
  bytes: Uint8Array | undefined;
}

/** A storage as a tensor refers to it: all of its data or, in the legacy format, a part. */
export class StorageRef extends PickleObject {
  readonly description = 'a storage';
  readonly data: StorageData;
  /** Undefined for an untyped storage, where the tensor says the type. */
  readonly dtype: DType | undefined;
  readonly byteOffset: number;
  readonly byteLength: number;

  constructor(data: StorageData, dtype: DType | undefined, byteOffset: number, byteLength: number) {
    super();
    this.data = data;
    this.dtype = dtype;
    this.byteOffset = byteOffset;
    this.byteLength = byteLength;
  }
}

/** A tensor as the pickle describes it; checked to lie inside its storage. Offset and strides are in elements. */
export class PickledTensor extends PickleObject {
  readonly description = 'a tensor';
  readonly storage: StorageRef;
  readonly dtype: DType;
  readonly offset: number;
  readonly dims: readonly number[];
  readonly strides: readonly number[];

  constructor(
    storage: StorageRef,
    dtype: DType,
    layout: { offset: number; dims: readonly number[]; strides: readonly number[] },
  ) {
    super();
    this.storage = storage;
    this.dtype = dtype;
    this.offset = layout.offset;
    this.dims = layout.dims;
    this.strides = layout.strides;
  }

  get storageElements(): number {
    return Math.floor(this.storage.byteLength / itemSize(this.dtype));
  }
}

/** A name on the allow-list. What it stands for is data: a type, or a rule for reading arguments. */
export class AllowedGlobal extends PickleObject {
  readonly name: string;
  /** Reads the arguments the name is applied to; absent where a name is never applied. */
  readonly apply: ((args: readonly PickleValue[]) => PickleValue) | undefined;
  /** The element type a storage class stands for. */
  readonly storage: DType | 'untyped' | undefined;
  /** The element type a `torch.dtype` stands for. */
  readonly dtype: DType | undefined;

  constructor(
    name: string,
    meaning: {
      apply?: (args: readonly PickleValue[]) => PickleValue;
      storage?: DType | 'untyped';
      dtype?: DType;
    },
  ) {
    super();
    this.name = name;
    this.apply = meaning.apply;
    this.storage = meaning.storage;
    this.dtype = meaning.dtype;
  }

  get description(): string {
    return this.name;
  }
}
