import { describe, expect, it } from 'vitest';
import { decodeNpy, encodeNpy, encodeNpyHeader, parseNpyHeader } from '../../../src/shared/npy.ts';

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));

// Written by NumPy 1.24 (numpy.lib.format.write_array).
const FILES = {
  v1: 'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAACAPgAAAD8AAEA/AACAPwAAoD8=',
  v2: 'k05VTVBZAgB0AAAAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAACAPgAAAD8AAEA/AACAPwAAoD8=',
  v3: 'k05VTVBZAwB0AAAAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAACAPgAAAD8AAEA/AACAPwAAoD8=',
  fortran:
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMywgNCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAAAAAAAAChAAAAAAAAAEEAAAAAAAAAwQAAAAAAAACBAAAAAAAAANEAAAAAAAADwPwAAAAAAACpAAAAAAAAAFEAAAAAAAAAxQAAAAAAAACJAAAAAAAAANUAAAAAAAAAAQAAAAAAAACxAAAAAAAAAGEAAAAAAAAAyQAAAAAAAACRAAAAAAAAANkAAAAAAAAAIQAAAAAAAAC5AAAAAAAAAHEAAAAAAAAAzQAAAAAAAACZAAAAAAAAAN0A=',
  bytes:
    'k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAB/8=',
  scalar:
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAACBA',
  int32:
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAA',
  empty:
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDAsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo=',
};

function headerOnly(dictionary: string): Uint8Array {
  const text = new TextEncoder().encode(dictionary);
  const bytes = new Uint8Array(10 + text.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.byteLength, 0]);
  bytes.set(text, 10);
  return bytes;
}

describe('decodeNpy', () => {
  it.each(['v1', 'v2', 'v3'] as const)('reads header version %s', (version) => {
    expect(decodeNpy(fromBase64(FILES[version]), 'a.npy')).toEqual({
      type: 'float32',
      dims: [2, 3],
      data: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25),
    });
  });

  it('turns Fortran order into row-major order', () => {
    const { type, dims, data } = decodeNpy(fromBase64(FILES.fortran), 'a.npy');
    expect({ type, dims }).toEqual({ type: 'float64', dims: [2, 3, 4] });
    expect(data).toEqual(Float64Array.from({ length: 24 }, (_, index) => index));
  });

  it('reads bytes, single numbers and empty arrays', () => {
    expect(decodeNpy(fromBase64(FILES.bytes), 'a')).toEqual({
      type: 'uint8',
      dims: [3],
      data: Uint8Array.of(0, 7, 255),
    });
    expect(decodeNpy(fromBase64(FILES.scalar), 'a')).toEqual({
      type: 'float32',
      dims: [],
      data: Float32Array.of(2.5),
    });
    expect(decodeNpy(fromBase64(FILES.empty), 'a')).toMatchObject({
      dims: [0, 3],
      data: new Float32Array(0),
    });
  });

  it('reads from bytes that are not aligned, and from a Buffer, without sharing memory', () => {
    const file = fromBase64(FILES.v1);
    const shifted = Buffer.alloc(file.byteLength + 1);
    shifted.set(file, 1);
    const { data } = decodeNpy(shifted.subarray(1), 'a.npy');
    shifted.fill(0);
    expect(data).toEqual(Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25));
  });

  it('names the type of elements it does not read, and the way out', () => {
    expect(() => decodeNpy(fromBase64(FILES.int32), 'frames.npy')).toThrow(
      expect.objectContaining({
        code: 'input-unsupported',
        message: 'frames.npy holds elements of type "<i4"',
        // Not every reader of arrays takes the other types.
        hint: 'Save it as float32, little endian: numpy.save(path, array.astype("<f4")).',
      }),
    );
    const records = headerOnly("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,), }\n");
    expect(() => decodeNpy(records, 'a')).toThrow(/holds records/);
  });

  it('says how much is missing from a file that is cut short', () => {
    const file = fromBase64(FILES.v1);
    expect(() => decodeNpy(file.subarray(0, -1), 'frames.npy')).toThrow(
      'frames.npy is cut short: its shape (2, 3) needs 24 bytes, it has 23',
    );
  });

  it('answers every cut with an AcutanceError', () => {
    const file = fromBase64(FILES.v2);
    for (let length = 0; length < file.byteLength; length++) {
      expect(() => decodeNpy(file.subarray(0, length), 'a')).toThrow(
        expect.objectContaining({ name: 'AcutanceError', code: 'input-corrupt' }),
      );
    }
  });

  it.each([
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }\n", 'no valid shape'],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (9007199254740991, 2), }\n", 'impossible shape'],
    ["{'descr': '<f4', 'fortran_order': False}\n", 'no valid shape'],
    ["{'shape': (1,)}\n", 'damaged header'],
  ])('refuses the header %s', (dictionary, message) => {
    expect(() => decodeNpy(headerOnly(dictionary), 'a')).toThrow(message);
  });
});

describe('encodeNpy', () => {
  it('writes what NumPy writes, byte for byte', () => {
    const data = Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25);
    expect(encodeNpy({ data, dims: [2, 3] })).toEqual(fromBase64(FILES.v1));
    expect(encodeNpy({ data: Float32Array.of(2.5), dims: [] })).toEqual(fromBase64(FILES.scalar));
  });

  it('reads back as it was, NaN and infinities included', () => {
    const data = Float32Array.of(NaN, Infinity, -0, 1e-45);
    expect(decodeNpy(encodeNpy({ data, dims: [4] }), 'a').data).toEqual(data);
  });

  it('can write the header alone, for elements that follow in pieces', () => {
    const header = encodeNpyHeader([5, 3, 720, 1280]);
    expect(parseNpyHeader(header, 'a')).toEqual({
      type: 'float32',
      dims: [5, 3, 720, 1280],
      fortranOrder: false,
      dataOffset: header.byteLength,
      dataBytes: 5 * 3 * 720 * 1280 * 4,
    });
    expect(header.byteLength % 64).toBe(0);
  });

  it('does not accept elements that do not fill the shape', () => {
    expect(() => encodeNpy({ data: new Float32Array(5), dims: [2, 3] })).toThrow('has 5 elements');
  });
});
