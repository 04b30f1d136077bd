/** What the server host answers over real sockets, with a stand-in for the application behind it. */
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { letIn, open, type Handler, ServerBench } from './support/server-bench.ts';

let bench: ServerBench;

beforeEach(() => {
  bench = new ServerBench();
});

afterEach(() => bench.dispose());

const REQUIRED = {
  'content-security-policy': expect.stringContaining("default-src 'none'"),
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': expect.stringContaining('camera=()'),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

describe('every answer', () => {
  const handler: Handler = (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/throws') throw new Error('a defect');
    if (pathname === '/part') {
      return new Response('par', { status: 206, headers: { 'Content-Range': 'bytes 0-2/4' } });
    }
    const status = Number(pathname.slice(1));
    return new Response(status === 304 || status === 204 ? null : 'text', { status });
  };

  it.each([
    ['/200', 200],
    ['/204', 204],
    ['/part', 206],
    ['/304', 304],
    ['/404', 404],
    ['/500', 500],
    ['/throws', 500],
  ])('carries the headers: %s', async (path, status) => {
    const { origin, cookie } = await bench.start(handler);
    const response = await fetch(origin + path, { headers: { cookie } });
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject(REQUIRED);
  });

  it('carries them to whoever is refused, too', async () => {
    const { server, origin } = await bench.start(handler);
    const page = await fetch(origin, { headers: { accept: 'text/html' } });
    const problem = await fetch(`${origin}/api/jobs`);
    const exchange = await fetch(server.address, { redirect: 'manual' });
    expect([page.status, problem.status, exchange.status]).toEqual([401, 403, 303]);
    for (const { headers } of [page, problem, exchange]) {
      expect(Object.fromEntries(headers)).toMatchObject(REQUIRED);
    }
  });

  it('to something that is hardly a request is a problem, or the end of the connection', async () => {
    const { origin, server } = await bench.start(handler);
    const socket = connect(server.port, '127.0.0.1');
    socket.end('GET /..\\..\\etc HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('request-invalid');
    expect(text).toContain('nosniff');
    expect((await fetch(origin)).status).toBe(403);
  });
});

describe('a request that is given up', () => {
  it('is told to the handler while it still works', async () => {
    const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
    const { promise: asked, resolve: ask } = Promise.withResolvers<undefined>();
    const { origin, cookie } = await bench.start(async (request) => {
      request.signal.addEventListener('abort', () => resolve(undefined));
      ask(undefined);
      await aborted;
      return new Response('too late');
    });
    const request = httpRequest(`${origin}/api/slow`, { headers: { cookie } });
    request.on('error', () => undefined).end();
    await asked;
    request.destroy();
    await aborted;
  });
});

describe('several clients', () => {
  it('are served at once, each with its own stream', async () => {
    const { server, origin, cookie } = await bench.start(() => {
      const source = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode('data: 1\n\n')),
      });
      return new Response(source);
    });
    const cookies = [cookie, cookie, await letIn(server)];
    const responses = await Promise.all(cookies.map((one) => open(origin, { cookie: one })));
    const chunks = await Promise.all(responses.map((response) => once(response, 'data')));
    expect(chunks.map(([chunk]) => String(chunk))).toEqual(Array(3).fill('data: 1\n\n'));
    responses.forEach((response) => response.destroy());
  });
});
