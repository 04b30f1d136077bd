import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Network } from '../../src/shared/api/catalogue.ts';
import type { WeightsFinding } from '../../src/shared/api/weights.ts';
import { makeLiteWeights } from './support/command-line.ts';
import { problemOf, startApp, workFolder, type RunningApp } from './support/running-app.ts';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../fixtures/pth', name));

/** The application with a data folder of its own, which its engines have too. */
async function start() {
  const folder = workFolder();
  vi.stubEnv('ACUTANCE_DATA_DIR', join(folder, 'data'));
  const app = await startApp(folder);
  return { ...app, weightFolder: join(folder, 'data/weights') };
}

async function send({ get }: RunningApp, name: string, content: Buffer): Promise<string> {
  const body = new Uint8Array(content);
  const response = await get(`/api/weights/uploads?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    body,
  });
  return ((await response.json()) as { upload: string }).upload;
}

async function importing(app: RunningApp, name: string, content: Buffer): Promise<Response> {
  return app.send('POST', '/api/weights', { files: [{ upload: await send(app, name, content) }] });
}

const left = (folder: string) =>
  readdirSync(folder).flatMap((name) =>
    name.startsWith('incoming-') ? readdirSync(join(folder, name)) : [name],
  );

describe('weights in the application', () => {
  it('are recognised, listed with their network in every window, used, and removed', async () => {
    const app = await start();
    const content = readFileSync(makeLiteWeights());
    const finding = (await (await importing(app, 'mine 🦋.pth', content)).json()) as WeightsFinding;
    expect(finding).toMatchObject({
      result: 'imported',
      network: 'cdvd-tsp',
      size: 'lite',
      weights: { name: 'mine 🦋.pth', origin: 'mine 🦋.pth, dropped on the page', source: 'imported' },
    });
    if (finding.result !== 'imported') throw new Error('unreachable');
    const { hash } = finding.weights;
    await app.waitFor('weights');
    const listed = async () => {
      const networks = (await (await app.get('/api/networks')).json()) as Network[];
      return networks[0]?.sizes.find(({ size }) => size === 'lite')?.weights.map((one) => one.hash);
    };
    expect(await listed()).toContain(hash);
    expect(left(app.weightFolder).sort()).toEqual([`${hash}.json`, `${hash}.safetensors`]);

    expect((await app.send('DELETE', `/api/weights/${hash}`)).status).toBe(204);
    await app.waitFor('weights');
    expect(await listed()).not.toContain(hash);
    expect(left(app.weightFolder)).toEqual([]);
  });

  it.each(['plain_zip.pth', 'wrapped_prefixed_legacy.pth', 'cuda_location_zip.pth'])(
    'of something else, %s, are told apart by their tensors',
    async (name) => {
      const app = await start();
      const response = await importing(app, name, fixture(name));
      expect(await response.json()).toMatchObject({
        result: 'mismatch',
        tensors: { first: expect.arrayContaining([{ name: expect.any(String), dims: expect.any(Array) }]) },
      });
      expect(left(app.weightFolder)).toEqual([]);
    },
  );

  it.each(['malicious_system_zip.pth', 'malicious_eval_protocol4_legacy.pth'])(
    'that would run a program, %s, are refused, and nothing is run or kept',
    async (name) => {
      const app = await start();
      const response = await importing(app, name, fixture(name));
      expect(response.status).toBe(422);
      expect(await problemOf(response)).toMatchObject({ code: 'weights-refused' });
      expect(left(app.weightFolder)).toEqual([]);
      expect(existsSync('pwned')).toBe(false);
    },
  );

  it('that are cut short or no weights at all are refused by name', async () => {
    const app = await start();
    const cut = await importing(app, 'cut.pth', fixture('plain_zip.pth').subarray(0, 300));
    expect(await problemOf(cut)).toMatchObject({
      code: 'weights-unreadable',
      detail: expect.stringMatching(/^cut\.pth /),
    });
    const path = join(app.root, 'notes.pth');
    writeFileSync(path, 'notes');
    const response = await app.send('POST', '/api/weights', { files: [{ path }] });
    expect(await problemOf(response)).toMatchObject({ code: 'weights-unreadable' });
    expect((await app.get('/api/networks')).status).toBe(200);
  });
});
