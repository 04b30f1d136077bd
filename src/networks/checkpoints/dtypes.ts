import { roundToHalf, widenHalf } from './half-float.ts';

/** Element types a weight file may hold, by PyTorch's names. */
export const DTYPES = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint64: 8,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
} as const;

export type DType = keyof typeof DTYPES;

/** Bytes per element. */
export function itemSize(dtype: DType): number {
  return DTYPES[dtype];
}

type ReadElement = (view: DataView, byteOffset: number) => number;

const scratch = new DataView(new ArrayBuffer(4));

function bits32ToFloat(bits: number): number {
  scratch.setUint32(0, bits);
  return scratch.getFloat32(0);
}

const READERS: Record<DType, ReadElement> = {
  float64: (view, at) => view.getFloat64(at, true),
  float32: (view, at) => view.getFloat32(at, true),
  float16: (view, at) => widenHalf(view.getUint16(at, true)),
  bfloat16: (view, at) => bits32ToFloat(view.getUint16(at, true) << 16),
  int64: (view, at) => Number(view.getBigInt64(at, true)),
  int32: (view, at) => view.getInt32(at, true),
  int16: (view, at) => view.getInt16(at, true),
  int8: (view, at) => view.getInt8(at),
  uint64: (view, at) => Number(view.getBigUint64(at, true)),
  uint32: (view, at) => view.getUint32(at, true),
  uint16: (view, at) => view.getUint16(at, true),
  uint8: (view, at) => view.getUint8(at),
  bool: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
};

const HOST_IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Little-endian elements as float32, each rounded to the nearest; values beyond float32 become infinite. */
export function decodeFloat32(dtype: DType, bytes: Uint8Array): Float32Array {
  if (dtype === 'float32' && HOST_IS_LITTLE_ENDIAN) return new Float32Array(new Uint8Array(bytes).buffer);
  const width = itemSize(dtype);
  const result = new Float32Array(bytes.byteLength / width);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = READERS[dtype];
  for (let index = 0; index < result.length; index++) result[index] = read(view, index * width);
  return result;
}

function bfloat16Bits(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  if (Number.isNaN(value)) return ((bits >>> 16) | 0x40) & 0xffff;
  // Round half to even: the carry may run into the exponent, which is what makes the largest values infinite.
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** float32 values as little-endian bytes of a floating-point type, rounded half to even. */
export function encodeFloats(
  dtype: 'float64' | 'float32' | 'float16' | 'bfloat16',
  values: Float32Array,
): Uint8Array {
  const width = itemSize(dtype);
  const bytes = new Uint8Array(values.length * width);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) {
    const at = index * width;
    if (dtype === 'float64') view.setFloat64(at, value, true);
    else if (dtype === 'float32') view.setFloat32(at, value, true);
    else view.setUint16(at, dtype === 'float16' ? roundToHalf(value) : bfloat16Bits(value), true);
  }
  return bytes;
}
