import { afterAll, describe, expect, it } from 'vitest';
import { DeblurrerCache, type LoadedDeblurrer } from '../../src/main/render/deblurrer-cache.ts';
import { inspectFrame } from '../../src/main/render/inspect-frame.ts';
import type { CutSetting } from '../../src/shared/settings.ts';
import { fixture } from './support/media-copy.ts';

const DEBLUR = { network: 'cdvd-tsp', size: 'lite', stages: 2, device: 'cpu' } as const;
const LOOKS = ['flow', 'mask', 'prior', 'stage1'];

const cache = new DeblurrerCache();
afterAll(() => cache.dispose());

/** As the cache, but every frame of a clip is given to the network. */
class WholeClips extends DeblurrerCache {
  override async acquire(...wanted: Parameters<DeblurrerCache['acquire']>): Promise<LoadedDeblurrer> {
    const loaded = await cache.acquire(...wanted);
    return { ...loaded, context: { before: 1000, after: 1000 } };
  }
}

async function look(frame: number, cuts: CutSetting, deblurrers: DeblurrerCache) {
  const options = { input: fixture('vfr.mp4'), at: frame, deblur: { ...DEBLUR, cuts }, looks: LOOKS };
  const context = { signal: new AbortController().signal, phase: () => undefined };
  const { looks } = await inspectFrame(options, context, deblurrers);
  return looks.map(({ look: { name }, parts }) => ({ name, parts }));
}

describe('what is seen of a frame', () => {
  it.each([
    ['at the start of the clip', 0, 'none'],
    ['inside it', 5, 'none'],
    ['inside it', 5, 'detect'],
    ['beside a cut', 5, [6]],
  ] as const)('is what the network does there in the whole clip: %s, frame %i, cuts %s', async (...row) => {
    const [, frame, cuts] = row;
    const seen = await look(frame, cuts, cache);
    expect(seen.map(({ name }) => name)).toEqual(LOOKS);
    expect(seen).toEqual(await look(frame, cuts, new WholeClips()));
    // It matters which frame it is.
    expect(seen).not.toEqual(await look(frame + 1, cuts, cache));
  });
});
