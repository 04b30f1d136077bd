import { elementCount } from '../../shared/tensor.ts';
import type { CheckpointTensor } from './checkpoint.ts';
import { decodeFloat32, itemSize } from './dtypes.ts';
import type { DType } from './dtypes.ts';

interface Layout {
  /** All of these in elements. */
  readonly offset: number;
  readonly dims: readonly number[];
  readonly strides: readonly number[];
}

/** Calls `visit` with each element's position in the storage, in row-major order of the tensor. */
function forEachPosition({ offset, dims, strides }: Layout, visit: (position: number) => void): void {
  const index = dims.map(() => 0);
  const count = elementCount(dims);
  let position = offset;
  for (let element = 0; element < count; element++) {
    visit(position);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0;
      const next = (index[axis] ?? 0) + 1;
      if (next < (dims[axis] ?? 0)) {
        index[axis] = next;
        position += stride;
        break;
      }
      position -= stride * (next - 1);
      index[axis] = 0;
    }
  }
}

/** Strides of axes with one element never matter. */
function isRowMajor({ dims, strides }: Layout): boolean {
  let expected = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    const dim = dims[axis] ?? 0;
    if (dim !== 1 && strides[axis] !== expected) return false;
    expected *= dim;
  }
  return true;
}

/** A view into a storage: any strides, either byte order. The layout has been checked to lie inside the storage. */
export class StridedTensor implements CheckpointTensor {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly #layout: Layout;
  readonly #storage: Uint8Array;
  readonly #littleEndian: boolean;

  constructor(dtype: DType, layout: Layout, storage: Uint8Array, littleEndian: boolean) {
    this.dtype = dtype;
    this.dims = layout.dims;
    this.#layout = layout;
    this.#storage = storage;
    this.#littleEndian = littleEndian;
  }

  toBytes(): Uint8Array {
    const bytes = this.#gather();
    if (!this.#littleEndian) reverseElements(bytes, itemSize(this.dtype));
    return bytes;
  }

  toFloat32(): Float32Array {
    return decodeFloat32(this.dtype, this.toBytes());
  }

  #gather(): Uint8Array {
    const width = itemSize(this.dtype);
    const byteLength = elementCount(this.dims) * width;
    if (byteLength === 0) return new Uint8Array(0);
    const start = this.#layout.offset * width;
    if (isRowMajor(this.#layout)) {
      // Not `slice`: Node's Buffer, which the bytes may well be, gives a view for it.
      return new Uint8Array(this.#storage.subarray(start, start + byteLength));
    }

    const result = new Uint8Array(byteLength);
    let at = 0;
    forEachPosition(this.#layout, (position) => {
      for (let byte = 0; byte < width; byte++) result[at++] = this.#storage[position * width + byte] ?? 0;
    });
    return result;
  }
}

function reverseElements(bytes: Uint8Array, width: number): void {
  for (let start = 0; start < bytes.byteLength; start += width)
    bytes.subarray(start, start + width).reverse();
}
