import { AcutanceError } from '../../shared/errors.ts';
import { elementCount } from '../../shared/tensor.ts';
import { formatShape } from './checkpoint-errors.ts';
import { encodeFloats, itemSize } from './dtypes.ts';
import type { DType } from './dtypes.ts';
import { MAX_HEADER_BYTES, SAFETENSORS_NAMES } from './safetensors-dtypes.ts';

/** A tensor to write: elements in row-major order, either as little-endian bytes of `dtype` or as float32 values. */
export interface SafetensorsInput {
  readonly dims: readonly number[];
  /** Default `float32`. Values given as `Float32Array` are rounded to it, which must then be a float type. */
  readonly dtype?: DType;
  readonly data: Float32Array | Uint8Array;
}

function toBytes(name: string, { dims, dtype = 'float32', data }: SafetensorsInput): Uint8Array {
  let bytes: Uint8Array;
  if (data instanceof Uint8Array) bytes = data;
  else if (dtype === 'float32' || dtype === 'float16' || dtype === 'bfloat16' || dtype === 'float64') {
    bytes = encodeFloats(dtype, data);
  } else throw new AcutanceError('internal', `tensor ${name}: ${dtype} needs its values as bytes`);
  const expected = elementCount(dims) * itemSize(dtype);
  if (bytes.byteLength !== expected) {
    throw new AcutanceError(
      'internal',
      `tensor ${name}: ${dtype} ${formatShape(dims)} needs ${expected} bytes, got ${bytes.byteLength}`,
    );
  }
  return bytes;
}

/**
 * Writes a safetensors file. The same tensors and metadata give the same bytes, in whatever order they come: wider
 * types first, then by name, as the format's own library does, so that every tensor is aligned to its element size.
 *
 * @throws AcutanceError `internal` where a tensor's data doesn't fit its shape: a mistake of the caller.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsInput>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const byWidthAndName = [...tensors].sort(([nameA, a], [nameB, b]) => {
    const wider = itemSize(b.dtype ?? 'float32') - itemSize(a.dtype ?? 'float32');
    return wider !== 0 ? wider : nameA < nameB ? -1 : 1;
  });
  // Joined by hand, because JavaScript objects put names that look like integers first.
  const header: string[] = [];
  const sortedMetadata = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  if (sortedMetadata.length > 0) {
    const texts = sortedMetadata.map(([key, text]) => `${JSON.stringify(key)}:${JSON.stringify(text)}`);
    header.push(`"__metadata__":{${texts.join(',')}}`);
  }
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (const [name, tensor] of byWidthAndName) {
    const bytes = toBytes(name, tensor);
    const description = {
      dtype: SAFETENSORS_NAMES[tensor.dtype ?? 'float32'],
      shape: tensor.dims,
      data_offsets: [offset, offset + bytes.byteLength],
    };
    header.push(`${JSON.stringify(name)}:${JSON.stringify(description)}`);
    chunks.push(bytes);
    offset += bytes.byteLength;
  }
  const text = new TextEncoder().encode(`{${header.join(',')}}`);
  // Spaces up to a multiple of 8 keep the data aligned in the file.
  const headerBytes = Math.ceil(text.byteLength / 8) * 8;
  if (headerBytes > MAX_HEADER_BYTES)
    throw new AcutanceError('internal', 'the safetensors header is too long');

  const file = new Uint8Array(8 + headerBytes + offset).fill(0x20, 8, 8 + headerBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.set(text, 8);
  let at = 8 + headerBytes;
  for (const chunk of chunks) {
    file.set(chunk, at);
    at += chunk.byteLength;
  }
  return file;
}
