import { describe, expect, it } from 'vitest';
import { FRAMES, fakeApp, problemOf } from './support/fake-services.ts';
import { DEBLUR, UNKNOWN } from './support/requests.ts';

describe('a clip', () => {
  it('has cuts: what is known of them, and an end to looking for them', async () => {
    const app = fakeApp();
    const id = await app.open();
    expect(await (await app.fetch(`/api/clips/${id}/cuts`)).json()).toEqual({
      state: 'looking',
      framesDone: 0,
    });
    const stopped = await app.fetch(`/api/clips/${id}/cuts/search`, { method: 'DELETE' });
    expect(await stopped.json()).toEqual({ state: 'stopped', framesDone: 3 });
    const unknown = await app.fetch(`/api/clips/${UNKNOWN}/cuts`);
    expect((await problemOf(unknown)).code).toBe('not-found');
  });

  it('keeps cuts that are given, each once and in order', async () => {
    const app = fakeApp();
    const id = await app.open();
    const deblur = { ...DEBLUR, cuts: [4, 1, 4] };
    const response = await app.send('PATCH', `/api/clips/${id}/choices`, { deblur });
    expect(await response.json()).toMatchObject({ deblur: { cuts: [1, 4] } });
    for (const cuts of [[], 'none', 'detect']) {
      const other = await app.send('PATCH', `/api/clips/${id}/choices`, { deblur: { ...DEBLUR, cuts } });
      expect(await other.json()).toMatchObject({ deblur: { cuts } });
    }
  });

  it('refuses cuts behind its end wherever they are given, and says why', async () => {
    const app = fakeApp();
    const id = await app.open();
    const deblur = { ...DEBLUR, cuts: [2, FRAMES] };
    const message = `There is no frame ${FRAMES} for a cut: the clip has ${FRAMES}.`;
    const choice = await app.send('PATCH', `/api/clips/${id}/choices`, { deblur });
    expect(await problemOf(choice)).toMatchObject({ code: 'usage', detail: message });
    const recipe = await app.send('POST', `/api/clips/${id}/recipe`, deblur);
    expect(await recipe.json()).toMatchObject({ problem: { code: 'usage', message } });
    const order = { kind: 'preview', clip: id, deblur, range: { from: 0, to: 1 } };
    expect(await problemOf(await app.send('POST', '/api/jobs', order))).toMatchObject({ detail: message });
    expect(await (await app.fetch(`/api/clips/${id}`)).json()).not.toHaveProperty('choices.deblur.cuts');
  });

  it.each([
    ['frame 0', [0], 'frame 1 or later, as frame 0 begins the clip anyway'],
    ['a frame before the clip', [-3], 'frame 1 or later'],
    ['half a frame', [2.5], 'at most 10000 numbers of frames'],
    ['a time', [{ numerator: 1, denominator: 2 }], 'at most 10000 numbers of frames'],
    ['a text', ['2'], 'at most 10000 numbers of frames'],
    ['more than anyone cuts', Array.from({ length: 10_001 }, (_, index) => index + 1), '10000'],
  ])('refuses %s as a cut, and says what cuts are', async (_what, cuts, said) => {
    const app = fakeApp();
    const id = await app.open();
    const response = await app.send('PATCH', `/api/clips/${id}/choices`, { deblur: { ...DEBLUR, cuts } });
    expect(await problemOf(response)).toMatchObject({
      code: 'request-invalid',
      detail: expect.stringContaining(said),
    });
  });
});
