import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AcutanceError } from '../../../src/shared/errors.ts';
import type { Checkpoint } from '../../../src/networks/checkpoints/checkpoint.ts';
import { readCheckpoint } from '../../../src/networks/checkpoints/read-checkpoint.ts';
import { encodeSafetensors } from '../../../src/networks/checkpoints/safetensors-writer.ts';

const fixture = (name: string): Uint8Array =>
  readFileSync(join(import.meta.dirname, '../../fixtures/pth', name));

const files: Record<string, Uint8Array> = {
  'cuda_location_zip.pth': fixture('cuda_location_zip.pth'),
  'wrapped_legacy.pth': fixture('wrapped_legacy.pth'),
  'weights.safetensors': encodeSafetensors(
    new Map([['conv.weight', { dims: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }]]),
    { network: 'cdvd-tsp' },
  ),
};

function contents(checkpoint: Checkpoint): unknown[] {
  return [...checkpoint.tensors].map(([name, tensor]) => [name, tensor.dims, [...tensor.toFloat32()]]);
}

/** What was read, or the code of the refusal; anything else thrown is a defect. */
async function outcome(file: Uint8Array, name: string): Promise<unknown[] | string> {
  try {
    return contents(await readCheckpoint(file, name));
  } catch (error) {
    if (error instanceof AcutanceError) return error.code;
    throw error;
  }
}

/** mulberry32, so that a failing run can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe.each(Object.entries(files))('%s', (name, file) => {
  it('cut at any byte is refused, or read in full', async () => {
    const whole = await outcome(file, name);
    expect(whole).toBeInstanceOf(Array);
    for (let length = 0; length < file.byteLength; length++) {
      const found = await outcome(file.subarray(0, length), name);
      if (found !== 'weights-unreadable') expect(found, `cut to ${length} bytes`).toEqual(whole);
    }
  });

  it('with random bytes changed is refused or read, never more', async () => {
    const next = random(20_240_601);
    for (let round = 0; round < 400; round++) {
      const damaged = Uint8Array.from(file);
      const changes = 1 + Math.floor(next() * 4);
      for (let change = 0; change < changes; change++) {
        damaged[Math.floor(next() * file.byteLength)] = Math.floor(next() * 256);
      }
      const found = await outcome(damaged, name);
      if (typeof found === 'string') expect(found).toMatch(/^weights-(unreadable|refused)$/);
    }
  });
});

describe('files of other kinds', () => {
  const tar = new Uint8Array(1024);
  tar.set(new TextEncoder().encode('ustar'), 257);

  it.each([
    ['nothing', new Uint8Array(0), 'is empty'],
    ['a text', new TextEncoder().encode('hello'), 'neither safetensors nor PyTorch'],
    ['a PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), 'neither safetensors nor PyTorch'],
    ['a tar archive', tar, 'tar archive'],
    ['an empty zip archive', Uint8Array.of(0x50, 0x4b, 5, 6, ...new Uint8Array(18)), 'no data.pkl'],
  ])('%s', async (_, file, message) => {
    await expect(readCheckpoint(file, 'x.pth')).rejects.toMatchObject({
      code: 'weights-unreadable',
      message: expect.stringContaining(message) as string,
      hint: expect.any(String) as string,
    });
  });
});
