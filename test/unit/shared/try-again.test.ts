import { describe, expect, it } from 'vitest';
import { tryAgain } from '../../../src/shared/try-again.ts';

const patience = {
  passes: (thrown: unknown) => thrown instanceof Error && thrown.message === 'busy',
  attempts: 3,
  pauseMs: 1,
};

/** Fails with each of these in turn, then works. */
function failing(...reasons: string[]) {
  let calls = 0;
  const work = (): string => {
    const reason = reasons[calls++];
    if (reason !== undefined) throw new Error(reason);
    return 'done';
  };
  return { work, calls: () => calls };
}

describe('trying again', () => {
  it('ends with the first attempt that works', () => {
    const { work, calls } = failing('busy', 'busy');
    expect(tryAgain(work, patience)).toBe('done');
    expect(calls()).toBe(3);
  });

  it('ends when patience does', () => {
    const { work, calls } = failing('busy', 'busy', 'busy', 'busy');
    expect(() => tryAgain(work, patience)).toThrow('busy');
    expect(calls()).toBe(3);
  });

  it('ends at once with what does not pass', () => {
    const { work, calls } = failing('broken');
    expect(() => tryAgain(work, patience)).toThrow('broken');
    expect(calls()).toBe(1);
  });
});
