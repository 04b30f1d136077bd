import { describe, expect, it } from 'vitest';
import { listNetworks, networkTable } from '../../../src/main/hosts/cli/listed-networks.ts';
import { networks } from '../../../src/networks/catalogue.ts';

const WEIGHTS = [
  { network: 'arvo', size: 'lite', sha256: 'a' },
  { network: 'arvo', size: 'lite', sha256: 'b' },
  { network: 'erdn', size: 'paper', sha256: 'c' },
];

describe('the list of networks', () => {
  it('has every network in every size, with the weights that are for it', () => {
    const listed = listNetworks(networks, WEIGHTS);
    expect(listed.map(({ network, size }) => [network, size])).toEqual(
      networks.flatMap(({ id, sizes }) => sizes.map((size) => [id, size])),
    );
    const withWeights = listed.filter(({ weights }) => weights.length > 0);
    expect(withWeights).toMatchObject([
      { network: 'erdn', size: 'paper', isDefault: true, weights: ['c'] },
      { network: 'arvo', size: 'lite', isDefault: false, options: { layers: 3 }, weights: ['a', 'b'] },
    ]);
  });

  it('tells for people what can be chosen, and how to import what is missing', () => {
    const [headings, ...rows] = networkTable(listNetworks(networks, WEIGHTS), (hash) => `${hash}.pth`)
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(headings).toEqual(['Network', 'Size', 'Stages', 'Options', 'Weights']);
    expect(rows).toHaveLength(12);
    expect(rows).toContainEqual(['erdn', 'paper (default)', '1 to 2, default 2', 'c.pth']);
    expect(rows).toContainEqual([
      ...['arvo', 'lite', '1 to 3, default 2', '--layers 0 to 4, default 3', 'a.pth, b.pth'],
    ]);
    expect(rows).toContainEqual([
      ...['pvdnet', 'large', '1', '--no-motion', 'none yet: acutance weights import FILE'],
    ]);
  });
});
