import { describe, expect, it } from 'vitest';
import { arvo } from '../../../src/networks/archs/arvo/arvo.ts';
import { cdvdTsp } from '../../../src/networks/archs/cdvd-tsp/cdvd-tsp.ts';
import { erdn } from '../../../src/networks/archs/erdn/erdn.ts';
import { mlfa } from '../../../src/networks/archs/mlfa/mlfa.ts';
import { pvdNet } from '../../../src/networks/archs/pvdnet/pvdnet.ts';
import { measureAlignmentReach } from './support/measure-alignment-reach.ts';
import { measureReach } from './support/measure-reach.ts';

/** Pixels, packed ones included, by which the margin may round up what is needed. */
const ROUNDED_UP = 12;

/** Pixels that ERDN's margin allows things to move from a frame to its neighbour. */
const MOTION = 64;

describe('the margin of a tile is as wide as the network looks, and hardly wider:', () => {
  function expectFit(margin: number, reach: number): void {
    expect(margin).toBeGreaterThanOrEqual(reach);
    expect(margin).toBeLessThanOrEqual(reach + ROUNDED_UP);
  }

  it.each(['lite', 'paper'] as const)('CDVD-TSP %s', async (size) => {
    expectFit(cdvdTsp.reconstructionMargin(size), await measureReach(cdvdTsp, { size }));
  });

  it.each(['lite', 'small', 'medium', 'large'] as const)('PVDNet %s', async (size) => {
    expectFit(pvdNet.reconstructionMargin(size), await measureReach(pvdNet, { size }));
  });

  it.each(['lite', 'paper'] as const)('ARVo %s without levels', async (size) => {
    const reach = await measureReach(arvo, { size, options: { layers: 0 } });
    expectFit(arvo.reconstructionMargin(size), reach);
  });

  it('MLFA lite', async () => {
    expectFit(mlfa.reconstructionMargin('lite'), await measureReach(mlfa, { size: 'lite', zero: 0.5 }));
  });

  // Its margin adds up the longest way at each resolution, which no single way takes.
  it.each(['lite', 'paper'] as const)('ERDN %s, which may have more', async (size) => {
    const reach = await measureReach(erdn, { size });
    expect(erdn.reconstructionMargin(size)).toBeGreaterThanOrEqual(reach);
    expect(erdn.reconstructionMargin(size)).toBeLessThanOrEqual(1.5 * reach);
  });

  it.each(['lite', 'paper'] as const)('ERDN %s, aligning', async (size) => {
    const { read, computed } = await measureAlignmentReach(size);
    // The prior compares windows of five pixels.
    expectFit(erdn.alignmentTile!(size).margin, Math.max(computed, read + MOTION) + 2);
  });
});
