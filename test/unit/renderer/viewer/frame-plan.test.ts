import { describe, expect, it } from 'vitest';
import { candidatesFor, needsOf, wishesFor, type Plan } from '../../../../src/renderer/viewer/frame-plan.ts';

const plan = (changes: Partial<Plan> = {}): Plan => ({
  mode: 'before',
  strength: 1,
  recipe: 'r',
  rendered: () => true,
  index: 50,
  span: { from: 0, to: 100 },
  loop: false,
  speed: 0,
  scrubbing: false,
  lead: 0,
  stride: 1,
  ahead: 4,
  ...changes,
});
const indices = (changes: Partial<Plan>) => wishesFor(plan(changes)).map(({ frame }) => frame.index);

describe('needsOf', () => {
  it.each([
    ['before', true, 1, { before: true, after: false }],
    ['after', true, 1, { before: false, after: true }],
    ['after', true, 0.5, { before: true, after: true }],
    ['after', false, 1, { before: true, after: false }],
    ['wipe', true, 1, { before: true, after: true }],
    ['wipe', false, 1, { before: true, after: false }],
    ['side-by-side', true, 1, { before: true, after: true }],
  ] as const)('%s, rendered %s, strength %s', (mode, rendered, strength, needs) => {
    expect(needsOf(mode, rendered, strength)).toEqual(needs);
  });
});

describe('wishesFor', () => {
  it('waits for the frame under the playhead and fetches its neighbours', () => {
    const wishes = wishesFor(plan());
    expect(wishes.filter(({ urgent }) => urgent).map(({ frame }) => frame.index)).toEqual([50]);
    expect(indices({})).toEqual([50, 51, 49, 52, 48, 53]);
  });

  it('asks for no frame that the clip does not have', () => {
    expect(indices({ index: 0 })).toEqual([0, 1, 2, 3]);
    expect(indices({ index: 99 })).toEqual([99, 98, 97]);
  });

  it('asks for both parts of a rendered frame, and for the original where there is none', () => {
    const wishes = wishesFor(plan({ mode: 'wipe', rendered: (index) => index === 50, scrubbing: true }));
    expect(wishes.map(({ frame }) => frame)).toEqual([{ index: 50 }, { index: 50, recipe: 'r' }]);
    expect(wishesFor(plan({ mode: 'after', rendered: () => false }))[0]?.frame).toEqual({ index: 50 });
  });

  it('asks for nothing restored while it is not known what the settings come to', () => {
    const wishes = wishesFor(plan({ mode: 'after', recipe: undefined }));
    expect(wishes.every(({ frame }) => frame.recipe === undefined)).toBe(true);
  });

  it('fetches nothing ahead while the playhead is dragged', () => {
    expect(indices({ scrubbing: true })).toEqual([50]);
  });

  it('fetches ahead in the direction of playback, as far on as loading takes', () => {
    expect(indices({ speed: 1, lead: 3 })).toEqual([53, 54, 55, 56]);
    expect(indices({ speed: -1, lead: 3 })).toEqual([47, 46, 45, 44]);
  });

  it('asks for the same every few frames from one moment to the next where not all can be had', () => {
    expect(indices({ speed: 1, stride: 4, index: 50 })).toEqual([52, 56, 60, 64]);
    expect(indices({ speed: 1, stride: 4, index: 51 })).toEqual([52, 56, 60, 64]);
  });

  it('goes on at the start of the range where a loop ends', () => {
    const span = { from: 20, to: 60 };
    expect(indices({ speed: 1, loop: true, index: 58, span })).toEqual([58, 59, 20, 21]);
    expect(indices({ speed: 1, loop: false, index: 58, span })).toEqual([58, 59]);
  });
});

describe('candidatesFor', () => {
  it('is the frame under the playhead, else one that it has passed and that arrived just now', () => {
    expect(candidatesFor(plan(), 49, undefined)).toEqual([50]);
    expect(candidatesFor(plan(), 10, 30)).toEqual([50, 30]);
  });

  it('is the newest that is not older than the one shown while playing', () => {
    expect(candidatesFor(plan({ speed: 1 }), 47, undefined)).toEqual([50, 49, 48]);
    expect(candidatesFor(plan({ speed: -1 }), 52, undefined)).toEqual([50, 51]);
    expect(candidatesFor(plan({ speed: 1 }), 50, undefined)).toEqual([]);
    expect(candidatesFor(plan({ speed: 1 }), 10, 30)).toEqual([50, 49, 48, 47, 46, 45, 44, 43, 30]);
    expect(candidatesFor(plan({ speed: 1 }), 35, 30)).not.toContain(30);
  });

  it('is one from the start of the range again when a loop has gone round', () => {
    const looping = plan({ speed: 1, loop: true, index: 21, span: { from: 20, to: 60 } });
    expect(candidatesFor(looping, 59, undefined)).toEqual([21, 20]);
  });
});
