import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { readAhead } from '../../../src/main/render/read-ahead.ts';

function source(count: number, failAt = Infinity) {
  const state = { made: 0, closed: false };
  async function* values() {
    try {
      for (let value = 0; value < count; value++) {
        await Promise.resolve();
        if (value === failAt) throw new Error('broken');
        state.made++;
        yield value;
      }
    } finally {
      state.closed = true;
    }
  }
  return { state, values: values() };
}

describe('reading ahead', () => {
  it('gives every value in order', async () => {
    const { values } = source(20);
    expect(await Array.fromAsync(readAhead(values, 3, () => undefined))).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
  });

  it('has the next values ready while one is being used, and no more of them', async () => {
    const { state, values } = source(20);
    const ahead = readAhead(values, 3, () => undefined);
    await ahead.next();
    // All that waits for promises only has come to its end by then.
    await turn();
    expect(state.made).toBe(4);
    await ahead.return();
  });

  it('hands back what was made for nothing when the consumer stops, and closes the source', async () => {
    const { state, values } = source(20);
    const discarded: number[] = [];
    for await (const value of readAhead(values, 2, (each) => discarded.push(each))) if (value === 1) break;
    expect(discarded).toEqual([2, 3]);
    expect(state).toEqual({ made: 4, closed: true });
  });

  it('passes a failure on in its place', async () => {
    const { values } = source(20, 2);
    const seen: number[] = [];
    const reading = (async () => {
      for await (const value of readAhead(values, 5, () => undefined)) seen.push(value);
    })();
    await expect(reading).rejects.toThrow('broken');
    expect(seen).toEqual([0, 1]);
  });
});
