import { describe, expect, it } from 'vitest';
import {
  recurrentStream,
  type RecurrentWindow,
  type RecurrentWork,
} from '../../../src/main/inference/schedule/recurrent-stream.ts';

/** Values are texts: frames `f0`, `f1`, ..., results `r0`, ... */
class Recorder implements RecurrentWork<string> {
  readonly windows: string[] = [];
  readonly held = new Set<string>();
  mostHeld = 0;
  failAt = Infinity;

  restore(position: number, window: RecurrentWindow<string>): Promise<string> {
    if (position === this.failAt) return Promise.reject(new Error('failed'));
    const { previous, current, next, restored } = window;
    for (const value of [previous, current, next, restored])
      if (!this.held.has(value)) throw new Error(`${value} was released`);
    this.windows.push(`${previous} ${current} ${next} ${restored}`);
    this.hold(`r${position}`);
    return Promise.resolve(`r${position}`);
  }

  release(value: string): void {
    if (!this.held.delete(value)) throw new Error(`${value} was released twice`);
  }

  hold(value: string): void {
    this.held.add(value);
    this.mostHeld = Math.max(this.mostHeld, this.held.size);
  }

  async *frames(count: number): AsyncGenerator<string> {
    for (let index = 0; index < count; index++) {
      await Promise.resolve();
      this.hold(`f${index}`);
      yield `f${index}`;
    }
  }
}

async function collect(count: number, recorder = new Recorder()) {
  const results: string[] = [];
  for await (const result of recurrentStream(recorder.frames(count), recorder)) {
    expect(recorder.held).toContain(result);
    results.push(result);
  }
  return { results, recorder };
}

describe('a recurrent stream', () => {
  it('gives N results for N frames, in order, and keeps nothing', async () => {
    for (const count of [0, 1, 2, 3, 10]) {
      const { results, recorder } = await collect(count);
      expect(results).toEqual(Array.from({ length: count }, (_, index) => `r${index}`));
      expect(recorder.held.size).toBe(0);
    }
  });

  it('sees the neighbours and the previous result; at the ends the frame itself', async () => {
    const { recorder } = await collect(4);
    expect(recorder.windows).toEqual(['f0 f0 f1 f0', 'f0 f1 f2 r0', 'f1 f2 f3 r1', 'f2 f3 f3 r2']);
    expect((await collect(1)).recorder.windows).toEqual(['f0 f0 f0 f0']);
  });

  it('holds three frames and two results at most, however long the clip', async () => {
    const { recorder } = await collect(50);
    expect(recorder.mostHeld).toBe(5);
  });

  it('starts afresh with every stream', async () => {
    const recorder = new Recorder();
    await collect(3, recorder);
    recorder.windows.length = 0;
    await collect(2, recorder);
    expect(recorder.windows).toEqual(['f0 f0 f1 f0', 'f0 f1 f1 r0']);
  });

  it('releases everything when the receiver stops, when the work fails, and when the source fails', async () => {
    const stopped = new Recorder();
    for await (const result of recurrentStream(stopped.frames(9), stopped)) if (result === 'r3') break;
    expect(stopped.held.size).toBe(0);

    const failing = new Recorder();
    failing.failAt = 2;
    await expect(collect(9, failing)).rejects.toThrow('failed');
    expect(failing.held.size).toBe(0);

    const cut = new Recorder();
    async function* source() {
      yield* cut.frames(3);
      throw new Error('cut off');
    }
    const run = async () => {
      for await (const result of recurrentStream(source(), cut)) expect(result).toMatch(/^r/);
    };
    await expect(run()).rejects.toThrow('cut off');
    expect(cut.held.size).toBe(0);
  });
});
