import { describe, expect, it } from 'vitest';
import { FramesQueue, type Urgency } from '../../../src/main/render/frames-queue.ts';

/** A queue whose first task holds it up, and a record of what was done after that. */
function heldUp() {
  const queue = new FramesQueue();
  const done: string[] = [];
  const gate = Promise.withResolvers<void>();
  const ask = (key: string, options: { urgency?: Urgency; place?: number; signal?: AbortSignal } = {}) => {
    const { urgency = 'screen', place = 0, signal } = options;
    const work = () => {
      done.push(key);
      return Promise.resolve(key);
    };
    return queue.ask({ key, urgency, clip: 'clip', place, work }, signal);
  };
  const first = queue.ask({
    key: 'first',
    urgency: 'screen',
    clip: 'other',
    place: 0,
    work: () => gate.promise,
  });
  return { queue, done, ask, first, open: () => gate.resolve() };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('requests for frames', () => {
  it('are served newest first, as that is where the user is now', async () => {
    const { ask, done, open } = heldUp();
    await turn();
    const all = [10, 500, 90].map((place) => ask(String(place), { place }));
    open();
    await Promise.all(all);
    expect(done).toEqual(['90', '500', '10']);
  });

  it('are served in order where they follow each other, as in playback', async () => {
    const { ask, done, open } = heldUp();
    await turn();
    const all = [300, 10, 11, 12].map((place) => ask(String(place), { place }));
    open();
    await Promise.all(all);
    expect(done).toEqual(['10', '11', '12', '300']);
  });

  it('let sound go first and thumbnails last', async () => {
    const { ask, done, open } = heldUp();
    await turn();
    const all = [
      ask('screen', { place: 9 }),
      ask('sound', { urgency: 'sound', place: 100 }),
      ask('thumbnail', { urgency: 'background', place: 200 }),
    ];
    open();
    await Promise.all(all);
    expect(done).toEqual(['sound', 'screen', 'thumbnail']);
  });

  it('for the same thing share the work, at the greater urgency', async () => {
    const { ask, done, open } = heldUp();
    await turn();
    const all = [
      ask('shared', { urgency: 'background', place: 50 }),
      ask('screen', { place: 9 }),
      ask('shared', { place: 50 }),
    ];
    open();
    expect(await Promise.all(all)).toEqual(['shared', 'screen', 'shared']);
    expect(done).toEqual(['shared', 'screen']);
  });

  it('are never begun once nobody waits for them', async () => {
    const { ask, done, open } = heldUp();
    await turn();
    const [one, other] = [new AbortController(), new AbortController()];
    const both = [ask('shared', { signal: one.signal }), ask('shared', { signal: other.signal })];
    const left = new AbortController();
    const alone = ask('left', { signal: left.signal });
    one.abort();
    left.abort();
    await expect(both[0]).rejects.toMatchObject({ code: 'cancelled' });
    await expect(alone).rejects.toMatchObject({ code: 'cancelled' });
    open();
    expect(await both[1]).toBe('shared');
    expect(done).toEqual(['shared']);
  });

  it('that were begun go on when they are cancelled, and hear of it', async () => {
    const queue = new FramesQueue();
    const abort = new AbortController();
    const gate = Promise.withResolvers<void>();
    let heard: AbortSignal | undefined;
    const work = async (signal: AbortSignal) => {
      heard = signal;
      await gate.promise;
    };
    const asked = queue.ask({ key: 'a', urgency: 'screen', clip: 'c', place: 0, work }, abort.signal);
    await turn();
    abort.abort();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    expect(heard?.aborted).toBe(true);
    const next = queue.ask({
      key: 'b',
      urgency: 'screen',
      clip: 'c',
      place: 0,
      work: () => Promise.resolve(2),
    });
    gate.resolve();
    expect(await next).toBe(2);
  });

  it('fail alone', async () => {
    const { ask, queue, open, first } = heldUp();
    const failing = queue.ask({
      key: 'failing',
      urgency: 'screen',
      clip: 'clip',
      place: 0,
      work: () => Promise.reject(new Error('no')),
    });
    const other = ask('other');
    open();
    await first;
    await expect(failing).rejects.toThrow('no');
    expect(await other).toBe('other');
  });

  it('end when the queue is closed', async () => {
    const { ask, queue, first } = heldUp();
    const waiting = ask('waiting');
    queue.dispose();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await expect(ask('later')).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('do not join one that was given up and is on its way out', async () => {
    const queue = new FramesQueue();
    const stopped = Promise.withResolvers<void>();
    let runs = 0;
    const work = async (signal: AbortSignal) => {
      runs += 1;
      if (runs > 1) return 'frame';
      await stopped.promise;
      signal.throwIfAborted();
      return 'never';
    };
    const task = { key: 'index', urgency: 'screen', clip: 'clip', place: 0, work } as const;
    const abort = new AbortController();
    const first = queue.ask(task, abort.signal);
    await turn();
    abort.abort();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    const second = queue.ask(task);
    stopped.resolve();
    expect(await second).toBe('frame');
  });
});
