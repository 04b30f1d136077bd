import { describe, expect, it } from 'vitest';
import { scaleLight } from '../../../src/main/evaluation/light-scaling.ts';
import { PairMaker, type MadePair } from '../../../src/main/evaluation/pair-maker.ts';
import { seededNumbers } from '../../../src/main/evaluation/seeded-random.ts';
import { codesToLight, lightToCodes } from '../../../src/main/evaluation/transfer.ts';

/** Every frame is flat and has a code of its own. */
const codeOf = (number: number) => ((number * 37) % 101) / 100;

function makePairs(
  frames: number,
  average: number,
  nextDistance: () => number,
  transfer: 'gamma22' | 'srgb',
) {
  const maker = new PairMaker({ average, nextDistance, transfer });
  const pairs: MadePair[] = [];
  for (let number = 0; number < frames; number++) {
    const pair = maker.add(new Float32Array(3).fill(codeOf(number)));
    if (pair) pairs.push(pair);
  }
  return pairs;
}

describe('pairs', () => {
  it('are the mean light of consecutive frames, beside the middle one', () => {
    const pairs = makePairs(30, 5, () => 7, 'gamma22');
    expect(pairs.map(({ first, middle, last }) => [first, middle, last])).toEqual([
      [0, 2, 4],
      [7, 9, 11],
      [14, 16, 18],
      [21, 23, 25],
    ]);
    for (const { first, middle, blurry, sharp } of pairs) {
      const light = [0, 1, 2, 3, 4].map((k) => codeOf(first + k) ** 2.2);
      const mean = light.reduce((a, b) => a + b) / 5;
      expect(blurry[0]).toBeCloseTo(mean ** (1 / 2.2), 6);
      expect(sharp[0]).toBe(Math.fround(codeOf(middle)));
    }
  });

  it('may overlap', () => {
    const pairs = makePairs(8, 5, () => 1, 'srgb');
    expect(pairs.map(({ middle }) => middle)).toEqual([2, 3, 4, 5]);
    expect(pairs[1]!.blurry).toEqual(makePairs(8, 5, () => 1, 'srgb')[1]!.blurry);
  });

  it('of one frame are that frame', () => {
    for (const { blurry, sharp } of makePairs(4, 1, () => 1, 'srgb'))
      expect(blurry[0]).toBeCloseTo(sharp[0]!, 6);
  });

  it('are none where the frames do not suffice', () => {
    expect(makePairs(4, 5, () => 1, 'srgb')).toEqual([]);
  });

  it('need a middle frame', () => {
    expect(() => new PairMaker({ average: 4, nextDistance: () => 1, transfer: 'srgb' })).toThrow('odd');
  });
});

describe('distances', () => {
  it('are drawn evenly from the range, the same for one seed', () => {
    const draw = (seed: number) => {
      const next = seededNumbers(seed, { from: 38, to: 44 });
      return Array.from({ length: 7000 }, next);
    };
    const drawn = draw(5);
    for (let value = 38; value <= 44; value++) {
      const share = drawn.filter((each) => each === value).length;
      expect(share).toBeGreaterThan(880);
      expect(share).toBeLessThan(1120);
    }
    expect(drawn.every((value) => value >= 38 && value <= 44)).toBe(true);
    expect(draw(5)).toEqual(drawn);
    expect(draw(6)).not.toEqual(drawn);
  });

  it('are one number where the range is', () => {
    expect(seededNumbers(1, { from: 9, to: 9 })()).toBe(9);
  });
});

describe('curves', () => {
  it.each([
    ['srgb', 0.5, 0.21404114],
    ['srgb', 0.02, 0.02 / 12.92],
    ['bt709', 0.5, 0.25971],
    ['bt709', 0.05, 0.05 / 4.5],
    ['gamma22', 0.5, 0.5 ** 2.2],
    ['linear', 0.5, 0.5],
  ] as const)('%s: the code %f is the light %f, and back', (transfer, code, light) => {
    const [found] = codesToLight(Float32Array.of(code), transfer);
    expect(found).toBeCloseTo(light, 4);
    expect(lightToCodes(Float32Array.of(found!), transfer)[0]).toBeCloseTo(code, 5);
  });

  it('find no light below black', () => {
    expect(codesToLight(Float32Array.of(-0.1), 'gamma22')[0]).toBe(0);
  });
});

describe('scaling down', () => {
  it('takes the mean light of the area', () => {
    const plane = [0, 1, 0.2, 0.4, 1, 0, 0.6, 0.8];
    const picture = { width: 4, height: 2, rgb: Float32Array.from([...plane, ...plane, ...plane]) };
    const { width, height, rgb } = scaleLight(picture, 2, 'gamma22');
    const [left, right] = [0.5, (0.2 ** 2.2 + 0.4 ** 2.2 + 0.6 ** 2.2 + 0.8 ** 2.2) / 4];
    expect([width, height]).toEqual([2, 1]);
    for (let channel = 0; channel < 3; channel++) {
      expect(rgb[2 * channel]).toBeCloseTo(left ** (1 / 2.2), 5);
      expect(rgb[2 * channel + 1]).toBeCloseTo(right ** (1 / 2.2), 5);
    }
  });

  it('shares a pixel between two where the sizes do not divide', () => {
    const rgb = Float32Array.from([0.1, 0.4, 0.7, 0.1, 0.4, 0.7, 0.1, 0.4, 0.7]);
    const scaled = scaleLight({ width: 3, height: 1, rgb }, 2, 'linear');
    expect(scaled.rgb[0]).toBeCloseTo((0.1 + 0.5 * 0.4) / 1.5, 6);
    expect(scaled.rgb[1]).toBeCloseTo((0.7 + 0.5 * 0.4) / 1.5, 6);
  });
});
