/** Streams through the server host, over real sockets. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closing, open, ServerBench } from './support/server-bench.ts';

let bench: ServerBench;

beforeEach(() => {
  bench = new ServerBench();
});

afterEach(() => bench.dispose());

const REASON = new Error('The file is gone.');

describe('a stream', () => {
  it('arrives as it is made and goes on where a page stopped', async () => {
    const { origin, cookie } = await bench.start((request) => {
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
    const { origin, cookie } = await bench.start((request) => {
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
    }, 20_000);
  });

  it('is not made faster than it is read', async () => {
    const CHUNK = 2 ** 20;
    let made = 0;
    const { origin, cookie } = await bench.start(() => {
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
    await vi.waitFor(() => expect(made).toBeGreaterThan(0), 20_000);
    // What the kernel holds for a connection, and no more.
    const MOST = 32;
    for (let before = 0; before !== made && made < MOST;) {
      before = made;
      await sleep(300);
    }
    expect(made).toBeLessThan(MOST);
    response.destroy();
  });

  it('that is given up is nothing to report, whatever its source makes of it', async () => {
    const said = vi.spyOn(console, 'error');
    const { promise: ended, resolve } = Promise.withResolvers<undefined>();
    const { origin, cookie } = await bench.start((request) => {
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
    expect(bench.logger.error).not.toHaveBeenCalled();
  });

  it('that breaks cuts its own connection and nothing else', async () => {
    const { origin, cookie } = await bench.start((request) => {
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
    expect(bench.logger.error).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining('/breaks broke off'),
      REASON,
    );
  });
});
