import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { FoundCuts } from '../../../src/shared/api/cuts.ts';
import type { FindCutsRequest } from '../../../src/shared/cut-finding.ts';
import { AcutanceError, type ProblemDescription } from '../../../src/shared/errors.ts';
import type { StoredCuts } from '../../../src/main/project/project-store.ts';
import { CutFinder } from '../../../src/main/render/cut-finder.ts';
import type { EngineClient, RunOptions } from '../../../src/main/render/engine-client.ts';
import type { RenderClip } from '../../../src/main/render/render-service.ts';
import { fakeIndex } from '../routes/support/fake-services.ts';

/** An engine whose one job goes on as the test tells it. */
class FakeEngine {
  readonly pid = undefined;
  readonly requests: FindCutsRequest[] = [];
  #options: RunOptions = {};
  #job: PromiseWithResolvers<unknown> | undefined;

  run(_kind: string, request: FindCutsRequest, options: RunOptions): Promise<unknown> {
    this.requests.push(request);
    const job = Promise.withResolvers<unknown>();
    this.#options = options;
    this.#job = job;
    options.signal?.addEventListener('abort', () => job.reject(new AcutanceError('cancelled', 'Cancelled.')));
    return job.promise;
  }

  cut(number: number): void {
    this.#options.onEvent?.({ type: 'cut', number });
  }

  /** So many frames of the present job are done. */
  done(framesDone: number): void {
    this.#options.onEvent?.({ type: 'progress', progress: { framesDone } });
  }

  finish(): void {
    this.#job?.resolve({ frames: 0 });
  }

  fail(error: Error): void {
    this.#job?.reject(error);
  }

  async stop(): Promise<void> {}

  async dispose(): Promise<void> {
    this.#job?.reject(new AcutanceError('cancelled', 'Cancelled.'));
  }
}

function clipOf(letter: string, frames = 100): RenderClip {
  const path = `/${letter}.mp4`;
  const { index } = fakeIndex(path);
  return { id: letter.repeat(32), path, name: letter, frames, index, width: 4, height: 2, rotation: 0 };
}

const [A, B] = [clipOf('a'), clipOf('b')];

describe('CutFinder', () => {
  let engine: FakeEngine;
  let stored: Map<string, StoredCuts & { detector: number }>;
  let told: [clip: string, cuts: FoundCuts][];
  let problems: ProblemDescription[];
  let changed: boolean;
  let finder: CutFinder;

  beforeEach(() => {
    // However long the machine takes: what is told now and then is told when the clock of the test says so.
    vi.useFakeTimers({ toFake: ['performance'] });
    stored = new Map();
    changed = false;
    start();
    return async () => {
      await finder.dispose();
      vi.useRealTimers();
    };
  });

  function start(keep?: () => void): void {
    engine = new FakeEngine();
    told = [];
    problems = [];
    finder = new CutFinder({
      engine: engine as unknown as EngineClient,
      store: {
        foundCuts: (id, detector) => {
          const found = stored.get(id);
          return found?.detector === detector ? found : undefined;
        },
        keepFoundCuts: (id, detector, cuts) => {
          keep?.();
          stored.set(id, { ...cuts, detector });
        },
      },
      locate: async () => {
        if (changed) throw new AcutanceError('not-found', 'It has changed.');
      },
      onChange: (clip, cuts) => told.push([clip, cuts]),
      onProblem: (problem) => problems.push(problem),
    });
  }

  const settled = () => new Promise((resolve) => setTimeout(resolve));

  it('answers at once, and tells the cuts once all frames were looked at', async () => {
    expect(finder.find(A)).toEqual({ state: 'looking', framesDone: 0 });
    await settled();
    expect(engine.requests).toEqual([{ input: '/a.mp4', index: A.index, from: 0 }]);
    engine.cut(9);
    engine.done(10);
    engine.cut(40);
    expect(finder.find(A)).toEqual({ state: 'looking', framesDone: 10 });
    engine.finish();
    await settled();
    expect(told).toEqual([[A.id, { state: 'found', cuts: [9, 40] }]]);
    expect(finder.find(A)).toEqual({ state: 'found', cuts: [9, 40] });
    expect(engine.requests).toHaveLength(1);
  });

  it('never looks twice at a clip, whoever looked at it first', async () => {
    finder.find(A);
    await settled();
    engine.cut(9);
    engine.finish();
    await settled();
    start();
    expect(finder.find(A)).toEqual({ state: 'found', cuts: [9] });
    expect(engine.requests).toEqual([]);
  });

  it('looks anew with a newer detector', async () => {
    stored.set(A.id, { detector: 0, searched: 100, cuts: [3] });
    expect(finder.find(A)).toEqual({ state: 'looking', framesDone: 0 });
  });

  it('looks at the clip that was asked for last first, and then goes on with the other where it was', async () => {
    finder.find(A);
    await settled();
    engine.cut(9);
    engine.done(30);
    // Found, but not counted yet: it will be found again.
    engine.cut(30);
    finder.find(B);
    await settled();
    expect(engine.requests.at(-1)).toMatchObject({ input: '/b.mp4', from: 0 });
    engine.finish();
    await settled();
    expect(engine.requests.at(-1)).toMatchObject({ input: '/a.mp4', from: 30 });
    engine.cut(30);
    engine.done(1);
    engine.finish();
    await settled();
    expect(told.at(-1)).toEqual([A.id, { state: 'found', cuts: [9, 30] }]);
  });

  it('gives way to frames on the screen, and goes on where it was when none were wanted for a second', async () => {
    vi.useRealTimers();
    vi.useFakeTimers();
    finder.find(A);
    await vi.advanceTimersByTimeAsync(0);
    engine.cut(9);
    engine.done(30);
    finder.giveWay();
    await vi.advanceTimersByTimeAsync(900);
    finder.giveWay();
    await vi.advanceTimersByTimeAsync(900);
    expect(engine.requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(engine.requests.at(-1)).toMatchObject({ from: 30 });
    engine.finish();
    await vi.advanceTimersByTimeAsync(0);
    expect(told.at(-1)).toEqual([A.id, { state: 'found', cuts: [9] }]);
  });

  it('ends while it gives way', async () => {
    finder.giveWay();
    finder.find(A);
    await settled();
    await finder.dispose();
    expect(engine.requests).toEqual([]);
  });

  it('stops, and goes on later where it was, in another start as well', async () => {
    finder.find(A);
    await settled();
    engine.cut(9);
    engine.done(30);
    expect(finder.stop(A)).toEqual({ state: 'stopped', framesDone: 30 });
    await settled();
    expect(told).toEqual([[A.id, { state: 'stopped', framesDone: 30 }]]);
    start();
    expect(finder.stop(A)).toEqual({ state: 'stopped', framesDone: 30 });
    expect(finder.find(A)).toEqual({ state: 'looking', framesDone: 30 });
    await settled();
    expect(engine.requests).toMatchObject([{ from: 30 }]);
  });

  it('keeps what was found when the program ends', async () => {
    finder.find(A);
    await settled();
    engine.cut(9);
    engine.done(30);
    await finder.dispose();
    expect(stored.get(A.id)).toMatchObject({ searched: 30, cuts: [9] });
    expect(finder.find(A)).toEqual({ state: 'stopped', framesDone: 30 });
  });

  it('tells why they can’t be found, and tries again when it is asked again', async () => {
    finder.find(A);
    await settled();
    engine.fail(new AcutanceError('input-corrupt', 'It is damaged.', { hint: 'Copy it again.' }));
    await settled();
    const problem = { code: 'input-corrupt', message: 'It is damaged.', hint: 'Copy it again.' };
    expect(told).toEqual([[A.id, { state: 'failed', problem }]]);
    expect(finder.find(A)).toMatchObject({ state: 'looking' });
  });

  it('keeps nothing of a file that was changed meanwhile', async () => {
    finder.find(A);
    await settled();
    engine.cut(9);
    changed = true;
    engine.finish();
    await settled();
    expect(told.at(-1)).toMatchObject([A.id, { state: 'failed', problem: { code: 'not-found' } }]);
    expect(stored.size).toBe(0);
  });

  it('gives the cuts all the same where they can’t be stored, and says so', async () => {
    start(() => {
      throw new AcutanceError('disk-full', 'The disk is full.');
    });
    finder.find(A);
    await settled();
    engine.cut(9);
    engine.finish();
    await settled();
    expect(problems).toMatchObject([{ code: 'disk-full' }]);
    expect(finder.find(A)).toEqual({ state: 'found', cuts: [9] });
  });
});
