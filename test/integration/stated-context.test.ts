import { describe, expect, it } from 'vitest';
import { networks } from '../../src/networks/catalogue.ts';
import { maxDifference } from '../support/arrays.ts';
import { madeUpWeights, movingPattern } from '../unit/inference/support/made-up-weights.ts';
import { deblurClip } from './support/deblur-clip.ts';

const [HEIGHT, WIDTH] = [24, 40];

/** The recurrent one never quite forgets how it began; its warm-up has tests of its own. */
const setups = networks
  .filter(({ schedule }) => schedule !== 'recurrent')
  .flatMap((network) =>
    Array.from({ length: network.stages.max }, (_, index) => ({ network, stages: index + 1 })),
  );

describe('a part of a clip, with the frames around it that a network says it needs', () => {
  it.each(setups)(
    'is what it is in the whole: $network.title, $stages stages',
    async ({ network, stages }) => {
      const { before, after } = network.context({ stages, options: network.options });
      const weights = { parameters: madeUpWeights(network, 'lite', network.options), alignCorners: true };
      const setup = { network, size: 'lite', stages, weights, height: HEIGHT, width: WIDTH } as const;
      // Longer than the context on both sides, so that no end of the whole clip is an end of the part.
      const place = before + 2;
      const frames = movingPattern(place + after + 3, HEIGHT, WIDTH);
      const whole = (await deblurClip(frames, setup)).restored[place]!;
      const partOf = async (first: number, last: number) => {
        const { restored } = await deblurClip(frames.slice(first, last + 1), setup);
        return restored[place - first]!;
      };
      expect(await partOf(place - before, place + after)).toEqual(whole);
      // One frame less on either side would not be enough.
      if (before > 0)
        expect(maxDifference(await partOf(place - before + 1, place + after), whole)).toBeGreaterThan(1e-6);
      if (after > 0)
        expect(maxDifference(await partOf(place - before, place + after - 1), whole)).toBeGreaterThan(1e-6);
    },
  );
});
