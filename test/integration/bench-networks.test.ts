import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { networks } from '../../src/networks/catalogue.ts';
import type { Network } from '../../src/networks/network.ts';
import { writeWeights } from '../bench/support/materials.ts';
import { runNetwork, type NetworkRunRequest } from '../bench/support/network-run.ts';
import { convolutionSeconds } from '../bench/support/profile.ts';

const folder = mkdtempSync(join(tmpdir(), 'acutance-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Subject = Pick<NetworkRunRequest, 'network' | 'size' | 'stages' | 'weights' | 'seconds'>;

function requestFor(network: Network): Subject {
  return {
    ...{ network: network.id, size: 'lite', stages: network.stages.default },
    ...{ weights: writeWeights(folder, 'lite', network), seconds: 0 },
  };
}

describe('a bench of a network', () => {
  const steadyRuns = {
    'cdvd-tsp': { features: 2, flow: 4, align: 2, reconstruct: 2 },
    pvdnet: { features: 1, flow: 1, align: 1, reconstruct: 1 },
    erdn: { features: 2, centre: 2, deform: 4, align: 2, reconstruct: 2 },
    arvo: { features: 2, flow: 4, align: 2, reconstruct: 2 },
    mlfa: { features: 1, fuse: 1, reconstruct: 1 },
  };

  for (const network of networks) {
    it(`counts the same runs of ${network.id} for a frame whether what leads to it is computed or not`, async () => {
      const frame = { height: 48, width: 64 };
      for (const warmsUp of [true, false]) {
        const run = await runNetwork({ ...requestFor(network), ...frame, warmsUp });
        if ('refusal' in run) throw new Error(run.refusal);
        expect(run.runsPerFrame).toEqual(steadyRuns[network.id]);
        expect(run.secondsPerFrame).toBeGreaterThan(0);
        expect(run.peakBytes).toBeGreaterThan(50e6);
      }
    });
  }

  it('looks at the convolutions of every program', async () => {
    const erdn = networks.find(({ id }) => id === 'erdn')!;
    const frame = { height: 48, width: 64, warmsUp: true };
    const run = await runNetwork({ ...requestFor(erdn), ...frame, profilePrefix: join(folder, 'profile') });
    if ('refusal' in run) throw new Error(run.refusal);
    // Each stage has graphs of its own.
    expect(readdirSync(folder).filter((name) => name.startsWith('profile-deform_')).length).toBe(2);
    const seconds = convolutionSeconds(folder, 'profile-deform');
    expect(seconds).toBeGreaterThan(0);
    // They are a part of it, but not measured in the same runs.
    expect(seconds * run.runsPerFrame.deform!).toBeLessThan(10 * run.secondsPerFrame);
    expect(convolutionSeconds(folder, 'profile-align')).toBe(0);
  });

  it('says why a frame is refused', async () => {
    const cdvdTsp = networks.find(({ id }) => id === 'cdvd-tsp')!;
    const run = await runNetwork({ ...requestFor(cdvdTsp), height: 60_000, width: 60_000, warmsUp: false });
    expect(run).toEqual({ refusal: expect.stringContaining('60000x60000') });
  });
});
