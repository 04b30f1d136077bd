/** How the server host starts, stops and starts again, over real sockets. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, Server, connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startServer, type Application } from '../../src/main/hosts/server.ts';
import { LaunchRecords } from '../../src/main/hosts/server/launch-record.ts';
import { findRunningServer } from '../../src/main/hosts/server/running-server.ts';
import { AcutanceError } from '../../src/shared/errors.ts';
import { closing, letIn, open, ServerBench } from './support/server-bench.ts';

let bench: ServerBench;

beforeEach(() => {
  bench = new ServerBench();
});

afterEach(() => bench.dispose());

describe('the port', () => {
  it('answers on this machine’s loopback addresses only', async () => {
    const { server } = await bench.start(() => new Response('text'));
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
    await expect(bench.start(() => new Response(''), { port, dispose })).rejects.toMatchObject({
      code: 'usage',
      message: `Port ${port} is taken by another program.`,
      hint: expect.stringContaining('--port'),
    });
    expect(dispose).toHaveBeenCalled();
    const { server } = await bench.start(() => new Response(''), { port, mayMove: true });
    expect(server.port).toBeGreaterThan(port);
    other.close();
  });

  it('that happens to be free under one of both addresses only is not the one, where any will do', async () => {
    const { listen } = Server.prototype;
    const asked: unknown[] = [];
    vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server, ...given: unknown[]) {
      asked.push(given[0]);
      if (asked.length !== 2) return listen.apply(this, given as Parameters<typeof listen>);
      const taken = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });
      process.nextTick(() => this.emit('error', taken));
      return this;
    });
    const { server, origin, cookie } = await bench.start(() => new Response('text'));
    expect(asked.slice(0, 3)).toMatchObject([{ host: '127.0.0.1' }, { host: '::1' }, { host: '127.0.0.1' }]);
    expect(asked[1]).not.toMatchObject({ port: server.port });
    expect(await (await fetch(origin, { headers: { cookie } })).text()).toBe('text');
  });
});

describe('stopping', () => {
  it('ends streams, idle connections and the application, and frees the port', async () => {
    const { server, origin, cookie, dispose } = await bench.start(() => new Response(new ReadableStream()));
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
    bench.started.length = 0;
  });

  it('does not wait for an application that never ends', async () => {
    const { server } = await bench.start(() => new Response(''), {
      dispose: vi.fn(() => new Promise<void>(() => {})),
    });
    await server.stop();
    bench.started.length = 0;
  });
});

describe('an application that is still being built', () => {
  it('has its first requests wait for it', async () => {
    const { promise, resolve } = Promise.withResolvers<Application>();
    const server = await startServer(promise, { port: 0, mayMove: false, records: bench.records });
    bench.started.push(server);
    const cookie = await letIn(server);
    const answer = fetch(`http://127.0.0.1:${server.port}/`, { headers: { cookie } });
    resolve({ fetch: async () => new Response('ready'), dispose: async () => {} });
    expect(await (await answer).text()).toBe('ready');
  });

  it('and fails gives its reason to those who asked', async () => {
    const { promise, reject } = Promise.withResolvers<Application>();
    const server = await startServer(promise, { port: 0, mayMove: false, records: bench.records });
    const cookie = await letIn(server);
    const answer = fetch(`http://127.0.0.1:${server.port}/`, { headers: { cookie } });
    reject(new AcutanceError('disk-full', 'The disk is full.'));
    expect((await answer).status).toBe(507);
    await expect(server.stop()).rejects.toThrow('The disk is full.');
    expect((await bench.records.read(server.port))?.token).toBeUndefined();
  });
});

describe('a server started anew on its port', () => {
  it('takes on the page that was open, and no page older than that', async () => {
    const first = await bench.start(() => new Response('text'));
    const { port } = first.server;
    await first.server.stop();
    const second = await bench.start(() => new Response('text'), { port });
    const ask = async (cookie: string) => fetch(second.origin, { headers: { cookie } });
    const answer = await ask(first.cookie);
    expect([answer.status, await answer.text()]).toEqual([200, 'text']);
    expect(answer.headers.get('set-cookie')?.split(';')[0]).toBe(second.cookie);
    await second.server.stop();
    const third = await bench.start(() => new Response('text'), { port });
    expect((await ask(second.cookie)).status).toBe(200);
    expect((await ask(first.cookie)).status).toBe(403);
    expect((await ask(third.cookie)).status).toBe(200);
    bench.started.splice(0, 2);
  });

  it('is found by a second start while it runs, and only then', async () => {
    const { server } = await bench.start(() => new Response('text'));
    const found = await findRunningServer(bench.records, server.port);
    expect(found?.address).toBe(server.address);
    const voucher = (await found?.voucherAddress()) ?? '';
    expect(voucher).not.toContain(server.address);
    expect((await fetch(voucher, { redirect: 'manual' })).status).toBe(303);
    expect(
      await findRunningServer(new LaunchRecords(join(bench.folder, 'other')), server.port),
    ).toBeUndefined();
    await server.stop();
    expect(await findRunningServer(bench.records, server.port)).toBeUndefined();
    bench.started.length = 0;
  });

  it('writes down that it has ended before somebody else can have its port', async () => {
    const taken: boolean[] = [];
    class Watched extends LaunchRecords {
      override async write(...[port, record]: Parameters<LaunchRecords['write']>): Promise<void> {
        const socket = connect(port, '127.0.0.1');
        await once(socket, 'connect').then(
          () => taken.push(true),
          () => taken.push(false),
        );
        socket.destroy();
        await super.write(port, record);
      }
    }
    const application = { fetch: async () => new Response(''), dispose: async () => {} };
    const server = await startServer(Promise.resolve(application), {
      ...{ port: 0, mayMove: false },
      records: new Watched(bench.folder),
    });
    await server.stop();
    expect(taken).toEqual([true, true]);
  });

  it('keeps nothing of its token but a hash once it has ended', async () => {
    const { server } = await bench.start(() => new Response('text'));
    expect((await bench.records.read(server.port))?.token).toHaveLength(43);
    await server.stop();
    expect(await bench.records.read(server.port)).toEqual({ hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    bench.started.length = 0;
  });
});
