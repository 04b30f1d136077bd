import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../../src/networks/checkpoints/checkpoint.ts';
import {
  compareParameters,
  fits,
  matchParameters,
} from '../../../src/networks/checkpoints/match-parameters.ts';
import { readCheckpoint } from '../../../src/networks/checkpoints/read-checkpoint.ts';
import { encodeSafetensors } from '../../../src/networks/checkpoints/safetensors-writer.ts';

const labels = { file: 'w.pth', network: 'cdvd-tsp lite' };

async function checkpointOf(shapes: Record<string, number[]>): Promise<Checkpoint> {
  const tensors = Object.entries(shapes).map(([name, dims]) => {
    const count = dims.reduce((product, dim) => product * dim, 1);
    return [name, { dims, data: Float32Array.from({ length: count }, (_, index) => index) }] as const;
  });
  return await readCheckpoint(encodeSafetensors(new Map(tensors)), 'w.pth');
}

describe('matchParameters', () => {
  it("gives every parameter as float32, in the network's order", async () => {
    const checkpoint = await checkpointOf({ a: [2], b: [1, 3] });
    const expected = [
      { name: 'b', dims: [1, 3] },
      { name: 'a', dims: [2] },
    ];
    expect([...matchParameters(expected, checkpoint, labels)]).toEqual([
      ['b', Float32Array.of(0, 1, 2)],
      ['a', Float32Array.of(0, 1)],
    ]);
  });

  it('lists what is missing, unexpected and of another shape, with the shapes', async () => {
    const checkpoint = await checkpointOf({ 'conv.weight': [32, 3, 5, 5], extra: [7] });
    const expected = [
      { name: 'conv.weight', dims: [64, 3, 5, 5] },
      { name: 'conv.bias', dims: [64] },
    ];
    expect(() => matchParameters(expected, checkpoint, labels)).toThrow(
      expect.objectContaining({
        code: 'weights-mismatch',
        message: [
          'w.pth does not fit cdvd-tsp lite: 1 missing, 1 unexpected, 1 of another shape',
          '  missing:',
          '    conv.bias [64]',
          '  unexpected:',
          '    extra [7]',
          '  of another shape:',
          '    conv.weight: [64, 3, 5, 5] needed, [32, 3, 5, 5] in the file',
        ].join('\n'),
      }),
    );
  });

  it('tells a single number from a list of one', async () => {
    const checkpoint = await checkpointOf({ a: [] });
    expect(() => matchParameters([{ name: 'a', dims: [1] }], checkpoint, labels)).toThrow(
      'a: [1] needed, [] in the file',
    );
  });

  it('shortens long lists, with a count', async () => {
    const expected = Array.from({ length: 200 }, (_, index) => ({ name: `p${index}`, dims: [1] }));
    const checkpoint = await checkpointOf({ p0: [1] });
    let message = '';
    try {
      matchParameters(expected, checkpoint, labels);
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain('199 missing');
    expect(message).toContain('... and 189 more');
    expect(message.split('\n')).toHaveLength(13);
  });

  it('can ignore leftovers of training, but nothing the network needs', async () => {
    const checkpoint = await checkpointOf({ a: [2], 'bn.num_batches_tracked': [] });
    const ignore = (name: string) => name.endsWith('num_batches_tracked') || name === 'b';
    expect(matchParameters([{ name: 'a', dims: [2] }], checkpoint, labels, { ignore }).size).toBe(1);
    expect(() => matchParameters([{ name: 'b', dims: [2] }], checkpoint, labels, { ignore })).toThrow(
      '1 missing',
    );
  });
});

describe('compareParameters', () => {
  it('says whether a file fits without throwing', async () => {
    const checkpoint = await checkpointOf({ a: [2] });
    expect(fits(compareParameters([{ name: 'a', dims: [2] }], checkpoint))).toBe(true);
    expect(fits(compareParameters([{ name: 'a', dims: [3] }], checkpoint))).toBe(false);
  });
});
