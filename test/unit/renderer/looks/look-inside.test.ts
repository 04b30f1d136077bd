import { describe, expect, it, onTestFinished } from 'vitest';
import type { Network } from '../../../../src/shared/api/catalogue.ts';
import type { Look } from '../../../../src/shared/api/look.ts';
import { LookInside } from '../../../../src/renderer/looks/look-inside.svelte.ts';
import { LOOK_MEANINGS, legendOf } from '../../../../src/renderer/looks/look-texts.ts';
import { Sound } from '../../../../src/renderer/state/sound.svelte.ts';
import { Workspace } from '../../../../src/renderer/state/workspace.svelte.ts';
import { LOOK_NAMES } from '../../../../src/shared/looks.ts';
import { CLIP, RECIPE } from '../support/clip.ts';
import { madePicture } from '../support/picture.ts';
import { FakeServer, settled } from '../support/server.ts';

const FLOW: Look = {
  ...{ name: 'flow', title: 'Flow', stage: 'last', parts: ['previous', 'next'] },
  without: { option: 'motion', value: false },
};
const PRIOR: Look = { name: 'prior', title: 'Prior', stage: 'last', parts: ['middle'] };
const STAGE1: Look = { name: 'stage1', title: 'Stage 1', stage: 'second', parts: ['middle'] };

const NETWORK: Network = {
  id: 'cdvd-tsp',
  title: 'CDVD-TSP',
  stages: { min: 1, max: 3, default: 2 },
  options: [{ kind: 'flag', name: 'motion', default: true }],
  looks: [FLOW, PRIOR, STAGE1],
  defaultSize: 'lite',
  sizes: [],
};

async function opened() {
  const server = new FakeServer();
  const workspace = new Workspace({ client: server.client, events: server, sound: new Sound() });
  onTestFinished(() => workspace.dispose());
  await workspace.openPath(CLIP.path);
  await settled();
  const looks = new LookInside({
    client: server.client,
    networks: () => [NETWORK],
    clip: () => workspace.clip,
    decode: () => Promise.resolve(madePicture('look')),
  });
  onTestFinished(() => looks.dispose());
  return { looks, clip: workspace.clip!, server };
}

const namesOf = (looks: LookInside<never> | LookInside<ReturnType<typeof madePicture>>) =>
  looks.offered.map(({ name }) => name);

describe('looking inside', () => {
  it('offers what the network has with these settings', async () => {
    const { looks, clip } = await opened();
    expect(namesOf(looks)).toEqual(['flow', 'prior', 'stage1']);
    clip.changeDeblur({ stages: 1 });
    expect(namesOf(looks)).toEqual(['flow', 'prior']);
    clip.changeDeblur({ motion: false });
    expect(namesOf(looks)).toEqual(['prior']);
    clip.changeDeblur({ network: 'another' });
    expect(namesOf(looks)).toEqual([]);
  });

  it('wants the chosen part of the frame under the playhead, of these very settings', async () => {
    const { looks, clip } = await opened();
    expect(looks.wanted).toBeUndefined();
    looks.choose('flow');
    clip.transport.seek(7);
    const wanted = { clip: CLIP.id, recipe: RECIPE, name: 'flow', part: 'previous', index: 7 };
    expect(looks.wanted).toEqual(wanted);
    looks.choosePart('next');
    expect(looks.wanted).toEqual({ ...wanted, part: 'next' });
    // The part is remembered for looks that have it.
    looks.choose('prior');
    expect(looks.wanted).toMatchObject({ name: 'prior', part: 'middle' });
    looks.choose('flow');
    expect(looks.wanted).toMatchObject({ part: 'next' });
  });

  it('wants nothing of settings that are not asked about yet, or that do not have it', async () => {
    const { looks, clip } = await opened();
    looks.choose('stage1');
    expect(looks.wanted).toMatchObject({ name: 'stage1' });
    clip.changeDeblur({ stages: 3 });
    expect(looks.wanted).toBeUndefined();
    await settled();
    expect(looks.wanted).toMatchObject({ name: 'stage1' });
    clip.changeDeblur({ stages: 1 });
    await settled();
    expect([looks.chosen, looks.wanted]).toEqual([undefined, undefined]);
    // The choice waits.
    clip.changeDeblur({ stages: 2 });
    await settled();
    expect(looks.chosen?.name).toBe('stage1');
  });

  it('is switched off and on again, and goes from one to the next', async () => {
    const { looks } = await opened();
    looks.toggle();
    expect(looks.chosen?.name).toBe('flow');
    looks.chooseNext();
    expect(looks.chosen?.name).toBe('prior');
    looks.toggle();
    expect(looks.chosen).toBeUndefined();
    looks.toggle();
    expect(looks.chosen?.name).toBe('prior');
    looks.chooseNext();
    looks.chooseNext();
    expect(looks.chosen).toBeUndefined();
    looks.chooseNext();
    expect(looks.chosen?.name).toBe('flow');
  });

  it('lays its picture over the frame it is of, and no other', async () => {
    const { looks, server } = await opened();
    looks.choose('flow');
    looks.follow(looks.wanted);
    await settled();
    expect(server.requests.at(-1)?.route).toBe('GET /api/clips/:id/looks/:id/flow/0');
    expect(looks.over(0)?.picture.name).toBe('look');
    expect([looks.over(1), looks.over(undefined)]).toEqual([undefined, undefined]);
  });
});

describe('what is said of a look', () => {
  it.each(LOOK_NAMES)('%s: the picture, not the numbers behind it', (name) => {
    expect(LOOK_MEANINGS[name]).not.toMatch(/\(x, y\)|tap|tensor|map|prior|mask/i);
    expect(LOOK_MEANINGS[name].length).toBeLessThan(100);
  });
});

describe('a legend', () => {
  it.each([
    ['flow', 6.249, { kind: 'wheel', scale: '6.2 px/frame' }],
    ['maxima', 137.2, { kind: 'wheel', scale: '137 px' }],
    ['offsets', 0.01234, { kind: 'ramp', from: '0', to: '0.012 px' }],
    ['gradient', undefined, { kind: 'ramp', from: '0', to: '…' }],
    ['stage1', 1, { kind: 'none' }],
  ] as const)('of %s up to %s', (name, scale, legend) => expect(legendOf(name, scale)).toEqual(legend));
});
