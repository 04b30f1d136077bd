import { describe, expect, it } from 'vitest';
import { FRAMES, RECIPE, fakeApp, problemOf } from './support/fake-services.ts';

const DEBLUR = { network: 'cdvd-tsp', size: 'lite', stages: 1, device: 'cpu' };

describe('a look', () => {
  it('comes as a picture that tells its scale and whose it is, and stays good for ever', async () => {
    const app = fakeApp();
    const id = await app.open();
    const response = await app.fetch(`/api/clips/${id}/looks/${RECIPE}/flow/2?part=next`);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': '3',
      'frame-width': '4',
      'frame-height': '2',
      'look-full-scale': '4.5',
      'look-part': 'next',
      'cache-control': 'private, max-age=31536000, immutable',
    });
    expect([...(await response.bytes())]).toEqual([1, 1, 2]);
    const etag = response.headers.get('etag')!;
    const same = { headers: { 'if-none-match': etag } };
    const again = await app.fetch(`/api/clips/${id}/looks/${RECIPE}/flow/2?part=next`, same);
    expect([again.status, app.looks.asked]).toEqual([304, 1]);
    for (const other of ['flow/2', 'flow/3?part=next', 'flow/2?part=previous'])
      expect((await app.fetch(`/api/clips/${id}/looks/${RECIPE}/${other}`, same)).status).toBe(200);
  });

  it('of a neighbour that is the same as the other one is the other one’s', async () => {
    const app = fakeApp();
    const path = `/api/clips/${await app.open()}/looks/${RECIPE}/flow/${FRAMES - 1}?part=next`;
    expect((await app.fetch(path)).headers.get('look-part')).toBe('previous');
  });

  it('that there is not is refused, and that is not remembered', async () => {
    const app = fakeApp();
    const id = await app.open();
    const missing = await app.fetch(`/api/clips/${id}/looks/${RECIPE}/mask/2`);
    expect([missing.status, (await problemOf(missing)).code]).toEqual([400, 'usage']);
    expect(missing.headers.get('cache-control')).toBe('no-store');
    const unheardOf = await app.fetch(`/api/clips/${id}/looks/${RECIPE}/aura/2`);
    expect([unheardOf.status, (await problemOf(unheardOf)).code]).toEqual([400, 'request-invalid']);
  });

  it('can be asked for as soon as its recipe is', async () => {
    const app = fakeApp();
    const id = await app.open();
    await app.send('POST', `/api/clips/${id}/recipe`, { ...DEBLUR, weights: 'lite' });
    expect(app.looks.remembered).toMatchObject([[RECIPE, { ...DEBLUR, weights: 'f'.repeat(64) }]]);
    await app.send('POST', `/api/clips/${id}/recipe`, { ...DEBLUR, network: 'none' });
    expect(app.looks.remembered).toHaveLength(1);
  });

  it('that a network has is listed with it', async () => {
    const [network] = (await (await fakeApp().fetch('/api/networks')).json()) as [{ looks: unknown }];
    expect(network.looks).toEqual([
      { name: 'flow', title: 'Optical flow', stage: 'last', parts: ['previous', 'next'] },
    ]);
  });
});
