import { describe, expect, it } from 'vitest';
import { cascadeStream } from '../../../src/main/inference/schedule/cascade-stream.ts';

/** A restored frame written as the expression that made it: "(0 1 2)" is a stage applied to frames 0, 1, 2. */
interface Symbolic {
  text: string;
}

interface Trace {
  outputs: string[];
  runs: { stage: number; position: number; text: string }[];
  mostAlive: number;
  alive: Set<Symbolic>;
}

async function stream(frames: number, stages: number, stopAfter = Infinity): Promise<Trace> {
  const trace: Trace = { outputs: [], runs: [], mostAlive: 0, alive: new Set() };
  const enter = (value: Symbolic) => {
    trace.alive.add(value);
    trace.mostAlive = Math.max(trace.mostAlive, trace.alive.size);
    return value;
  };
  async function* source() {
    for (let i = 0; i < frames; i++) {
      await Promise.resolve();
      yield enter({ text: String(i) });
    }
  }
  const restored = cascadeStream<Symbolic>(source(), {
    stages,
    async restore(stage, position, previous, middle, next) {
      await Promise.resolve();
      for (const value of [previous, middle, next]) expect(trace.alive.has(value)).toBe(true);
      const text = `(${previous.text} ${middle.text} ${next.text})`;
      trace.runs.push({ stage, position, text });
      return enter({ text });
    },
    release(value) {
      expect(trace.alive.delete(value)).toBe(true);
    },
  });
  for await (const value of restored) {
    trace.outputs.push(value.text);
    expect(trace.alive.delete(value)).toBe(true);
    if (trace.outputs.length === stopAfter) break;
  }
  return trace;
}

/** Frame at a virtual position, from the rule of the published border option written out independently. */
function mirrored(position: number, frames: number): number {
  let frame = position;
  if (position < 0) frame = -position % 2;
  else if (position >= frames) frame = frames - 1 - ((position - frames + 1) % 2);
  return Math.min(Math.max(frame, 0), frames - 1);
}

/** The whole virtual list, stage after stage, nothing streamed and nothing reused. */
function wholeList(frames: number, stages: number): { outputs: string[]; distinct: Set<string>[] } {
  let list: string[] = [];
  for (let i = -stages; i < frames + stages; i++) list.push(String(mirrored(i, frames)));
  const distinct: Set<string>[] = [];
  for (let stage = 1; stage <= stages; stage++) {
    list = list.slice(1, -1).map((middle, i) => `(${list[i]} ${middle} ${list[i + 2]})`);
    distinct.push(new Set(list));
  }
  return { outputs: list, distinct };
}

describe('the cascade schedule', () => {
  for (const stages of [1, 2, 3]) {
    for (const frames of [1, 2, 3, 4, 5, 6, 7, 8]) {
      it(`gives what the whole list gives: ${frames} frames, ${stages} stages`, async () => {
        const trace = await stream(frames, stages);
        const reference = wholeList(frames, stages);
        expect(trace.outputs).toEqual(reference.outputs);
        for (let stage = 1; stage <= stages; stage++) {
          const texts = trace.runs.filter((run) => run.stage === stage).map((run) => run.text);
          expect(new Set(texts)).toEqual(reference.distinct[stage - 1]);
          expect(texts.length).toBeLessThanOrEqual(frames + 2 * (stages - stage));
        }
        expect(trace.alive.size).toBe(0);
      });
    }
  }

  it('uses the windows of the published border option', async () => {
    const { runs } = await stream(5, 1);
    expect(runs.map((run) => run.text)).toEqual(['(1 0 1)', '(0 1 2)', '(1 2 3)', '(2 3 4)', '(3 4 3)']);
    const five = await stream(6, 2);
    expect(five.outputs[0]).toBe('((0 1 0) (1 0 1) (0 1 2))');
    expect(five.outputs[5]).toBe('((3 4 5) (4 5 4) (5 4 5))');
  });

  it('numbers positions by frames of the clip, virtual ones outside it', async () => {
    const { runs } = await stream(3, 2);
    const first = runs.filter((run) => run.stage === 1);
    expect(first.map((run) => [run.position, run.text])).toEqual([
      [-1, '(0 1 0)'],
      [0, '(1 0 1)'],
      [1, '(0 1 2)'],
      [2, '(1 2 1)'],
      [3, '(2 1 2)'],
    ]);
    expect(runs.filter((run) => run.stage === 2).map((run) => run.position)).toEqual([0, 1, 2]);
  });

  it('runs each stage once per frame, and once per virtual position at the ends', async () => {
    const { runs } = await stream(50, 2);
    expect(runs.length).toBe(50 + 52);
    expect(new Set(runs.map((run) => run.text)).size).toBe(runs.length);
  });

  it('runs each stage once for a clip of one frame', async () => {
    expect((await stream(1, 3)).runs.length).toBe(3);
  });

  it('holds a bounded number of frames, however long the clip', async () => {
    for (const stages of [1, 2, 3]) {
      const long = await stream(60, stages);
      expect(long.mostAlive).toBe((await stream(20, stages)).mostAlive);
      expect(long.mostAlive).toBeLessThanOrEqual(2 * stages + 2);
    }
  });

  it('gives nothing for an empty clip', async () => {
    expect((await stream(0, 2)).outputs).toEqual([]);
  });

  it('releases what it holds when the consumer stops early', async () => {
    expect((await stream(10, 2, 3)).alive.size).toBe(0);
  });
});
