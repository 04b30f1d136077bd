import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NpyFrames } from '../../../src/main/render/npy-frames.ts';
import { encodeNpy } from '../../../src/shared/npy.ts';

describe('frames of an array file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'acutance-npy-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function open(data: Float32Array): Promise<NpyFrames> {
    const path = join(folder, 'frames.npy');
    await writeFile(path, encodeNpy({ data, dims: [2, 3, 1, 2] }));
    return NpyFrames.open(path);
  }

  it('come one by one, in order', async () => {
    const frames = await open(Float32Array.from({ length: 12 }, (_, i) => i / 12));
    const firsts: number[] = [];
    for await (const frame of frames.read()) firsts.push(Math.round(frame[0]! * 12));
    await frames.close();
    expect(firsts).toEqual([0, 6]);
  });

  it.each([NaN, Infinity, -Infinity])('are refused by number where they hold %d', async (value) => {
    const frames = await open(new Float32Array(12).with(9, value));
    const reading = async () => {
      for await (const frame of frames.read()) expect(frame).toHaveLength(6);
    };
    await expect(reading()).rejects.toThrow(/^Frame 1 of .* not finite/);
    await expect(reading()).rejects.toHaveProperty('code', 'input-corrupt');
    await frames.close();
  });

  it.each([
    [[0, 3, 8, 8], /has no pixels: its shape is \(0, 3, 8, 8\)/],
    [[2, 3, 0, 8], /has no pixels: its shape is \(2, 3, 0, 8\)/],
    [[2, 4, 8, 8], /has the shape \(2, 4, 8, 8\), not N x 3 x H x W/],
  ])('of the shape %j are refused by what is wrong with it', async (dims, message) => {
    const path = join(folder, 'shape.npy');
    const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
    await writeFile(path, encodeNpy({ data, dims }));
    await expect(NpyFrames.open(path)).rejects.toThrow(message);
  });
});
