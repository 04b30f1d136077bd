import { describe, expect, it } from 'vitest';
import {
  optionText,
  sizeText,
  stagesInWords,
  stageText,
} from '../../../../src/renderer/models/network-texts.ts';
import { networks } from '../../../../src/networks/catalogue.ts';

describe('every network of the program', () => {
  it.each(networks)(
    '$title has words for its sizes, stages and options',
    ({ id, sizes, stages, options }) => {
      for (const size of sizes) expect(sizeText(id, size).detail).toMatch(/\w/);
      for (let count = stages.min; count <= stages.max; count++) {
        expect(stageText(id, count).label).toMatch(/\w/);
      }
      for (const name of Object.keys(options)) {
        expect(optionText({ kind: 'flag', name, default: true }).label).not.toBe(name);
      }
    },
  );
});

describe('what a network has of its own', () => {
  it('is told in its own words', () => {
    expect(sizeText('pvdnet', 'large').detail).toContain('slowest');
    expect(stagesInWords({ id: 'erdn' }, 2)).toBe('double');
    expect(stagesInWords({ id: 'cdvd-tsp' }, 1)).toBe('1 stage');
  });

  it('is named as it is where the page has never heard of it', () => {
    expect(sizeText('other', 'huge')).toEqual({ label: 'huge', detail: undefined });
    expect(optionText({ kind: 'flag', name: 'odd', default: true }).label).toBe('odd');
  });
});
