import { beforeEach, describe, expect, it, vi } from 'vitest';
import { UnreachableError } from '../../../../src/renderer/api/client.ts';
import { FrameCache } from '../../../../src/renderer/viewer/frame-cache.ts';
import { keyOf, type FrameRef } from '../../../../src/renderer/viewer/frame-ref.ts';
import { Presenter, type Look } from '../../../../src/renderer/viewer/presenter.svelte.ts';
import { AcutanceError } from '../../../../src/shared/errors.ts';
import { madePicture, type MadePicture } from '../support/picture.ts';
import { settled } from '../support/server.ts';

const LOOK: Look = {
  mode: 'wipe',
  strength: 1,
  recipe: 'r',
  rendered: () => true,
  index: 0,
  span: { from: 0, to: 100 },
  loop: false,
  speed: 0,
  scrubbing: true,
  rate: 25,
};

describe('Presenter', () => {
  let waiting: Map<string, PromiseWithResolvers<MadePicture>>;
  let gone: FrameRef[];
  let problems: unknown[];
  let presenter: Presenter<MadePicture>;

  beforeEach(() => {
    waiting = new Map();
    [gone, problems] = [[], []];
    presenter = new Presenter<MadePicture>({
      cache: new FrameCache(1e6),
      load: (frame) => {
        const answer = Promise.withResolvers<MadePicture>();
        waiting.set(keyOf(frame), answer);
        return answer.promise;
      },
      onGone: (frame) => gone.push(frame),
      onProblem: (thrown) => problems.push(thrown),
    });
    return () => presenter.dispose();
  });

  async function arrives(...keys: string[]): Promise<void> {
    for (const key of keys) waiting.get(key)?.resolve(madePicture(key));
    await settled();
  }
  const shown = () => {
    const { index, before, after, afterState } = presenter.shown ?? {};
    return { index, before: before?.name, after: after?.name, afterState };
  };

  it('shows both sides of a frame together', async () => {
    presenter.show(LOOK);
    await arrives('before/0');
    expect(presenter.shown).toBeUndefined();
    await arrives('r/0');
    expect(shown()).toEqual({ index: 0, before: 'before/0', after: 'r/0', afterState: 'restored' });
  });

  it('keeps the last frame whole until the next one is', async () => {
    presenter.show(LOOK);
    await arrives('before/0', 'r/0');
    presenter.show({ ...LOOK, index: 1 });
    await arrives('r/1');
    expect(shown()).toMatchObject({ index: 0, before: 'before/0', after: 'r/0' });
    await arrives('before/1');
    expect(shown()).toMatchObject({ index: 1, before: 'before/1', after: 'r/1' });
  });

  it('shows the original, and says so, where nothing is rendered', async () => {
    presenter.show({ ...LOOK, mode: 'after', rendered: () => false });
    await arrives('before/0');
    expect(shown()).toEqual({
      index: 0,
      before: 'before/0',
      after: undefined,
      afterState: 'not-rendered',
    });
  });

  it('shows a restored frame as soon as it is rendered and there', async () => {
    presenter.show({ ...LOOK, rendered: () => false });
    await arrives('before/0');
    presenter.show(LOOK);
    expect(shown()).toMatchObject({ before: 'before/0', after: undefined, afterState: 'pending' });
    await arrives('r/0');
    expect(shown()).toMatchObject({ before: 'before/0', after: 'r/0', afterState: 'restored' });
  });

  it('takes a frame of other settings off the screen at once', async () => {
    presenter.show(LOOK);
    await arrives('before/0', 'r/0');
    presenter.show({ ...LOOK, recipe: undefined, rendered: () => false });
    expect(shown()).toMatchObject({ before: 'before/0', after: undefined, afterState: 'not-rendered' });
    presenter.show({ ...LOOK, recipe: 'q' });
    expect(shown()).toMatchObject({ after: undefined, afterState: 'pending' });
    await arrives('q/0');
    expect(shown()).toMatchObject({ after: 'q/0', afterState: 'restored' });
  });

  it('has frames of earlier settings at hand when they come back', async () => {
    presenter.show(LOOK);
    await arrives('before/0', 'r/0');
    presenter.show({ ...LOOK, recipe: 'q', rendered: () => false });
    presenter.show(LOOK);
    expect(shown()).toMatchObject({ after: 'r/0', afterState: 'restored' });
  });

  it('shows what comes by while the playhead moves, and the right frame in the end', async () => {
    presenter.show({ ...LOOK, mode: 'before' });
    presenter.show({ ...LOOK, mode: 'before', index: 7 });
    await arrives('before/0');
    expect(shown().index).toBe(0);
    await arrives('before/7');
    expect(shown().index).toBe(7);
  });

  it('does not show a neighbour that was fetched ahead and comes first', async () => {
    const look: Look = { ...LOOK, mode: 'before', scrubbing: false };
    presenter.show({ ...look, index: 7 });
    await arrives('before/7');
    presenter.show({ ...look, index: 9 });
    await arrives('before/8');
    expect(shown().index).toBe(7);
  });

  it('leaves out frames in playback that come too late, and counts them', async () => {
    const look: Look = { ...LOOK, mode: 'before', speed: 1, scrubbing: false };
    presenter.show(look);
    await arrives('before/1', 'before/2', 'before/3');
    await arrives('before/4');
    presenter.show({ ...look, index: 1 });
    expect(shown().index).toBe(1);
    presenter.show({ ...look, index: 4 });
    expect(shown().index).toBe(4);
    expect(presenter.dropped).toBe(2);
  });

  it('tells when a rendered frame is not there any more', async () => {
    presenter.show(LOOK);
    waiting.get('r/0')?.reject(new AcutanceError('frame-not-rendered', 'gone'));
    await settled();
    expect(gone).toEqual([{ index: 0, recipe: 'r' }]);
    expect(problems).toEqual([]);
  });

  it('tells of a frame that can’t be decoded once', async () => {
    presenter.show({ ...LOOK, mode: 'before' });
    waiting.get('before/0')?.reject(new AcutanceError('input-corrupt', 'broken'));
    await settled();
    waiting.clear();
    presenter.show({ ...LOOK, mode: 'before', index: 1 });
    presenter.show({ ...LOOK, mode: 'before', index: 0 });
    expect(problems).toHaveLength(1);
    expect([...waiting.keys()]).toEqual(['before/1']);
  });

  it('asks again, without a word, a restarted server that does not know the clip yet', async () => {
    vi.useFakeTimers();
    presenter.show({ ...LOOK, mode: 'before' });
    waiting.get('before/0')?.reject(new AcutanceError('not-found', 'no such clip'));
    await vi.advanceTimersByTimeAsync(1000);
    waiting.get('before/0')?.resolve(madePicture('before/0'));
    await vi.advanceTimersByTimeAsync(0);
    vi.useRealTimers();
    expect(shown().before).toBe('before/0');
    expect(problems).toEqual([]);
  });

  it('says nothing of a frame that was only fetched ahead, and tries again when it is waited for', async () => {
    vi.useFakeTimers();
    presenter.show({ ...LOOK, mode: 'before', scrubbing: false });
    waiting.get('before/0')?.resolve(madePicture('before/0'));
    await vi.advanceTimersByTimeAsync(0);
    waiting.get('before/1')?.reject(new AcutanceError('engine-died', 'The engine died.'));
    await vi.advanceTimersByTimeAsync(4000);
    expect(problems).toEqual([]);
    presenter.show({ ...LOOK, mode: 'before', index: 1 });
    waiting.get('before/1')?.resolve(madePicture('before/1'));
    await vi.advanceTimersByTimeAsync(0);
    vi.useRealTimers();
    expect(shown().before).toBe('before/1');
  });

  it('does not call it a problem that the server is away', async () => {
    presenter.show({ ...LOOK, mode: 'before' });
    waiting.get('before/0')?.reject(new UnreachableError());
    await settled();
    expect(problems).toEqual([]);
  });
});
