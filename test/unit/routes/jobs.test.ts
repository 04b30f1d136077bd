import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LAUNCH, RECIPE, fakeApp, problemOf } from './support/fake-services.ts';
import { DEBLUR, eventAfter } from './support/requests.ts';

describe('jobs', () => {
  const preview = (clip: string) => ({ kind: 'preview', clip, deblur: DEBLUR, range: { from: 0, to: 2 } });
  const exporting = (clip: string, output: string) => ({
    kind: 'export',
    clip,
    deblur: null,
    range: null,
    preset: 'h264',
    output,
  });

  it('start, are listed, told of, cancelled and removed', async () => {
    const app = fakeApp();
    const started = await app.send('POST', '/api/jobs', preview(await app.open()));
    expect(started.status).toBe(200);
    const { id } = (await started.json()) as { id: string };
    expect(await (await app.fetch('/api/jobs')).json()).toMatchObject([{ id, state: 'queued' }]);
    expect(await eventAfter(app, `${LAUNCH}:0`)).toMatchObject({ type: 'job', job: { id } });
    const early = await app.fetch(`/api/jobs/${id}`, { method: 'DELETE' });
    expect([early.status, (await problemOf(early)).code]).toEqual([400, 'usage']);
    const cancelled = await app.fetch(`/api/jobs/${id}/cancel`, { method: 'POST' });
    expect(await cancelled.json()).toMatchObject({ id, state: 'cancelled' });
    const removed = await app.fetch(`/api/jobs/${id}`, { method: 'DELETE' });
    expect([removed.status, await removed.text()]).toEqual([204, '']);
    expect(await (await app.fetch('/api/jobs')).json()).toEqual([]);
    expect((await problemOf(await app.fetch(`/api/jobs/${id}`, { method: 'DELETE' }))).code).toBe(
      'not-found',
    );
  });

  it('write only where the user may', async () => {
    const app = fakeApp();
    const id = await app.open();
    for (const output of ['/etc/out.mp4', `${app.root}/../out.mp4`, 'out.mp4', `${app.root}/none/out.mp4`]) {
      const response = await app.send('POST', '/api/jobs', exporting(id, output));
      expect([output, (await problemOf(response)).code]).toEqual([
        output,
        output.includes('none') ? 'output-unwritable' : 'path-refused',
      ]);
    }
    const allowed = await app.send('POST', '/api/jobs', exporting(id, join(app.root, 'out.mp4')));
    expect(allowed.status).toBe(200);
    expect(app.render.lastOrder).toMatchObject({ overwrite: false, allowDamaged: false });
  });

  it('never read a file that a page names as weights', async () => {
    const app = fakeApp();
    const id = await app.open();
    const bad = { ...preview(id), deblur: { ...DEBLUR, weights: '/etc/passwd' } };
    expect((await problemOf(await app.send('POST', '/api/jobs', bad))).code).toBe('weights-missing');
    const good = { ...preview(id), deblur: { ...DEBLUR, weights: 'lite' } };
    await app.send('POST', '/api/jobs', good);
    expect(app.render.lastOrder).toMatchObject({ deblur: { weights: 'f'.repeat(64) } });
  });
});

describe('a recipe', () => {
  it('says what settings come to, or why they can’t be carried out', async () => {
    const app = fakeApp();
    const path = `/api/clips/${await app.open()}/recipe`;
    expect(await (await app.send('POST', path, DEBLUR)).json()).toEqual({
      recipe: RECIPE,
      rendered: [{ from: 1, to: 2 }],
      device: 'cpu',
      weights: 'lite',
    });
    const impossible = await app.send('POST', path, { ...DEBLUR, network: 'none' });
    expect(impossible.status).toBe(200);
    expect(await impossible.json()).toEqual({
      problem: { code: 'usage', message: 'There is no network "none".', hint: 'Choose one.' },
    });
    const invalid = await app.send('POST', path, { ...DEBLUR, stages: 99 });
    expect([invalid.status, (await problemOf(invalid)).detail]).toEqual([
      400,
      expect.stringContaining('stages'),
    ]);
  });
});

describe('the catalogue', () => {
  it('lists devices and networks', async () => {
    const app = fakeApp();
    expect(await (await app.fetch('/api/devices')).json()).toMatchObject([{ device: 'cpu', usable: true }]);
    expect(await (await app.fetch('/api/networks')).json()).toMatchObject([{ id: 'cdvd-tsp' }]);
  });
});
