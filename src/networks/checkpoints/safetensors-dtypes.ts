import type { DType } from './dtypes.ts';

/** Names of element types in a safetensors header. */
export const SAFETENSORS_NAMES: Record<DType, string> = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint64: 'U64',
  uint32: 'U32',
  uint16: 'U16',
  uint8: 'U8',
  bool: 'BOOL',
};

export const SAFETENSORS_DTYPES: ReadonlyMap<string, DType> = new Map(
  Object.entries(SAFETENSORS_NAMES).map(([dtype, name]) => [name, dtype as DType]),
);

/** The format's own limit: 100 MB of header. */
export const MAX_HEADER_BYTES = 100_000_000;
