/** NumPy's .npy format, versions 1.0 to 3.0: a magic text, a Python dictionary as text, then the elements. */
import { AcutanceError } from './errors.ts';
import { elementCount } from './tensor.ts';
import type { Tensor } from './tensor.ts';

const MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);
/** NumPy itself has headers of some hundred bytes. */
const MAX_HEADER_BYTES = 65_536;
const MAX_RANK = 64;

/** Element types that are read: little-endian float32 and float64, and bytes. */
const ELEMENT_TYPES = {
  '<f4': { name: 'float32', bytes: 4 },
  '<f8': { name: 'float64', bytes: 8 },
  '|u1': { name: 'uint8', bytes: 1 },
} as const;

type Descriptor = keyof typeof ELEMENT_TYPES;

/** The type of an array's elements, by NumPy's name. */
export type NpyType = (typeof ELEMENT_TYPES)[Descriptor]['name'];

/** What stands before the elements. */
export interface NpyHeader {
  readonly type: NpyType;
  readonly dims: readonly number[];
  /** True where the first axis varies fastest. */
  readonly fortranOrder: boolean;
  /** Where the elements begin, in bytes from the start of the file. */
  readonly dataOffset: number;
  /** Length of the elements in bytes. */
  readonly dataBytes: number;
}

/** An array in row-major (C) order. */
export interface NpyArray {
  readonly type: NpyType;
  readonly dims: readonly number[];
  readonly data: Float32Array | Float64Array | Uint8Array;
}

function corrupt(label: string, what: string): AcutanceError {
  return new AcutanceError('input-corrupt', `${label} ${what}`, {
    hint: 'Write the array again with numpy.save.',
  });
}

function headerText(bytes: Uint8Array, label: string): { text: string; dataOffset: number } {
  if (!MAGIC.every((byte, index) => bytes[index] === byte)) {
    throw corrupt(label, 'is not a .npy file');
  }
  const major = bytes[6] ?? 0;
  const prefix = major === 1 ? 10 : 12;
  if (bytes.byteLength < prefix) throw corrupt(label, 'is cut short within its header');
  if (major < 1 || major > 3) throw corrupt(label, `has an unknown .npy version: ${major}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataOffset = prefix + length;
  if (length > MAX_HEADER_BYTES) throw corrupt(label, `has a header of ${length} bytes`);
  if (dataOffset > bytes.byteLength) throw corrupt(label, 'is cut short within its header');
  const encoding = major === 3 ? 'utf-8' : 'latin1';
  return { text: new TextDecoder(encoding).decode(bytes.subarray(prefix, dataOffset)), dataOffset };
}

function parseShape(text: string | undefined, label: string): number[] {
  const parts = (text ?? '').split(',').map((part) => part.trim());
  if (parts.at(-1) === '') parts.pop();
  const dims = parts.map((part) => (/^\d+L?$/.test(part) ? parseInt(part, 10) : -1));
  if (
    text === undefined ||
    dims.length > MAX_RANK ||
    !dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0)
  ) {
    throw corrupt(label, 'has no valid shape in its header');
  }
  return dims;
}

/**
 * Reads what stands before the elements. `bytes` need hold no more than the header, so that a large file can be read
 * in pieces.
 *
 * @param label what messages call the file: its path.
 * @throws AcutanceError `input-corrupt` for a damaged file, `input-unsupported` for another element type.
 */
export function parseNpyHeader(bytes: Uint8Array, label: string): NpyHeader {
  const { text, dataOffset } = headerText(bytes, label);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /['"]shape['"]\s*:\s*\(([^)]*)\)/.exec(text)?.[1];
  const descriptor = /['"]descr['"]\s*:\s*(?:(['"])(.*?)\1|\[)/.exec(text);
  if (order === undefined || descriptor === null) throw corrupt(label, 'has a damaged header');
  const dims = parseShape(shape, label);

  const element = Object.entries(ELEMENT_TYPES).find(([name]) => name === descriptor[2])?.[1];
  if (element === undefined) {
    const found =
      descriptor[2] === undefined ? 'records' : `elements of type ${JSON.stringify(descriptor[2])}`;
    throw new AcutanceError('input-unsupported', `${label} holds ${found}`, {
      hint: 'Save it as float32, little endian: numpy.save(path, array.astype("<f4")).',
    });
  }
  const dataBytes = elementCount(dims) * element.bytes;
  if (!Number.isSafeInteger(dataBytes)) throw corrupt(label, `has an impossible shape: (${dims.join(', ')})`);
  return { type: element.name, dims, fortranOrder: order === 'True', dataOffset, dataBytes };
}

/** Elements in the order of the file, copied because they need not be aligned there. */
function elements(type: NpyType, bytes: Uint8Array): NpyArray['data'] {
  if (type === 'uint8') return new Uint8Array(bytes);
  const { buffer } = new Uint8Array(bytes);
  return type === 'float32' ? new Float32Array(buffer) : new Float64Array(buffer);
}

/** Turns "first axis fastest" into "last axis fastest". */
function toRowMajor(data: NpyArray['data'], dims: readonly number[]): NpyArray['data'] {
  const result = data.slice();
  const index = dims.map(() => 0);
  const strides = dims.map((_, axis) => elementCount(dims.slice(0, axis)));
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = data[from] ?? 0;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      from += strides[axis] ?? 0;
      if (next < (dims[axis] ?? 0)) {
        index[axis] = next;
        break;
      }
      from -= (strides[axis] ?? 0) * next;
      index[axis] = 0;
    }
  }
  return result;
}

/**
 * Reads a whole .npy file; the result is in row-major order and shares no memory with `bytes`.
 *
 * @param label what messages call the file: its path.
 * @throws AcutanceError `input-corrupt` for a damaged or shortened file, `input-unsupported` for element types other
 * than `<f4`, `<f8` and `|u1`.
 */
export function decodeNpy(bytes: Uint8Array, label: string): NpyArray {
  const header = parseNpyHeader(bytes, label);
  const { type, dims, dataOffset, dataBytes } = header;
  if (bytes.byteLength - dataOffset < dataBytes) {
    const found = bytes.byteLength - dataOffset;
    throw corrupt(
      label,
      `is cut short: its shape (${dims.join(', ')}) needs ${dataBytes} bytes, it has ${found}`,
    );
  }
  const data = elements(type, bytes.subarray(dataOffset, dataOffset + dataBytes));
  return { type, dims, data: header.fortranOrder && dims.length > 1 ? toRowMajor(data, dims) : data };
}

/** The header of a row-major float32 array; its elements are to follow, so that a large file can be written in pieces. */
export function encodeNpyHeader(dims: readonly number[]): Uint8Array {
  const shape = dims.length === 1 ? `${dims[0]},` : dims.join(', ');
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }`;
  // The elements begin at a multiple of 64; the header ends with a line feed.
  const total = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const bytes = new Uint8Array(total).fill(0x20);
  bytes.set(MAGIC);
  bytes[6] = 1;
  bytes[7] = 0;
  new DataView(bytes.buffer).setUint16(8, total - 10, true);
  bytes.set(new TextEncoder().encode(dictionary), 10);
  bytes[total - 1] = 0x0a;
  return bytes;
}

/** A float32 array as a .npy file, version 1.0. */
export function encodeNpy({ data, dims }: Tensor): Uint8Array {
  if (data.length !== elementCount(dims)) {
    throw new AcutanceError('internal', `an array of shape (${dims.join(', ')}) has ${data.length} elements`);
  }
  const header = encodeNpyHeader(dims);
  const bytes = new Uint8Array(header.byteLength + data.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.byteLength);
  return bytes;
}
