import { describe, expect, it } from 'vitest';
import { UnreachableError } from '../../../../src/renderer/api/client.ts';
import { Attempt } from '../../../../src/renderer/design/attempt.svelte.ts';
import { AcutanceError } from '../../../../src/shared/errors.ts';

describe('an attempt', () => {
  it('is busy until the work is done, and hands out what it came to', async () => {
    const attempt = new Attempt();
    const { promise, resolve } = Promise.withResolvers<number>();
    const result = attempt.run(() => promise);
    expect(attempt.busy).toBe(true);
    resolve(7);
    expect(await result).toBe(7);
    expect(attempt.busy).toBe(false);
    expect(attempt.problem).toBeUndefined();
  });

  it('holds what went wrong, with what to do, until it is dismissed or tried again', async () => {
    const attempt = new Attempt();
    const problem = new AcutanceError('disk-full', 'The disk is full.', { hint: 'Free some of it.' });
    await attempt.run(() => Promise.reject(problem));
    expect(attempt.problem).toEqual({
      code: 'disk-full',
      message: 'The disk is full.',
      hint: 'Free some of it.',
    });
    attempt.dismiss();
    expect(attempt.problem).toBeUndefined();
    await attempt.run(() => Promise.reject(problem));
    await attempt.run(() => Promise.resolve());
    expect(attempt.problem).toBeUndefined();
  });

  it('is not made again by itself once a program that was away is back', async () => {
    const attempt = new Attempt();
    await attempt.run(() => Promise.reject(new UnreachableError()));
    expect(attempt.problem?.hint).toBe('Try again when the program runs again.');
  });

  it('tells only what the newest came to', async () => {
    const attempt = new Attempt();
    const old = Promise.withResolvers<string>();
    const first = attempt.run(() => old.promise);
    expect(await attempt.run(() => Promise.resolve('new'))).toBe('new');
    old.reject(new Error('late'));
    expect(await first).toBeUndefined();
    expect(attempt.problem).toBeUndefined();
  });

  it('does not call it a problem when the work was given up', async () => {
    const attempt = new Attempt();
    await attempt.run(() => Promise.reject(new DOMException('', 'AbortError')));
    expect(attempt.problem).toBeUndefined();
    expect(attempt.busy).toBe(false);
  });
});
