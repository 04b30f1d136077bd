import { beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../../src/renderer/transport/clock.ts';
import { FrameTimes } from '../../../../src/renderer/transport/frame-times.ts';
import { Player } from '../../../../src/renderer/transport/player.ts';

/** Frames of 40, 40, 120, 40 and 160 ms. */
const TIMES = new FrameTimes(Float64Array.of(0, 0.04, 0.08, 0.2, 0.24, 0.4));
const WHOLE = { from: 0, to: 5 };

describe('FrameTimes', () => {
  it.each([
    [-1, 0],
    [0, 0],
    [0.039, 0],
    [0.04, 1],
    [0.199, 2],
    [0.24, 4],
    [9, 4],
  ])('shows at %s s frame %s', (seconds, index) => expect(TIMES.indexAt(seconds)).toBe(index));

  it('knows length and mean rate', () => {
    expect([TIMES.count, TIMES.duration, TIMES.rate]).toEqual([5, 0.4, 12.5]);
  });

  it('finds every frame of a hundred thousand by its own time', () => {
    const times = FrameTimes.even(100_000, 100_000 / (30_000 / 1001));
    for (const index of [0, 1, 54_321, 99_999]) expect(times.indexAt(times.at(index))).toBe(index);
  });
});

describe('Player', () => {
  let now: number;
  let frames: number[];
  let ended: number;
  let tick: (() => void) | undefined;
  let player: Player;

  beforeEach(() => {
    [now, frames, ended, tick] = [0, [], 0, undefined];
    player = new Player({
      clock: new SystemClock(() => now),
      times: () => TIMES,
      onFrame: (index) => frames.push(index),
      onEnd: () => (ended += 1),
      nextTick: (callback) => {
        tick = callback;
        return () => (tick = undefined);
      },
    });
  });

  function passes(milliseconds: number): void {
    now += milliseconds;
    const due = tick;
    tick = undefined;
    due?.();
  }

  it('shows each frame for as long as the clip does', () => {
    player.play({ from: 0, speed: 1, span: WHOLE, loop: false });
    for (let time = 0; time < 390; time += 20) passes(20);
    expect(frames).toEqual([0, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4]);
  });

  it('leaves frames out rather than being late', () => {
    player.play({ from: 0, speed: 1, span: WHOLE, loop: false });
    passes(210);
    expect(frames).toEqual([3]);
  });

  it('stops at the end, on the last frame', () => {
    player.play({ from: 3, speed: 1, span: WHOLE, loop: false });
    passes(5000);
    expect(frames).toEqual([4]);
    expect(ended).toBe(1);
    passes(20);
    expect(frames).toEqual([4]);
  });

  it('plays backwards, each frame from its end', () => {
    player.play({ from: 2, speed: -1, span: WHOLE, loop: false });
    for (let count = 0; count < 5; count += 1) passes(40);
    expect(frames).toEqual([2, 2, 1, 0, 0]);
    passes(1);
    expect([frames.at(-1), ended]).toEqual([0, 1]);
  });

  it('plays faster by leaving out frames', () => {
    player.play({ from: 0, speed: 4, span: WHOLE, loop: false });
    passes(30);
    expect(frames).toEqual([2]);
  });

  it('goes round in the range', () => {
    player.play({ from: 1, speed: 1, span: { from: 1, to: 3 }, loop: true });
    passes(100);
    passes(100);
    passes(45);
    expect(frames).toEqual([2, 1, 2]);
    expect(ended).toBe(0);
  });

  it('never goes back a frame because its clock says a little less than it was told', () => {
    const clock = { start: () => undefined, seconds: () => 0.0799, stop: () => undefined };
    const exact = new Player({
      clock,
      times: () => TIMES,
      onFrame: (index) => frames.push(index),
      onEnd: () => undefined,
      nextTick: (callback) => {
        tick = callback;
        return () => undefined;
      },
    });
    exact.play({ from: 2, speed: 1, span: WHOLE, loop: false });
    passes(20);
    expect(frames).toEqual([2]);
  });

  it('is silent once it is stopped', () => {
    player.play({ from: 0, speed: 1, span: WHOLE, loop: false });
    player.stop();
    passes(100);
    expect(frames).toEqual([]);
  });
});
