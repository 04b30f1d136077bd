import { describe, expect, it } from 'vitest';
import { cdvdTsp } from '../../src/networks/archs/cdvd-tsp/cdvd-tsp.ts';
import { lazyFill, type FillState } from '../fixtures/fill.ts';
import { maxDifference } from '../support/arrays.ts';
import { deblurClip } from './support/deblur-clip.ts';
import { clipOf, jsonOf, withWebGpuBodies } from './support/parity.ts';

const TOLERANCE = 1e-4;
const state = jsonOf('cdvd_tsp_lite/state') as FillState;
const weights = { parameters: lazyFill(state), alignCorners: true };

describe('CDVD-TSP lite beside a PyTorch reference that reproduces the published size', () => {
  it('has exactly the parameters of the reference', () => {
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    const wanted = state.tensors.map(({ name, shape }) => ({ name, dims: shape }));
    expect([...cdvdTsp.parameters('lite')].sort(byName)).toEqual(wanted.sort(byName));
  });

  for (const [bodies, network] of [
    ['standard', cdvdTsp],
    ['webgpu', withWebGpuBodies(cdvdTsp)],
  ] as const) {
    // No multiples of eight.
    it.each([
      [2, 22, 38],
      [3, 20, 36],
    ])(
      `restores every frame of a clip as it does: %i stages, %i x %i, ${bodies} bodies`,
      async (stages, height, width) => {
        const folder = `cdvd_tsp_lite/stages${stages}_${height}x${width}`;
        const setup = { network, size: 'lite', stages, weights, height, width } as const;
        const { restored } = await deblurClip(clipOf(`${folder}/input`), setup);
        const expected = clipOf(`${folder}/expected`);
        expect(restored.length).toBe(expected.length);
        const differences = restored.map((frame, index) => maxDifference(frame, expected[index]!));
        expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
      },
    );
  }
});
