import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { findNetwork } from '../../src/networks/catalogue.ts';
import { encodeSafetensors } from '../../src/networks/checkpoints/safetensors-writer.ts';
import type { Clip, Recipe } from '../../src/shared/api/clip.ts';
import type { WeightsFinding } from '../../src/shared/api/weights.ts';
import { madeUpWeights } from '../unit/inference/support/made-up-weights.ts';
import { fixture } from './support/media-copy.ts';
import { problemOf, startApp, workFolder, type RunningApp } from './support/running-app.ts';

const DEBLUR = { network: 'cdvd-tsp', size: 'lite', stages: 1, device: 'cpu' } as const;

/** The application with a clip that is stored on its side, and weights under which flow is not zero. */
async function start() {
  const folder = workFolder();
  vi.stubEnv('ACUTANCE_DATA_DIR', join(folder, 'data'));
  const app = await startApp(folder);
  const path = join(app.root, 'clip.mp4');
  copyFileSync(fixture('rotated.mp4'), path);
  return { app, clip: await app.open(path), weights: await importMadeUp(app) };
}

async function importMadeUp(app: RunningApp): Promise<string> {
  const network = findNetwork('cdvd-tsp')!;
  const value = madeUpWeights(network, 'lite');
  const tensors = network
    .parameters('lite')
    .map(({ name, dims }) => [name, { dims, data: value(name) }] as const);
  const body = new Uint8Array(encodeSafetensors(new Map(tensors)));
  const sent = await app.get('/api/weights/uploads?name=made-up.safetensors', { method: 'POST', body });
  const { upload } = (await sent.json()) as { upload: string };
  const answer = await app.send('POST', '/api/weights', { files: [{ upload }] });
  const finding = (await answer.json()) as WeightsFinding;
  if (finding.result !== 'imported') throw new Error(JSON.stringify(finding));
  return finding.weights.hash;
}

const recipeOf = async (app: RunningApp, { id }: Clip, deblur: object) =>
  ((await (await app.send('POST', `/api/clips/${id}/recipe`, deblur)).json()) as Recipe).recipe;

describe('looks in the application', () => {
  it('cover the frame as it is shown, and differ by neighbour and by frame', async () => {
    const { app, clip, weights } = await start();
    const recipe = await recipeOf(app, clip, { ...DEBLUR, weights });
    const look = async (which: string) => {
      const response = await app.get(`/api/clips/${clip.id}/looks/${recipe}/${which}`);
      expect(response.status).toBe(200);
      return response;
    };
    const previous = await look('flow/1?part=previous');
    const shown = [previous.headers.get('frame-width'), previous.headers.get('frame-height')].map(Number);
    expect(shown).toEqual([clip.displayWidth, clip.displayHeight]);
    const [inPixels, part] = ['look-full-scale', 'look-part'].map((name) => previous.headers.get(name));
    expect([Number(inPixels) > 0.01, part]).toEqual([true, 'previous']);
    const png = Buffer.from(await previous.bytes());
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(shown);
    for (const other of ['flow/1?part=next', 'flow/2?part=previous', 'mask/1', 'prior/1'])
      expect(png.equals(Buffer.from(await (await look(other)).bytes()))).toBe(false);
    expect(png.equals(Buffer.from(await (await look('flow/1')).bytes()))).toBe(true);
    expect(app.logged).toEqual([]);
  });

  it('that the settings do not have, or of settings that are not known, are told so', async () => {
    const { app, clip } = await start();
    const recipe = await recipeOf(app, clip, DEBLUR);
    const ask = async (which: string) => problemOf(await app.get(`/api/clips/${clip.id}/looks/${which}`));
    expect(await ask(`${recipe}/stage1/0`)).toMatchObject({
      code: 'usage',
      detail: 'CDVD-TSP, as it is set, has no look "stage1".',
      hint: 'What it has: flow, mask, prior.',
    });
    expect(await ask(`${'a'.repeat(32)}/flow/0`)).toMatchObject({ code: 'not-found' });
    expect(await ask(`${recipe}/flow/999`)).toMatchObject({ code: 'not-found' });
  });

  it('are given up when nobody waits for them, and can be had afterwards', async () => {
    const { app, clip } = await start();
    const recipe = await recipeOf(app, clip, { ...DEBLUR, stages: 2 });
    const leaving = new AbortController();
    const path = `/api/clips/${clip.id}/looks/${recipe}/stage1/3`;
    const first = app.get(path, { signal: leaving.signal });
    // Its engine has not even started by then.
    setTimeout(() => leaving.abort(), 50);
    expect((await problemOf(await first)).code).toBe('cancelled');
    expect((await app.get(path)).headers.get('content-type')).toBe('image/png');
  });
});
