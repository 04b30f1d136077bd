import { describe, expect, it } from 'vitest';
import { mlfa } from '../../src/networks/archs/mlfa/mlfa.ts';
import { lazyFill, type FillState } from '../fixtures/fill.ts';
import state from '../fixtures/parity/mlfa/state.json' with { type: 'json' };
import { loadFixture, maxDifference } from '../support/arrays.ts';
import { runModel } from '../support/run-graph.ts';
import { deblurClip } from './support/deblur-clip.ts';
import { clipOf, withWebGpuBodies } from './support/parity.ts';

/** Weights of the whole network take seconds to make, models of it to build. */
const TIMEOUT = 180_000;
const TOLERANCE = 1e-4;

const parameters = lazyFill(state as FillState);
const weights = { parameters, alignCorners: true };

describe('MLFA beside a PyTorch reference written from the paper', { timeout: TIMEOUT }, () => {
  it('has exactly the parameters of the reference', () => {
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    const wanted = state.tensors.map(({ name, shape }) => ({ name, dims: shape }));
    expect([...mlfa.parameters('paper')].sort(byName)).toEqual(wanted.sort(byName));
  });

  for (const [bodies, network] of [
    ['standard', mlfa],
    ['webgpu', withWebGpuBodies(mlfa)],
  ] as const) {
    // Both are padded to multiples of 16, the first to the least size too; the second's ends are mirrored.
    it.each([
      ['stages1_24x40', 1, 24, 40, 'expected'],
      ['stages2_30x44', 1, 30, 44, 'stage1'],
      ['stages2_30x44', 2, 30, 44, 'expected'],
    ] as const)(
      `restores every frame of a clip as it does: %s after %i, ${bodies} bodies`,
      async (...row) => {
        const [folder, stages, height, width, name] = row;
        const input = clipOf(`mlfa/${folder}/input`);
        const setup = { network, size: 'paper', stages, weights, height, width } as const;
        const { restored } = await deblurClip(input, setup);
        const expected = clipOf(`mlfa/${folder}/${name}`);
        expect(restored.length).toBe(expected.length);
        const differences = restored.map((frame, index) => maxDifference(frame, expected[index]!));
        expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
      },
    );
  }

  it('finds the same features on the coarsest level', async () => {
    const coarsest = loadFixture('parity/mlfa/stages2_30x44/coarsest.npy');
    const frame = loadFixture('parity/mlfa/stages2_30x44/stage1_padded.npy');
    const size = { program: 'features', size: 'paper', height: 32, width: 48, alignCorners: true } as const;
    const model = mlfa.buildModel({ ...size, lowering: 'standard', parameters });
    const { level4 } = await runModel(model, { frame });
    expect(level4!.dims).toEqual(coarsest.dims);
    expect(maxDifference(level4!.data, coarsest.data)).toBeLessThan(TOLERANCE);
  });
});
