import { describe, expect, it } from 'vitest';
import { installedNetworks } from '../../../src/main/routes/networks-and-weights.ts';

const DEBLUR = { network: 'cdvd-tsp', size: 'lite', stages: 1, device: 'cpu', strength: 1 } as const;

describe('settings from a page', () => {
  it.each([
    ['a size', { network: 'erdn', size: 'small' }],
    ['a number of stages', { network: 'mlfa', size: 'paper', stages: 3 }],
    ['an option', { layers: 2 as const }],
  ])(
    'with %s that the network does not have are refused before weights are looked for',
    async (_, change) => {
      for (const weights of [undefined, 'nobody']) {
        await expect(installedNetworks.settle({ ...DEBLUR, ...change, weights })).rejects.toMatchObject({
          code: 'usage',
        });
      }
    },
  );

  it('have their weights named by hash', async () => {
    const { weights } = await installedNetworks.settle({ ...DEBLUR, weights: 'cdvd-tsp-lite' });
    expect(weights).toMatch(/^[0-9a-f]{64}$/);
    expect(await installedNetworks.settle(DEBLUR)).toEqual(DEBLUR);
  });
});
