import { decodeFloat32 } from './dtypes.ts';
import type { DType } from './dtypes.ts';

/** One tensor of a weight file. Its values are unpacked when they are asked for, and not kept. */
export interface CheckpointTensor {
  readonly dtype: DType;
  readonly dims: readonly number[];
  /** The elements in row-major order, little endian, whatever layout the file had. Not to be written to. */
  toBytes(): Uint8Array;
  /** The elements in row-major order as a fresh array, each rounded to the nearest float32. */
  toFloat32(): Float32Array;
}

/** What a weight file says. Nothing of it refers to the file any more. */
export interface Checkpoint {
  readonly format: 'safetensors' | 'torch-zip' | 'torch-legacy';
  /** By name, without `keyPrefix`, in the file's order. */
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
  /** The `__metadata__` of a safetensors file; of a PyTorch file the plain values beside the state_dict, as text. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Keys that led to the state_dict, outermost first; empty where the file is the state_dict. */
  readonly statePath: readonly string[];
  /** What every name began with and was taken off: `module.` once per data-parallel wrapper. */
  readonly keyPrefix: string;
}

/** A tensor whose elements lie in row-major order, little endian. */
export class ContiguousTensor implements CheckpointTensor {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly #bytes: Uint8Array;

  constructor(dtype: DType, dims: readonly number[], bytes: Uint8Array) {
    this.dtype = dtype;
    this.dims = dims;
    this.#bytes = bytes;
  }

  toBytes(): Uint8Array {
    return this.#bytes;
  }

  toFloat32(): Float32Array {
    return decodeFloat32(this.dtype, this.#bytes);
  }
}

/** Takes `module.` off all names, as often as all of them have it. */
export function stripWrapperPrefix<T>(tensors: ReadonlyMap<string, T>): {
  keyPrefix: string;
  tensors: Map<string, T>;
} {
  const wrapper = 'module.';
  const names = [...tensors.keys()];
  let keyPrefix = '';
  while (names.length > 0 && names.every((name) => name.startsWith(wrapper, keyPrefix.length))) {
    keyPrefix += wrapper;
  }
  const stripped = new Map([...tensors].map(([name, tensor]) => [name.slice(keyPrefix.length), tensor]));
  return { keyPrefix, tensors: stripped };
}
