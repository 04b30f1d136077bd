import { describe, expect, it } from 'vitest';
import { fakeApp, problemOf, readerOf } from './support/fake-services.ts';
import { IMPORTED } from './support/fake-weights.ts';

type App = ReturnType<typeof fakeApp>;

async function send(app: App, name: string, content: string): Promise<string> {
  const address = `/api/weights/uploads?name=${encodeURIComponent(name)}`;
  const response = await app.fetch(address, { method: 'POST', body: content });
  expect(response.status).toBe(200);
  return ((await response.json()) as { upload: string }).upload;
}

/** The types of the events told while `work` ran. */
async function eventsOf(app: App, work: () => Promise<unknown>): Promise<string[]> {
  const response = await app.fetch('/api/events');
  await work();
  app.services.events.emit({ type: 'open', path: '/end' });
  const reader = readerOf(response);
  let text = '';
  while (!text.includes('/end')) text += new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => (JSON.parse(data!) as { type: string }).type);
}

describe('weights that a page sends', () => {
  it('are taken in, imported under their own name, and every window is told', async () => {
    const app = fakeApp();
    const upload = await send(app, 'Gewichte 🦋.pth', 'the weights');
    const types = await eventsOf(app, async () => {
      const response = await app.send('POST', '/api/weights', { files: [{ upload }], licence: 'MIT' });
      expect(await response.json()).toMatchObject({
        result: 'imported',
        weights: { name: 'Gewichte 🦋.pth', licence: 'MIT' },
      });
    });
    expect(types).toContain('weights');
  });

  it('may lie on the machine, in what is open', async () => {
    const app = fakeApp();
    const path = app.file('weights.pth');
    expect((await app.send('POST', '/api/weights', { files: [{ path }] })).status).toBe(200);
    const outside = await app.send('POST', '/api/weights', { files: [{ path: '/etc/passwd' }] });
    expect(await problemOf(outside)).toMatchObject({ code: 'path-refused' });
  });

  it('are refused before they are taken in where they say that they are too long', async () => {
    const app = fakeApp();
    const request = new Request('http://127.0.0.1/api/weights/uploads?name=a.pth', {
      method: 'POST',
      body: 'x',
      headers: { 'content-length': String(2 ** 31 + 1) },
    });
    expect(await problemOf(await app.answer(request))).toMatchObject({
      code: 'weights-refused',
      detail: expect.stringContaining('2048 MiB'),
    });
  });

  it('can be given up, and are not there any more then', async () => {
    const app = fakeApp();
    const upload = await send(app, 'a.pth', 'x');
    expect((await app.fetch(`/api/weights/uploads/${upload}`, { method: 'DELETE' })).status).toBe(204);
    const response = await app.send('POST', '/api/weights', { files: [{ upload }] });
    expect(await problemOf(response)).toMatchObject({ code: 'not-found' });
  });
});

describe('imported weights', () => {
  it('can be removed, and every window is told', async () => {
    const app = fakeApp();
    const types = await eventsOf(app, async () => {
      const response = await app.fetch(`/api/weights/${IMPORTED}`, { method: 'DELETE' });
      expect(response.status).toBe(204);
    });
    expect(types).toContain('weights');
  });

  it('that are not there are named', async () => {
    const response = await fakeApp().fetch(`/api/weights/${'0'.repeat(64)}`, { method: 'DELETE' });
    expect(await problemOf(response)).toMatchObject({ code: 'weights-missing' });
  });
});
