import { describe, expect, it } from 'vitest';
import { mlfa } from '../../src/networks/archs/mlfa/mlfa.ts';
import { lazyFill, type FillState } from '../fixtures/fill.ts';
import { loadFixture, maxDifference } from '../support/arrays.ts';
import { runModel } from '../support/run-graph.ts';
import { deblurClip } from './support/deblur-clip.ts';
import { clipOf, jsonOf, withWebGpuBodies } from './support/parity.ts';

/** Weights of the whole network take seconds to make, models of it to build. */
const TIMEOUT = 180_000;
const TOLERANCE = 1e-4;

const FOLDERS = { paper: 'mlfa', lite: 'mlfa_lite' } as const;
const states = {
  paper: jsonOf('mlfa/state') as FillState,
  lite: jsonOf('mlfa_lite/state') as FillState,
};
const parameters = { paper: lazyFill(states.paper), lite: lazyFill(states.lite) };

describe('MLFA beside a PyTorch reference written from the paper', { timeout: TIMEOUT }, () => {
  it.each(['paper', 'lite'] as const)('has exactly the parameters of the reference, %s', (size) => {
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    const wanted = states[size].tensors.map(({ name, shape }) => ({ name, dims: shape }));
    expect([...mlfa.parameters(size)].sort(byName)).toEqual(wanted.sort(byName));
  });

  for (const [bodies, network] of [
    ['standard', mlfa],
    ['webgpu', withWebGpuBodies(mlfa)],
  ] as const) {
    // All are padded to multiples of 16, the first to the least size too; the ends of the others are mirrored.
    it.each([
      ['paper', 1, 'stages1_24x40', 24, 40, 'expected'],
      ['paper', 1, 'stages2_30x44', 30, 44, 'stage1'],
      ['paper', 2, 'stages2_30x44', 30, 44, 'expected'],
      ['lite', 1, 'stages2_34x46', 34, 46, 'stage1'],
      ['lite', 2, 'stages2_34x46', 34, 46, 'expected'],
    ] as const)(
      `restores every frame of a clip as it does: %s after %i, %s, ${bodies} bodies`,
      async (size, stages, folder, height, width, name) => {
        const weights = { parameters: parameters[size], alignCorners: true };
        const setup = { network, size, stages, weights, height, width } as const;
        const { restored } = await deblurClip(clipOf(`${FOLDERS[size]}/${folder}/input`), setup);
        const expected = clipOf(`${FOLDERS[size]}/${folder}/${name}`);
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
    const model = mlfa.buildModel({ ...size, lowering: 'standard', parameters: parameters.paper });
    const { level4 } = await runModel(model, { frame });
    expect(level4!.dims).toEqual(coarsest.dims);
    expect(maxDifference(level4!.data, coarsest.data)).toBeLessThan(TOLERANCE);
  });
});
