import { readdirSync, writeFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, createServer, request } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type FakeApp, fakeApp, fakeMedia } from './support/fake-services.ts';

/** Puts the handler behind a real socket; what comes back opens a connection and tells its response. */
async function listen(
  app: FakeApp,
): Promise<(path: string, options?: object) => Promise<{ sent: ClientRequest; response: IncomingMessage }>> {
  const listener = getRequestListener((incoming) => app.answer(incoming));
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return async (path, options = {}) => {
    const sent = request({ host: '127.0.0.1', port, path, agent: false, ...options });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return { sent, response };
  };
}

/** For what the other end notices in its own time, on any machine. */
const PATIENCE = { timeout: 20_000 };

const openFiles = () => readdirSync('/proc/self/fd').length;

describe('over a socket', () => {
  it('events reach the page, and 100 pages that went leave nothing behind', async () => {
    const app = fakeApp();
    const connect = await listen(app);
    for (let batch = 0; batch < 4; batch++) {
      const pages = await Promise.all(Array.from({ length: 25 }, () => connect('/api/events')));
      expect(app.services.events.readers).toBe(25);
      app.services.events.emit({ type: 'open', path: '/a.mp4' });
      for (const { response } of pages) {
        response.setEncoding('utf8');
        let text = '';
        for await (const chunk of response) {
          text += String(chunk);
          if (text.includes('/a.mp4')) break;
        }
      }
      for (const { sent } of pages) sent.destroy();
      await vi.waitFor(() => expect(app.services.events.readers).toBe(0), PATIENCE);
    }
  });

  it('a page that does not read is dropped and takes no memory', async () => {
    const app = fakeApp();
    const connect = await listen(app);
    const { response } = await connect('/api/events');
    response.pause();
    const path = `/${'a'.repeat(4000)}`;
    await vi.waitFor(
      () => {
        for (let event = 0; event < 500; event++) app.services.events.emit({ type: 'open', path });
        expect(app.services.events.readers).toBe(0);
      },
      { ...PATIENCE, interval: 10 },
    );
  });

  it('a picture that nobody waits for any more is not made', async () => {
    const asked = Promise.withResolvers<AbortSignal>();
    const app = fakeApp({
      media: {
        ...fakeMedia,
        frame: (_path, _index, { signal }) =>
          new Promise((_resolve, reject) => {
            if (!signal) throw new Error('There is no signal.');
            asked.resolve(signal);
            signal.addEventListener('abort', () => reject(new Error('stopped')));
          }),
      },
    });
    const clip = await app.open();
    const connect = await listen(app);
    const leaving = new AbortController();
    const answer = connect(`/api/clips/${clip}/frames/0`, { signal: leaving.signal });
    answer.catch(() => undefined);
    const signal = await asked.promise;
    leaving.abort();
    await expect(answer).rejects.toThrow();
    await vi.waitFor(() => expect(signal.aborted).toBe(true), PATIENCE);
    expect(app.logged).toEqual([]);
  });

  it('parts of a file arrive as asked, and HEAD has no body', async () => {
    const app = fakeApp();
    const clip = await app.open();
    const connect = await listen(app);
    const { response } = await connect(`/api/clips/${clip}/file`, { headers: { range: 'bytes=0-6' } });
    expect([response.statusCode, response.headers['content-length']]).toEqual([206, '7']);
    expect(String(await response.toArray())).toBe('content');
    const { response: head } = await connect(`/api/clips/${clip}/file`, { method: 'HEAD' });
    expect([head.statusCode, head.headers['content-length']]).toEqual([200, '19']);
    expect(await head.toArray()).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')('a download that is given up closes its file', async () => {
    const app = fakeApp();
    const path = join(app.root, 'long.mp4');
    writeFileSync(path, Buffer.alloc(50_000_000));
    const opened = await app.send('POST', '/api/clips', { path });
    const { id } = (await opened.json()) as { id: string };
    const connect = await listen(app);
    const before = openFiles();
    const downloads = await Promise.all(Array.from({ length: 10 }, () => connect(`/api/clips/${id}/file`)));
    expect(openFiles()).toBeGreaterThan(before + 10);
    for (const { sent, response } of downloads) {
      await once(response, 'data');
      sent.destroy();
    }
    await vi.waitFor(() => expect(openFiles()).toBeLessThanOrEqual(before), PATIENCE);
  });
});
