/** What a pickle is made of. It is data through and through: no value here can do anything. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleTuple
  | PickleDict
  | PickleObject;

/** A Python tuple, also a `torch.Size`. */
export class PickleTuple {
  readonly items: readonly PickleValue[];

  constructor(items: readonly PickleValue[]) {
    this.items = items;
  }
}

/** A Python dict or OrderedDict, in its order. */
export class PickleDict {
  readonly entries = new Map<PickleValue, PickleValue>();
}

/** Base of what the reader of a particular kind of file puts in: allowed globals, storages, tensors. */
export abstract class PickleObject {
  /** What it is, for messages. */
  abstract readonly description: string;
}

/** A harmless value of no interest here, such as a device, a set or a NumPy scalar. */
export class PickleOpaque extends PickleObject {
  readonly description: string;

  constructor(description: string) {
    super();
    this.description = description;
  }
}

/** What a pickle may refer to beyond plain data. Each method throws (`weights-refused`) at what it doesn't know. */
export interface PickleHost {
  /** A name the pickle refers to, such as `collections.OrderedDict`. */
  findGlobal(module: string, name: string): PickleValue;
  /** Applies one of the names to arguments. */
  call(callable: PickleValue, args: readonly PickleValue[]): PickleValue;
  /** Attributes given to an object. */
  setState(target: PickleValue, state: PickleValue): void;
  /** Something that lies outside of the pickle: a storage. */
  persistentLoad(id: PickleValue): PickleValue;
}
