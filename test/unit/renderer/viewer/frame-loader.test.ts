import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FrameLoader, type Wish } from '../../../../src/renderer/viewer/frame-loader.ts';
import { settled } from '../support/server.ts';

interface Load {
  readonly index: number;
  readonly signal: AbortSignal;
  readonly answer: PromiseWithResolvers<string>;
}

describe('FrameLoader', () => {
  let loads: Load[];
  let loaded: number[];
  let failed: number[];
  let now: number;
  let loader: FrameLoader<string>;

  beforeEach(() => {
    [loads, loaded, failed, now] = [[], [], [], 0];
    loader = new FrameLoader<string>({
      load: ({ index }, signal) => {
        const answer = Promise.withResolvers<string>();
        signal.addEventListener('abort', () => answer.reject(new Error('aborted')));
        loads.push({ index, signal, answer });
        return answer.promise;
      },
      onLoaded: ({ index }) => loaded.push(index),
      onFailed: ({ index }) => failed.push(index),
      now: () => now,
    });
  });

  const urgent = (index: number): Wish => ({ frame: { index }, urgent: true });
  const ahead = (index: number): Wish => ({ frame: { index }, urgent: false });
  const underWay = () => loads.filter(({ signal }) => !signal.aborted).map(({ index }) => index);
  async function answer(index: number): Promise<void> {
    now += 10;
    loads.find((load) => load.index === index)?.answer.resolve('picture');
    await settled();
  }

  it('fetches what is waited for first, and what lies ahead when it is there', async () => {
    loader.want([urgent(5), ahead(6), ahead(4)]);
    expect(underWay()).toEqual([5]);
    await answer(5);
    expect(loaded).toEqual([5]);
    expect(underWay()).toEqual([5, 6, 4]);
  });

  it('calls off what is fetched ahead when something else is wanted', async () => {
    loader.want([urgent(5), ahead(6)]);
    await answer(5);
    loader.want([urgent(50)]);
    expect(underWay()).toEqual([5, 50]);
  });

  it('goes on with what is wanted as before', async () => {
    loader.want([urgent(5), ahead(6)]);
    await answer(5);
    loader.want([urgent(6)]);
    await answer(6);
    expect(loads).toHaveLength(2);
    expect(loaded).toEqual([5, 6]);
  });

  it('lets the frame under way arrive and then asks for the latest, however fast the playhead moves', async () => {
    for (let index = 0; index < 50; index += 1) loader.want([urgent(index)]);
    expect(underWay()).toEqual([0]);
    await answer(0);
    expect(underWay()).toEqual([0, 49]);
    await answer(49);
    expect(loaded).toEqual([0, 49]);
  });

  it('asks for the latest beside a frame that takes long, and for no third', () => {
    loader.want([urgent(5)]);
    now = 1000;
    loader.want([urgent(6)]);
    now = 2000;
    loader.want([urgent(7)]);
    expect(underWay()).toEqual([5, 6]);
  });

  it('does not wait for a frame that takes long when the playhead has come to rest', async () => {
    vi.useFakeTimers();
    loader.want([urgent(5)]);
    loader.want([urgent(6)]);
    now = 250;
    vi.advanceTimersByTime(250);
    vi.useRealTimers();
    expect(underWay()).toEqual([5, 6]);
  });

  it('calls off what the playhead has passed when it comes to rest, once the picture moves', async () => {
    vi.useFakeTimers();
    loader.want([urgent(4)]);
    now = 10;
    loads[0]?.answer.resolve('picture');
    await vi.advanceTimersByTimeAsync(0);
    loader.want([urgent(5)]);
    loader.want([urgent(6)]);
    now = 30;
    await vi.advanceTimersByTimeAsync(20);
    loader.want([urgent(7)]);
    now = 50;
    await vi.advanceTimersByTimeAsync(20);
    expect(underWay()).toEqual([4, 5]);
    now = 56;
    await vi.advanceTimersByTimeAsync(6);
    vi.useRealTimers();
    expect(underWay()).toEqual([4, 7]);
  });

  it('asks for both sides of a frame at once', () => {
    const sides = [{ index: 5 }, { index: 5, recipe: 'r' }];
    loader.want(sides.map((frame) => ({ frame, urgent: true })));
    expect(underWay()).toEqual([5, 5]);
  });

  it('lets playback’s frames arrive although the playhead has passed them', () => {
    loader.want([ahead(1), ahead(2)], true);
    loader.want([ahead(3)], true);
    expect(underWay()).toEqual([1, 2, 3]);
  });

  it('tells of a failure once and does not try again by itself', async () => {
    loader.want([urgent(5)]);
    loads[0]?.answer.reject(new Error('no'));
    await settled();
    expect(failed).toEqual([5]);
    expect(loads).toHaveLength(1);
    loader.want([urgent(5)]);
    expect(loads).toHaveLength(2);
  });

  it('does not tell of what was called off', async () => {
    loader.want([urgent(5)]);
    loader.dispose();
    await settled();
    expect(failed).toEqual([]);
    expect(underWay()).toEqual([]);
  });

  it('knows how long a frame takes', async () => {
    const before = loader.latency;
    loader.want([urgent(5)]);
    now = 400;
    await answer(5);
    expect(loader.latency).toBeGreaterThan(before);
    expect(loader.throughput).toBeLessThan(3000 / before);
  });
});
