import { describe, expect, it } from 'vitest';
import { FrameCache } from '../../../../src/renderer/viewer/frame-cache.ts';
import { madePicture } from '../support/picture.ts';

/** Ten pixels each. */
const picture = (name: string) => madePicture(name, 10, 1);

describe('FrameCache', () => {
  it('gives back what was put in', () => {
    const cache = new FrameCache(1000);
    const a = picture('a');
    cache.add('a', a);
    expect(cache.get('a')).toBe(a);
    expect(cache.get('b')).toBeUndefined();
  });

  it('closes the picture used longest ago when its budget is spent', () => {
    const cache = new FrameCache(80);
    const [a, b, c] = [picture('a'), picture('b'), picture('c')];
    cache.add('a', a);
    cache.add('b', b);
    cache.get('a');
    cache.add('c', c);
    expect([a, b, c].map(({ closed }) => closed)).toEqual([false, true, false]);
    expect(cache.bytes).toBe(80);
  });

  it('leaves open what is on the screen', () => {
    const cache = new FrameCache(80);
    const [a, b, c] = [picture('a'), picture('b'), picture('c')];
    cache.add('a', a);
    cache.add('b', b);
    cache.add('c', c, [a]);
    expect([a, b, c].map(({ closed }) => closed)).toEqual([false, true, false]);
  });

  it('keeps a picture that is larger than its budget as long as it is the newest', () => {
    const cache = new FrameCache(8);
    const a = picture('a');
    cache.add('a', a);
    expect(a.closed).toBe(false);
  });

  it('closes a picture that is replaced, and all in the end', () => {
    const cache = new FrameCache(1000);
    const [a, b, c] = [picture('a'), picture('b'), picture('c')];
    cache.add('x', a);
    cache.add('x', b);
    cache.add('y', c);
    expect([a, b, c].map(({ closed }) => closed)).toEqual([true, false, false]);
    cache.clear();
    expect([a, b, c].map(({ closed }) => closed)).toEqual([true, true, true]);
    expect(cache.bytes).toBe(0);
  });
});
