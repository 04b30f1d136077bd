import { describe, expect, it } from 'vitest';
import type { Handlers } from '../../../src/main/routes/mount.ts';
import { AcutanceError } from '../../../src/shared/errors.ts';
import { fakeApp, fakeMedia, problemOf } from './support/fake-services.ts';

const CLIP = '0'.repeat(32);

describe('every route', () => {
  it('has a handler: one that is missing is a type error', () => {
    const complete = (handlers: Handlers) => handlers;
    // @ts-expect-error - all handlers are missing
    expect(complete({})).toEqual({});
  });

  it.each([
    ['/api/nothing', 404],
    ['/api', 404],
    ['/api/session/', 404],
    ['/api/clips/%00', 400],
    ['/api/clips/../../etc/passwd', 404],
    ['/api/clips/%2e%2e%2f%2e%2e', 400],
    [`/api/clips/${CLIP.toUpperCase()}X`, 400],
    ['/api/%ff%fe', 404],
  ])('answers GET %s with a problem', async (path, status) => {
    const response = await fakeApp().fetch(path);
    expect(response.status).toBe(status);
    expect((await problemOf(response)).code).toMatch(/not-found|request-invalid/);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['POST', '/api/session', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/api/clips', 'POST, OPTIONS'],
    ['PUT', '/api/jobs', 'GET, POST, HEAD, OPTIONS'],
    ['GET', '/api/jobs/a', 'DELETE, OPTIONS'],
    ['HEAD', '/api/jobs/a', 'DELETE, OPTIONS'],
  ])('refuses %s %s and says what is allowed', async (method, path, allow) => {
    const { fetch } = fakeApp();
    const response = await fetch(path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allow);
    const options = await fetch(path, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, allow]);
  });

  it('gives HEAD the headers of GET and no body', async () => {
    const { fetch } = fakeApp();
    const response = await fetch('/api/session', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.text()).toBe('');
  });

  it('leaves no listener behind after HEAD of the events', async () => {
    const { fetch, services } = fakeApp();
    const response = await fetch('/api/events', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(services.events.readers).toBe(0);
  });

  it('refuses a query parameter that is given twice', async () => {
    const response = await fakeApp().fetch('/api/folder?path=/a&path=/b');
    expect([response.status, (await problemOf(response)).code]).toEqual([400, 'request-invalid']);
  });

  it('keeps answers out of caches where nothing else is said', async () => {
    expect((await fakeApp().fetch('/api/session')).headers.get('cache-control')).toBe('no-store');
  });
});

describe('a JSON body', () => {
  const post = (body: string | Uint8Array<ArrayBuffer> | null, type: string | null) =>
    fakeApp().fetch('/api/clips', {
      method: 'POST',
      body,
      headers: type === null ? {} : { 'content-type': type },
    });

  it.each([
    ['is no JSON', '{', 'application/json', 400],
    ['is empty', '', 'application/json', 400],
    ['is absent', null, 'application/json', 400],
    ['is of another kind', '{}', 'text/plain', 415],
    ['is a form', 'path=/a', 'application/x-www-form-urlencoded', 415],
    ['is of no declared kind', new Uint8Array([123, 125]), null, 415],
    ['is not UTF-8', new Uint8Array([34, 0xff, 0xfe, 34]), 'application/json', 400],
    ['lacks what is asked for', '{}', 'application/json', 400],
    ['is null', 'null', 'application/json', 400],
    ['holds a zero character', '{"path":"/a\\u0000b"}', 'application/json', 400],
    [
      'holds a path that is too long',
      JSON.stringify({ path: `/${'a'.repeat(4096)}` }),
      'application/json',
      400,
    ],
    ['is longer than a MiB', `"${'a'.repeat(2 ** 20)}"`, 'application/json', 413],
  ])('that %s is refused', async (_what, body, type, status) => {
    const response = await post(body, type);
    expect(response.status).toBe(status);
    expect((await problemOf(response)).code).toBe('request-invalid');
  });

  it('may have parameters in its media type', async () => {
    const response = await post('{"path":"relative"}', 'Application/JSON; charset=utf-8');
    expect((await problemOf(response)).code).toBe('path-refused');
  });

  it('without end is read no further than a MiB', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 65536;
        controller.enqueue(new Uint8Array(65536).fill(32));
      },
    });
    const response = await fakeApp().fetch('/api/clips', {
      method: 'POST',
      body: endless,
      duplex: 'half',
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(413);
    expect(sent).toBeLessThan(2 * 2 ** 20);
  });
});

describe('a handler that fails', () => {
  const frame = (thrown: unknown) =>
    fakeApp({
      media: {
        ...fakeMedia,
        frame: async () => {
          throw thrown;
        },
      },
    });

  it('answers with the problem it names, and what to do', async () => {
    const app = frame(new AcutanceError('input-corrupt', 'It is damaged.', { hint: 'Copy it again.' }));
    const response = await app.fetch(`/api/clips/${await app.open()}/frames/0`);
    expect(response.status).toBe(422);
    expect(await problemOf(response)).toMatchObject({
      type: 'urn:acutance:problem:input-corrupt',
      code: 'input-corrupt',
      detail: 'It is damaged.',
      hint: 'Copy it again.',
    });
    expect(app.logged).toEqual([]);
  });

  it('tells the page nothing of a defect, and the log everything', async () => {
    const app = frame(new TypeError('secret of /home/user'));
    const response = await app.fetch(`/api/clips/${await app.open()}/frames/0`);
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).not.toContain('secret');
    expect(text).not.toContain('.ts');
    expect(app.logged).toEqual([expect.stringContaining('secret of /home/user')]);
  });

  it('is cancelled when nobody waits any more', async () => {
    const abort = new AbortController();
    const app = fakeApp({
      media: {
        ...fakeMedia,
        frame: (_path, _index, { signal }) =>
          new Promise((_resolve, reject) => {
            signal?.addEventListener('abort', () => reject(new Error('stopped')));
            abort.abort();
          }),
      },
    });
    const clip = await app.open();
    const response = await app.fetch(`/api/clips/${clip}/frames/0`, { signal: abort.signal });
    expect((await problemOf(response)).code).toBe('cancelled');
    expect(app.logged).toEqual([]);
  });

  it('whose answer breaks its own schema is found out in tests', async () => {
    const app = fakeApp();
    app.render.devices = async () => [{ device: 'cpu' } as never];
    const response = await app.fetch('/api/devices');
    expect(response.status).toBe(500);
    expect(app.logged.join()).toContain('not as its schema says');
  });
});
