import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CheckpointTensor } from '../../../src/networks/checkpoints/checkpoint.ts';
import { readCheckpoint } from '../../../src/networks/checkpoints/read-checkpoint.ts';

interface ExpectedTensor {
  readonly dtype: string;
  readonly shape: number[];
  readonly values: (number | string | boolean)[];
}
interface ExpectedFile {
  readonly format: string;
  readonly state_dict_at: string[];
  readonly key_prefix: string;
  readonly tensors: Record<string, ExpectedTensor>;
}

const FOLDER = join(import.meta.dirname, '../../fixtures/pth');
const expected = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8')) as {
  files: Record<string, ExpectedFile>;
  must_be_rejected: Record<string, string>;
};

function exactValues(tensor: CheckpointTensor): (number | string | boolean)[] {
  const bytes = tensor.toBytes();
  const { buffer } = new Uint8Array(bytes);
  switch (tensor.dtype) {
    case 'float64':
      return [...new Float64Array(buffer)];
    case 'int64':
      return [...new BigInt64Array(buffer)].map(String);
    case 'int32':
      return [...new Int32Array(buffer)];
    case 'uint8':
      return [...bytes];
    case 'bool':
      return [...bytes].map((byte) => byte !== 0);
    default:
      return [...tensor.toFloat32()];
  }
}

describe('weight files written by PyTorch', () => {
  it.each(Object.entries(expected.files))('%s reads as PyTorch reads it', async (name, file) => {
    const checkpoint = await readCheckpoint(readFileSync(join(FOLDER, name)), name);

    expect(checkpoint.format).toBe(`torch-${file.format}`);
    expect(checkpoint.statePath).toEqual(file.state_dict_at);
    expect(checkpoint.keyPrefix).toBe(file.key_prefix);
    const names = Object.keys(file.tensors).map((key) => key.slice(file.key_prefix.length));
    expect([...checkpoint.tensors.keys()]).toEqual(names);
    for (const [key, { dtype, shape, values }] of Object.entries(file.tensors)) {
      const tensor = checkpoint.tensors.get(key.slice(file.key_prefix.length));
      expect(tensor?.dtype, key).toBe(dtype);
      expect(tensor?.dims, key).toEqual(shape);
      expect(tensor && exactValues(tensor), key).toEqual(values);
      expect(tensor && [...tensor.toFloat32()], key).toEqual(
        values.map((value) => Math.fround(Number(value))),
      );
    }
  });

  it('keeps the plain values beside a state_dict as metadata', async () => {
    const { metadata } = await readCheckpoint(
      readFileSync(join(FOLDER, 'wrapped_zip.pth')),
      'wrapped_zip.pth',
    );
    expect(Object.keys(metadata).length).toBeGreaterThan(0);
    for (const text of Object.values(metadata)) expect(typeof text).toBe('string');
  });
});

describe('hostile weight files', () => {
  const refusals = {
    'malicious_system_zip.pth': '"posix.system"',
    'malicious_system_legacy.pth': '"posix.system"',
    'malicious_eval_protocol4_zip.pth': '"builtins.eval"',
    'malicious_eval_protocol4_legacy.pth': '"builtins.eval"',
  };

  it('covers every hostile fixture', () => {
    expect(Object.keys(refusals).sort()).toEqual(Object.keys(expected.must_be_rejected).sort());
  });

  it.each(Object.entries(refusals))('%s is refused and %s named', async (name, global) => {
    const path = join(FOLDER, name);
    await expect(readCheckpoint(readFileSync(path), path)).rejects.toMatchObject({
      name: 'AcutanceError',
      code: 'weights-refused',
      message: `${path} is refused: its pickle names ${global}, which is no part of a weight file; nothing in it was executed`,
    });
    expect(existsSync(join(process.cwd(), 'pwned'))).toBe(false);
    expect(existsSync(join(FOLDER, 'pwned'))).toBe(false);
  });
});
