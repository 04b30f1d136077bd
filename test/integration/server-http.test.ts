/** The server host over real sockets, with a stand-in for the application behind it. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, createServer, get as httpGet, request as httpRequest } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startServer, type Application, type RunningServer } from '../../src/main/hosts/server.ts';
import { LaunchRecords } from '../../src/main/hosts/server/launch-record.ts';
import { findRunningServer } from '../../src/main/hosts/server/running-server.ts';
import { withSecurityHeaders } from '../../src/main/routes/security-headers.ts';
import { AcutanceError } from '../../src/shared/errors.ts';

let folder: string;
let records: LaunchRecords;
const logger = { error: vi.fn() };
const started: RunningServer[] = [];
const REASON = new Error('The file is gone.');

beforeEach(() => {
  logger.error.mockClear();
  folder = mkdtempSync(join(tmpdir(), 'server-'));
  records = new LaunchRecords(folder);
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});

type Handler = (request: Request) => Response | Promise<Response>;

/** Starts the host before an application that answers so. */
async function start(handler: Handler, { port = 0, mayMove = false, dispose = vi.fn(async () => {}) } = {}) {
  const application: Application = {
    fetch: async (request) => withSecurityHeaders(await handler(request)),
    dispose,
  };
  const server = await startServer(Promise.resolve(application), { port, mayMove, records, logger });
  started.push(server);
  const origin = `http://127.0.0.1:${server.port}`;
  return { server, origin, cookie: await letIn(server), dispose };
}

/** The cookie that a browser gets for the printed address. */
async function letIn({ address }: RunningServer): Promise<string> {
  const response = await fetch(address, { redirect: 'manual' });
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** A request below the level of `fetch`, so that a connection can be left in the middle of an answer. */
async function open(address: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const request = httpGet(address, { headers, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  return response;
}

/** The end of a connection, however it came about. */
function closing(connection: IncomingMessage | Socket): Promise<void> {
  return new Promise((resolve) => connection.once('close', () => resolve()));
}

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
    const { origin, cookie } = await start(handler);
    const response = await fetch(origin + path, { headers: { cookie } });
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject(REQUIRED);
  });

  it('carries them to whoever is refused, too', async () => {
    const { server, origin } = await start(handler);
    const page = await fetch(origin, { headers: { accept: 'text/html' } });
    const problem = await fetch(`${origin}/api/jobs`);
    const exchange = await fetch(server.address, { redirect: 'manual' });
    expect([page.status, problem.status, exchange.status]).toEqual([401, 403, 303]);
    for (const { headers } of [page, problem, exchange]) {
      expect(Object.fromEntries(headers)).toMatchObject(REQUIRED);
    }
  });

  it('to something that is hardly a request is a problem, or the end of the connection', async () => {
    const { origin, server } = await start(handler);
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

describe('a stream', () => {
  it('arrives as it is made and goes on where a page stopped', async () => {
    const { origin, cookie } = await start((request) => {
      const after = Number(request.headers.get('Last-Event-ID') ?? 0);
      let next = after + 1;
      const source = new ReadableStream<Uint8Array>({
        pull: async (controller) => {
          await sleep(10);
          controller.enqueue(new TextEncoder().encode(`id: ${next}\ndata: ${next}\n\n`));
          next += 1;
        },
      });
      return new Response(source, { headers: { 'Content-Type': 'text/event-stream' } });
    });
    const listen = async (headers: Record<string, string>): Promise<string> => {
      const response = await open(`${origin}/api/events`, { cookie, ...headers });
      let text = '';
      for await (const chunk of response) {
        text += String(chunk);
        if (text.split('\n\n').length > 3) break;
      }
      return text;
    };
    expect(await listen({})).toMatch(/^id: 1\ndata: 1\n\nid: 2\n/);
    expect(await listen({ 'Last-Event-ID': '7' })).toMatch(/^id: 8\ndata: 8\n\nid: 9\n/);
  });

  it('ends at its source when the page goes away', async () => {
    const cancelled = vi.fn();
    const aborted = vi.fn();
    const { origin, cookie } = await start((request) => {
      request.signal.addEventListener('abort', aborted);
      const source = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode(': hello\n\n')),
        cancel: cancelled,
      });
      return new Response(source, { headers: { 'Content-Type': 'text/event-stream' } });
    });
    const response = await open(`${origin}/api/events`, { cookie });
    await once(response, 'data');
    expect(cancelled).not.toHaveBeenCalled();
    response.destroy();
    await vi.waitFor(() => {
      expect(cancelled).toHaveBeenCalled();
      expect(aborted).toHaveBeenCalled();
    });
  });

  it('is not made faster than it is read', async () => {
    const CHUNK = 2 ** 20;
    let made = 0;
    const { origin, cookie } = await start(() => {
      const source = new ReadableStream<Uint8Array>(
        {
          pull: (controller) => {
            made += 1;
            controller.enqueue(new Uint8Array(CHUNK));
          },
        },
        { highWaterMark: 0 },
      );
      return new Response(source);
    });
    const response = await open(`${origin}/api/clips/x/file`, { cookie });
    response.pause();
    await vi.waitFor(() => expect(made).toBeGreaterThan(0));
    await sleep(300);
    const atRest = made;
    // What the kernel holds for a connection, and no more.
    expect(atRest).toBeLessThan(32);
    await sleep(200);
    expect(made).toBe(atRest);
    response.destroy();
  });

  it('that is given up is nothing to report, whatever its source makes of it', async () => {
    const said = vi.spyOn(console, 'error');
    const { promise: ended, resolve } = Promise.withResolvers<undefined>();
    const { origin, cookie } = await start((request) => {
      const source = new ReadableStream<Uint8Array>({
        start: (controller) => {
          controller.enqueue(new Uint8Array(10));
          request.signal.addEventListener('abort', () => {
            controller.error(request.signal.reason);
            resolve(undefined);
          });
        },
      });
      return new Response(source);
    });
    const response = await open(origin, { cookie });
    response.destroy();
    await ended;
    await sleep(20);
    expect(said).not.toHaveBeenCalled();
    expect(logger.error).not.toHaveBeenCalled();
  });

  it('that breaks cuts its own connection and nothing else', async () => {
    const { origin, cookie } = await start((request) => {
      if (request.url.endsWith('/fine')) return new Response('fine');
      const source = new ReadableStream<Uint8Array>({
        pull: async (controller) => {
          controller.enqueue(new Uint8Array(10));
          await sleep(50);
          throw REASON;
        },
      });
      return new Response(source, { headers: { 'Content-Length': '1000' } });
    });
    const response = await open(`${origin}/breaks`, { cookie });
    response.resume();
    await closing(response);
    expect(response.complete).toBe(false);
    expect(await (await fetch(`${origin}/fine`, { headers: { cookie } })).text()).toBe('fine');
    expect(logger.error).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining('/breaks broke off'),
      REASON,
    );
  });
});

describe('a request that is given up', () => {
  it('is told to the handler while it still works', async () => {
    const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
    const { promise: asked, resolve: ask } = Promise.withResolvers<undefined>();
    const { origin, cookie } = await start(async (request) => {
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
    const { server, origin, cookie } = await start(() => {
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

describe('the port', () => {
  it('answers on this machine’s loopback addresses only', async () => {
    const { server } = await start(() => new Response('text'));
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    for (const { address, family } of addresses.filter(({ internal }) => !internal)) {
      if (family === 'IPv6' && address.startsWith('fe80')) continue;
      const socket = connect(server.port, address);
      const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
      expect(error.code, address).toBe('ECONNREFUSED');
    }
  });

  it('that is taken is refused with advice, or the next one taken, as the user wishes', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const dispose = vi.fn(async () => {});
    await expect(start(() => new Response(''), { port, dispose })).rejects.toMatchObject({
      code: 'usage',
      message: `Port ${port} is taken by another program.`,
      hint: expect.stringContaining('--port'),
    });
    expect(dispose).toHaveBeenCalled();
    const { server } = await start(() => new Response(''), { port, mayMove: true });
    expect(server.port).toBeGreaterThan(port);
    other.close();
  });
});

describe('stopping', () => {
  it('ends streams, idle connections and the application, and frees the port', async () => {
    const { server, origin, cookie, dispose } = await start(() => new Response(new ReadableStream()));
    const response = await open(`${origin}/api/events`, { cookie });
    const idle = connect(server.port, '127.0.0.1');
    await once(idle, 'connect');
    const ended = Promise.all([closing(response), closing(idle)]);
    await server.stop();
    await ended;
    expect(dispose).toHaveBeenCalledOnce();
    const again = createServer().listen(server.port, '127.0.0.1');
    await once(again, 'listening');
    again.close();
    started.length = 0;
  });

  it('does not wait for an application that never ends', async () => {
    const { server } = await start(() => new Response(''), {
      dispose: vi.fn(() => new Promise<void>(() => {})),
    });
    const before = performance.now();
    await server.stop();
    expect(performance.now() - before).toBeLessThan(2000);
    started.length = 0;
  });
});

describe('an application that is still being built', () => {
  it('has its first requests wait for it', async () => {
    const { promise, resolve } = Promise.withResolvers<Application>();
    const server = await startServer(promise, { port: 0, mayMove: false, records });
    started.push(server);
    const cookie = await letIn(server);
    const answer = fetch(`http://127.0.0.1:${server.port}/`, { headers: { cookie } });
    resolve({ fetch: async () => new Response('ready'), dispose: async () => {} });
    expect(await (await answer).text()).toBe('ready');
  });

  it('and fails gives its reason to those who asked', async () => {
    const { promise, reject } = Promise.withResolvers<Application>();
    const server = await startServer(promise, { port: 0, mayMove: false, records });
    const cookie = await letIn(server);
    const answer = fetch(`http://127.0.0.1:${server.port}/`, { headers: { cookie } });
    reject(new AcutanceError('disk-full', 'The disk is full.'));
    expect((await answer).status).toBe(507);
    await expect(server.stop()).rejects.toThrow('The disk is full.');
    expect((await records.read(server.port))?.token).toBeUndefined();
  });
});

describe('a server started anew on its port', () => {
  it('takes on the page that was open, and no page older than that', async () => {
    const first = await start(() => new Response('text'));
    const { port } = first.server;
    await first.server.stop();
    const second = await start(() => new Response('text'), { port });
    const ask = async (cookie: string) => fetch(second.origin, { headers: { cookie } });
    const answer = await ask(first.cookie);
    expect([answer.status, await answer.text()]).toEqual([200, 'text']);
    expect(answer.headers.get('set-cookie')?.split(';')[0]).toBe(second.cookie);
    await second.server.stop();
    const third = await start(() => new Response('text'), { port });
    expect((await ask(second.cookie)).status).toBe(200);
    expect((await ask(first.cookie)).status).toBe(403);
    expect((await ask(third.cookie)).status).toBe(200);
    started.splice(0, 2);
  });

  it('is found by a second start while it runs, and only then', async () => {
    const { server } = await start(() => new Response('text'));
    const found = await findRunningServer(records, server.port);
    expect(found?.address).toBe(server.address);
    const voucher = (await found?.voucherAddress()) ?? '';
    expect(voucher).not.toContain(server.address);
    expect((await fetch(voucher, { redirect: 'manual' })).status).toBe(303);
    expect(await findRunningServer(new LaunchRecords(join(folder, 'other')), server.port)).toBeUndefined();
    await server.stop();
    expect(await findRunningServer(records, server.port)).toBeUndefined();
    started.length = 0;
  });

  it('keeps nothing of its token but a hash once it has ended', async () => {
    const { server } = await start(() => new Response('text'));
    expect((await records.read(server.port))?.token).toHaveLength(43);
    await server.stop();
    expect(await records.read(server.port)).toEqual({ hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    started.length = 0;
  });
});
