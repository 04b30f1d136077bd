import { describe, expect, it } from 'vitest';
import { pvdNet } from '../../src/networks/archs/pvdnet/pvdnet.ts';
import { lazyFill, type FillState } from '../fixtures/fill.ts';
import { loadFixture, maxDifference } from '../support/arrays.ts';
import { runModel } from '../support/run-graph.ts';
import { jsonOf } from './support/parity.ts';

const TOLERANCE = 1e-4;

describe.each(['small', 'lite'] as const)(
  'PVDNet %s beside a PyTorch reference that reproduces the published size',
  (size) => {
    const state = jsonOf(`pvdnet_${size}/state`) as FillState;

    it('has exactly the parameters of the reference, the flow network apart', () => {
      const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
      const own = pvdNet.parameters(size).filter(({ name }) => name.startsWith('PVDNet.'));
      const wanted = state.tensors.map(({ name, shape }) => ({ name, dims: shape }));
      expect([...own].sort(byName)).toEqual(wanted.sort(byName));
    });

    it.each(['standard', 'webgpu'] as const)(
      'makes the same of three frames and a pixel volume, %s bodies',
      async (lowering) => {
        const folder = `parity/pvdnet_${size}/reconstruction_16x24`;
        const model = pvdNet.buildModel({
          ...{ program: 'reconstruct', size, height: 16, width: 24, alignCorners: true },
          ...{ lowering, parameters: lazyFill(state) },
        });
        const { restored } = await runModel(model, { aligned: loadFixture(`${folder}/input.npy`) });
        // The reference works in [-1, 1].
        const signed = restored!.data.map((value) => 2 * value - 1);
        expect(maxDifference(signed, loadFixture(`${folder}/expected.npy`).data)).toBeLessThan(TOLERANCE);
      },
    );
  },
);
