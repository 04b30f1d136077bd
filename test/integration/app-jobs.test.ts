import { copyFileSync, existsSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Recipe } from '../../src/shared/api/clip.ts';
import type { Job } from '../../src/shared/api/job.ts';
import { fixture } from './support/media-copy.ts';
import { problemOf, startApp } from './support/running-app.ts';

const DEBLUR = { network: 'cdvd-tsp', size: 'lite', stages: 1, device: 'cpu' } as const;

async function openClip(app: Awaited<ReturnType<typeof startApp>>) {
  const path = join(app.root, 'clip.mp4');
  copyFileSync(fixture('rotated.mp4'), path);
  return app.open(path);
}

describe('deblurring for the screen', () => {
  it('makes frames that can be fetched as soon as an event names them', async () => {
    const app = await startApp();
    const { id } = await openClip(app);
    const recipe = (await (await app.send('POST', `/api/clips/${id}/recipe`, DEBLUR)).json()) as Recipe;
    expect(recipe).toMatchObject({ rendered: [], device: 'cpu', weights: 'cdvd-tsp-lite' });
    const address = `/api/clips/${id}/restored/${recipe.recipe}/1`;
    expect((await problemOf(await app.get(address))).code).toBe('frame-not-rendered');

    const order = { kind: 'preview', clip: id, deblur: DEBLUR, range: { from: 1, to: 3 } };
    const job = (await (await app.send('POST', '/api/jobs', order)).json()) as Job;
    await app.waitFor('rendered', ({ range }) => range.from === 1);
    const restored = await app.get(address);
    expect(restored.status).toBe(200);
    const original = await app.get(`/api/clips/${id}/frames/1`);
    expect(restored.headers.get('frame-width')).toBe(original.headers.get('frame-width'));
    expect(Buffer.compare(await restored.bytes(), await original.bytes())).not.toBe(0);

    expect(await app.ended(job.id)).toMatchObject({ state: 'done', framesDone: 2, recipe: recipe.recipe });
    expect(await (await app.send('POST', `/api/clips/${id}/recipe`, DEBLUR)).json()).toMatchObject({
      rendered: [{ from: 1, to: 3 }],
    });
    expect(app.logged).toEqual([]);
  });

  it('says what is wrong with settings next to them', async () => {
    const app = await startApp();
    const { id } = await openClip(app);
    const ask = async (change: object) =>
      (await app.send('POST', `/api/clips/${id}/recipe`, { ...DEBLUR, ...change })).json();
    expect(await ask({ network: 'unknown' })).toMatchObject({ problem: { code: 'usage' } });
    expect(await ask({ size: 'huge' })).toMatchObject({ problem: { code: 'usage' } });
    expect(await ask({ weights: '/etc/passwd' })).toMatchObject({ problem: { code: 'weights-missing' } });
    expect(await ask({ weights: 'package.json' })).toMatchObject({ problem: { code: 'weights-missing' } });
  });
});

describe('exporting', () => {
  const order = (clip: string, output: string) => ({
    kind: 'export',
    clip,
    deblur: null,
    range: { from: 0, to: 3 },
    preset: 'ffv1',
    output,
  });

  it('writes the file and tells of it', async () => {
    const app = await startApp();
    const { id } = await openClip(app);
    const output = join(app.root, 'out 🦋.mkv');
    const response = await app.send('POST', '/api/jobs', order(id, output));
    const job = (await response.json()) as Job;
    expect(await app.ended(job.id)).toMatchObject({ state: 'done', framesDone: 3, output });
    expect(statSync(output).size).toBeGreaterThan(0);
    const again = (await (await app.send('POST', '/api/jobs', order(id, output))).json()) as Job;
    expect(await app.ended(again.id)).toMatchObject({ state: 'failed', problem: { code: 'output-exists' } });
  });

  it('writes nothing outside of what is open', async () => {
    const app = await startApp();
    const { id } = await openClip(app);
    const outside = join(app.root, '..', 'out.mkv');
    symlinkSync(outside, join(app.root, 'link.mkv'));
    for (const output of [outside, join(app.root, 'link.mkv')]) {
      expect((await problemOf(await app.send('POST', '/api/jobs', order(id, output)))).code).toBe(
        'path-refused',
      );
    }
    expect(existsSync(outside)).toBe(false);
    app.app.grant(outside);
    const allowed = (await (await app.send('POST', '/api/jobs', order(id, outside))).json()) as Job;
    expect(await app.ended(allowed.id)).toMatchObject({ state: 'done' });
  });
});

describe('two windows', () => {
  it('are told the same', async () => {
    const app = await startApp();
    const { id } = await openClip(app);
    const other = await app.get('/api/events');
    await app.send('PATCH', `/api/clips/${id}/choices`, { range: { from: 0, to: 1 } });
    app.app.requestOpen('/dropped.mp4');
    const choices = { type: 'choices', clip: id, choices: { range: { from: 0, to: 1 } } };
    expect(await app.waitFor('choices')).toMatchObject(choices);
    expect(await app.waitFor('open')).toEqual({ type: 'open', path: '/dropped.mp4' });
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of other.body as ReadableStream<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      if (text.includes('/dropped.mp4')) break;
    }
    expect(text).toContain('"type":"choices"');
  });
});
