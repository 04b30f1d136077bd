import { describe, expect, it } from 'vitest';
import type { DType } from '../../../src/networks/checkpoints/dtypes.ts';
import { readCheckpoint } from '../../../src/networks/checkpoints/read-checkpoint.ts';
import { encodeSafetensors } from '../../../src/networks/checkpoints/safetensors-writer.ts';

/** A file as the format's description says, made without the writer. */
function file(header: unknown, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.byteLength + data.byteLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.byteLength), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.byteLength);
  return bytes;
}

const f32 = (dims: number[], begin: number, end: number) => ({
  dtype: 'F32',
  shape: dims,
  data_offsets: [begin, end],
});

describe('reading safetensors', () => {
  it('gives tensors in their shapes and the metadata', async () => {
    const header = { __metadata__: { align_corners: 'false' }, b: f32([2, 1], 4, 12), a: f32([], 0, 4) };
    const data = new Uint8Array(Float32Array.of(7, 1.5, -2).buffer);
    const checkpoint = await readCheckpoint(file(header, data), 'w.safetensors');
    expect(checkpoint).toMatchObject({
      format: 'safetensors',
      metadata: { align_corners: 'false' },
      statePath: [],
      keyPrefix: '',
    });
    const read = [...checkpoint.tensors].map(([name, tensor]) => [
      name,
      tensor.dims,
      [...tensor.toFloat32()],
    ]);
    expect(read).toEqual([
      ['b', [2, 1], [1.5, -2]],
      ['a', [], [7]],
    ]);
  });

  it.each<[string, number[], number[]]>([
    ['F64', [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], [1.5]],
    ['F16', [0x00, 0x3e, 0xff, 0x7b, 0x01, 0x00, 0x00, 0xfc], [1.5, 65504, 2 ** -24, -Infinity]],
    ['BF16', [0xc0, 0x3f], [1.5]],
    ['I64', [0xfe, 255, 255, 255, 255, 255, 255, 255], [-2]],
    ['U64', [0, 0, 0, 0, 0, 0, 0, 0x80], [2 ** 63]],
    ['I32', [0xfe, 255, 255, 255], [-2]],
    ['U32', [0, 0, 0, 0x80], [2 ** 31]],
    ['I16', [0xfe, 255], [-2]],
    ['U16', [0xfe, 255], [65534]],
    ['I8', [0xfe], [-2]],
    ['U8', [0xfe], [254]],
    ['BOOL', [1, 0], [1, 0]],
  ])('reads %s', async (dtype, data, values) => {
    const header = { a: { dtype, shape: [values.length], data_offsets: [0, data.length] } };
    const { tensors } = await readCheckpoint(file(header, Uint8Array.from(data)), 'w');
    expect([...(tensors.get('a')?.toFloat32() ?? [])]).toEqual(values);
  });

  const eight = new Uint8Array(8);
  it.each<[string, unknown, Uint8Array, string]>([
    ['a header longer than the file', `{${' '.repeat(90)}`, eight, 'not valid JSON'],
    ['a header that is no object', '{"a":1', eight, 'not valid JSON'],
    ['a tensor that is no object', { a: 3 }, eight, 'not described by an object'],
    ['an unknown type', { a: { dtype: 'F8_E5M2', shape: [8], data_offsets: [0, 8] } }, eight, '"F8_E5M2"'],
    ['a negative size', { a: f32([-2], 0, 8) }, eight, 'no valid shape'],
    ['a broken size', { a: f32([0.5], 0, 8) }, eight, 'no valid shape'],
    ['an absurd size', { a: f32([2 ** 50, 2 ** 50], 0, 8) }, eight, 'need '],
    ['offsets beyond the end', { a: f32([4], 0, 16) }, eight, 'outside of its 8 bytes'],
    ['offsets in reverse', { a: f32([0], 8, 0) }, eight, 'outside of its 8 bytes'],
    ['one offset', { a: { dtype: 'F32', shape: [2], data_offsets: [0] } }, eight, 'no valid data_offsets'],
    ['fewer bytes than the shape needs', { a: f32([2], 0, 4) }, eight, 'in 4 bytes'],
    ['tensors that overlap', { a: f32([1], 0, 4), b: f32([2], 0, 8) }, eight, 'overlaps'],
    ['a gap', { a: f32([1], 4, 8) }, eight, 'unused bytes'],
    ['bytes at the end', { a: f32([1], 0, 4) }, eight, '4 bytes after the last tensor'],
    ['metadata that is not text', { __metadata__: { a: 1 }, b: f32([2], 0, 8) }, eight, 'texts only'],
  ])('refuses %s', async (_, header, data, message) => {
    await expect(readCheckpoint(file(header, data), 'w.safetensors')).rejects.toMatchObject({
      code: 'weights-unreadable',
      message: expect.stringContaining(message) as string,
    });
  });

  it('refuses a header length beyond the file', async () => {
    const cut = file({ a: f32([2], 0, 8) }, eight).subarray(0, 20);
    await expect(readCheckpoint(cut, 'w')).rejects.toThrow('w is cut short: it has 20 bytes');
  });
});

describe('writing safetensors', () => {
  it('is what the format describes: padded JSON header, then the tensors', () => {
    const written = encodeSafetensors(new Map([['w', { dims: [1], data: Float32Array.of(1) }]]), { k: 'v' });
    const header = '{"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    const length = Math.ceil(header.length / 8) * 8;
    expect(new DataView(written.buffer).getBigUint64(0, true)).toBe(BigInt(length));
    expect(new TextDecoder().decode(written.subarray(8, 8 + length))).toBe(header.padEnd(length));
    expect([...written.subarray(8 + length)]).toEqual([0, 0, 0x80, 0x3f]);
  });

  it('does not depend on the order of the tensors', () => {
    const a = { dims: [1], data: Float32Array.of(1) };
    const b = { dims: [1], data: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0), dtype: 'int64' as const };
    const one = encodeSafetensors(
      new Map<string, typeof a | typeof b>([
        ['a', a],
        ['b', b],
      ]),
      { x: '1', y: '2' },
    );
    const two = encodeSafetensors(
      new Map<string, typeof a | typeof b>([
        ['b', b],
        ['a', a],
      ]),
      { y: '2', x: '1' },
    );
    expect(one).toEqual(two);
  });

  it.each<DType>(['float64', 'float32', 'float16', 'bfloat16'])('reads back %s', async (dtype) => {
    const values = Float32Array.of(0, -0, 1, -1.5, 2 ** -14, 96, Infinity, NaN);
    const written = encodeSafetensors(new Map([['w', { dims: [2, 4], dtype, data: values }]]));
    const tensor = (await readCheckpoint(written, 'w')).tensors.get('w');
    expect(tensor?.dtype).toBe(dtype);
    expect(tensor?.toFloat32()).toEqual(values);
  });

  it.each<[DType, number, number]>([
    ['float16', 2049, 2048],
    ['float16', 2051, 2052],
    ['float16', 65519.996, 65504],
    ['float16', 65520, Infinity],
    ['float16', 2 ** -25, 0],
    ['float16', 3 * 2 ** -25, 2 ** -23],
    ['float16', 0.99999994, 1],
    ['bfloat16', 257, 256],
    ['bfloat16', 259, 260],
    ['bfloat16', 3.4e38, Infinity],
  ])('rounds to the nearest %s, halves to even: %f to %f', async (dtype, value, rounded) => {
    const written = encodeSafetensors(new Map([['w', { dims: [], dtype, data: Float32Array.of(value) }]]));
    expect((await readCheckpoint(written, 'w')).tensors.get('w')?.toFloat32()).toEqual(
      Float32Array.of(rounded),
    );
  });

  it('does not write data that does not fit its shape', () => {
    const tensors = new Map([['w', { dims: [3], data: Float32Array.of(1) }]]);
    expect(() => encodeSafetensors(tensors)).toThrow('float32 [3] needs 12 bytes, got 4');
  });
});
