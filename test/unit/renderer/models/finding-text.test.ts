import { describe, expect, it } from 'vitest';
import { findingText } from '../../../../src/renderer/models/finding-text.ts';
import { looksLikeWeights, weightsFacts } from '../../../../src/renderer/models/weights-text.ts';
import type { Network } from '../../../../src/shared/api/catalogue.ts';
import type { WeightsFinding } from '../../../../src/shared/api/weights.ts';

const network: Network = {
  id: 'pvdnet',
  title: 'PVDNet',
  stages: { min: 1, max: 1, default: 1 },
  options: [],
  looks: [],
  defaultSize: 'medium',
  sizes: [],
};
const weights = {
  name: 'a.pth',
  hash: 'f'.repeat(64),
  source: 'imported',
  origin: 'a.pth',
  bytes: 1,
} as const;
const none = { count: 0, first: [] };

describe('what a file turned out to be', () => {
  it('is told with network, size and licence once it is imported', () => {
    const finding = { result: 'imported', network: 'pvdnet', size: 'large', weights } as const;
    expect(findingText(['a.pth'], finding, [network])).toMatchObject({
      tone: 'success',
      message: 'a.pth is PVDNet Large. Imported.',
      hint: undefined,
    });
    const layered = { ...finding, weights: { ...weights, options: { layers: 2 } } } as const;
    expect(findingText(['a.pth'], layered, [network]).message).toBe(
      'a.pth is PVDNet Large, 2 layers. Imported.',
    );
    const noted = { ...finding, weights: { ...weights, licence: 'MIT' } };
    expect(findingText(['a.pth'], noted, []).hint).toBe('Licence: MIT');
  });

  it('is told in the plural of files that were put together', () => {
    const message = (finding: WeightsFinding) => findingText(['a.pth', 'b.pth'], finding, [network]).message;
    expect(message({ result: 'imported', network: 'pvdnet', size: 'medium', weights })).toBe(
      'a.pth and b.pth are PVDNet Medium. Imported.',
    );
    expect(message({ result: 'mismatch', tensors: none })).toBe(
      'a.pth and b.pth are for none of the networks: no tensor of them has a name that they know.',
    );
  });

  it('says which part of a network is missing', () => {
    const { message, hint } = findingText(
      ['BIMNet.pth'],
      { result: 'part', network: 'pvdnet', size: 'small', present: ['BIMNet'], absent: ['PVDNet'] },
      [network],
    );
    expect(message).toBe('BIMNet.pth is a part of PVDNet: BIMNet.');
    expect(hint).toContain('the file with PVDNet');
  });

  it('says of parts that do not fit each other that they are for one size only', () => {
    const differences = { fitting: 3, missing: none, unexpected: none, misshapen: { count: 1, first: [] } };
    const { hint } = findingText(
      ['BIMNet.pth', 'PVDNet.pth'],
      { result: 'mismatch', closest: { network: 'pvdnet', size: 'small', differences }, tensors: none },
      [network],
    );
    expect(hint).toContain('each of them is for one size only');
  });

  it('names the closest network and what differs, the first by name and the rest counted', () => {
    const text = findingText(
      ['a.pth'],
      {
        result: 'mismatch',
        closest: {
          network: 'pvdnet',
          size: 'medium',
          differences: {
            fitting: 1200,
            missing: { count: 3, first: [{ name: 'a.weight', dims: [3, 4] }] },
            unexpected: none,
            misshapen: { count: 1, first: [{ name: 'b', expected: [2], actual: [] }] },
          },
        },
        tensors: none,
      },
      [network],
    );
    expect(text.message).toContain('The closest is PVDNet Medium: 1,200 of its 1,204 tensors fit');
    expect(text.differences).toEqual([
      { label: 'Missing', items: ['a.weight 3 × 4'], more: 2 },
      { label: 'Other shape', items: ['b: one number, needed 2'], more: 0 },
    ]);
  });

  it('names the closest by shapes where no name is known', () => {
    const missing = { count: 1, first: [{ name: 'a.weight', dims: [3] }] };
    const unexpected = { count: 1, first: [{ name: 'b.weight', dims: [3] }] };
    const differences = { fitting: 0, missing, unexpected, misshapen: none };
    const closest = { network: 'pvdnet', size: 'medium', differences };
    const text = findingText(['a.pth'], { result: 'mismatch', closest, tensors: unexpected }, [network]);
    expect(text.message).toContain('no tensor of it has a name that they know');
    expect(text.message).toContain('By shapes the closest is PVDNet Medium.');
    expect(text.differences.map(({ label }) => label)).toEqual(['Missing', 'Left over']);
  });

  it('says so when no network has anything in common with it', () => {
    const tensors = { count: 2, first: [{ name: 'bert', dims: [1] }] };
    const text = findingText(['a.pth'], { result: 'mismatch', tensors }, [network]);
    expect(text.message).toContain('none of the networks');
    expect(text.differences).toEqual([{ label: 'It holds', items: ['bert 1'], more: 1 }]);
  });
});

describe('weights', () => {
  it('are told apart by where they are from', () => {
    expect(weightsFacts({ ...weights, source: 'shipped', bytes: 1_300_000 }, 0)).toBe(
      'Came with Acutance · 1.3 MB',
    );
    expect(weightsFacts({ ...weights, options: { layers: 2 } }, 0)).toBe('Imported · 1 B · 2 layers');
    expect(weightsFacts({ ...weights, importedAt: Date.UTC(2020, 4, 5) }, Date.UTC(2026, 1, 1))).toMatch(
      /^Imported 5 May 2020 · 1 B$/,
    );
  });

  it.each([
    ['CDVD_TSP.pt', true],
    ['PVDNet.pytorch', true],
    ['model.PTH.tar', true],
    ['a.safetensors', true],
    ['clip.mp4', false],
    ['pth', false],
  ])('%s: looks like weights: %s', (name, expected) => expect(looksLikeWeights(name)).toBe(expected));
});
