import { readFileSync } from 'node:fs';
import { decodeNpy } from '../../src/shared/npy.ts';
import type { Tensor } from '../../src/shared/tensor.ts';

/** Reads a float32 `.npy` fixture by its path below `test/fixtures`. */
export function loadFixture(path: string): Tensor {
  const bytes = readFileSync(new URL(`../fixtures/${path}`, import.meta.url));
  const { data, dims } = decodeNpy(bytes, path);
  return { data: Float32Array.from(data as Float32Array), dims };
}

/** The largest absolute difference; Infinity where the lengths differ or a value is not a number. */
export function maxDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let largest = 0;
  for (let index = 0; index < actual.length; index += 1) {
    const difference = Math.abs(actual[index]! - expected[index]!);
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Infinity : difference;
  }
  return largest;
}

/** Element `index` of axis 0 of a tensor, as a batch of one. */
export function batchItem({ data, dims }: Tensor, index: number): Tensor {
  const count = data.length / dims[0]!;
  return { data: data.slice(index * count, (index + 1) * count), dims: [1, ...dims.slice(1)] };
}
