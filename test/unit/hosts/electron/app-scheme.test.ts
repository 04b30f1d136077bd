import { Hono } from 'hono';
import { describe, expect, it, vi } from 'vitest';
import {
  PAGE_ADDRESS,
  SCHEME_PRIVILEGES,
  SchemeHandler,
  isOwnAddress,
} from '../../../../src/main/hosts/electron/app-scheme.ts';

/** A source that never ends by itself, and tells when nobody wants more of it. */
function endless() {
  const cancelled = vi.fn();
  let pulls = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        pulls++;
        controller.enqueue(new Uint8Array([pulls]));
      },
      cancel: cancelled,
    },
    { highWaterMark: 0 },
  );
  return { body, cancelled, pulls: () => pulls };
}

describe('the scheme', () => {
  it('is secure and standard, and can not get around the policy of the page', () => {
    expect(SCHEME_PRIVILEGES.scheme).toBe('acutance');
    expect(SCHEME_PRIVILEGES.privileges).toEqual({
      standard: true,
      secure: true,
      supportFetchAPI: true,
      stream: true,
      codeCache: true,
    });
  });

  it.each([
    ['acutance://app/', true],
    ['acutance://app/api/session?x=1', true],
    ['acutance://app.evil/', false],
    ['acutance://evil/', false],
    ['acutance://app:8080/', false],
    ['https://app/', false],
    ['acutance:app', false],
    ['', false],
  ])('knows its own addresses: %s', (address, own) => {
    expect(isOwnAddress(address)).toBe(own);
  });
});

describe('a request of the page', () => {
  it('reaches the routes of the application, with method, headers and body', async () => {
    const routes = new Hono().post('/api/clips', async ({ req, text }) =>
      text(`${req.header('range') ?? ''} ${await req.text()}`, 206),
    );
    const scheme = new SchemeHandler(async (request) => routes.fetch(request));
    const response = await scheme.handle(
      new Request(`${PAGE_ADDRESS}api/clips`, {
        method: 'POST',
        body: '{"path":"/a.mp4"}',
        headers: { range: 'bytes=0-1', origin: 'acutance://app' },
      }),
    );
    expect(response.status).toBe(206);
    expect(await response.text()).toBe('bytes=0-1 {"path":"/a.mp4"}');
    expect(scheme.openResponses).toBe(0);
  });

  it.each([
    ['another host of the scheme', 'acutance://other/api/session', {}],
    ['another scheme', 'https://app/api/session', {}],
    ['another origin', 'acutance://app/api/session', { origin: 'https://evil.example' }],
  ])('is refused when it is for or from %s', async (_name, address, headers) => {
    const fetch = vi.fn();
    const response = await new SchemeHandler(fetch).handle(new Request(address, { headers }));
    expect(response.status).toBe(403);
    expect(fetch).not.toHaveBeenCalled();
  });

  it('gets an answer without a body as it is', async () => {
    const scheme = new SchemeHandler(async () => new Response(null, { status: 304 }));
    const response = await scheme.handle(new Request(PAGE_ADDRESS));
    expect([response.status, response.body, scheme.openResponses]).toEqual([304, null, 0]);
  });

  it('fails when the application does, and leaves nothing open', async () => {
    const scheme = new SchemeHandler(() => Promise.reject(new Error('a defect')));
    await expect(scheme.handle(new Request(PAGE_ADDRESS))).rejects.toThrow('a defect');
    expect(scheme.openResponses).toBe(0);
  });
});

describe('a stream that the page stops reading', () => {
  it('is cancelled at its source, and the request is aborted', async () => {
    const { body, cancelled } = endless();
    let signal: AbortSignal | undefined;
    const scheme = new SchemeHandler(async (request) => {
      signal = request.signal;
      return new Response(body);
    });
    const response = await scheme.handle(new Request(`${PAGE_ADDRESS}api/events`));
    const reader = response.body!.getReader();
    expect(await reader.read()).toEqual({ done: false, value: new Uint8Array([1]) });
    expect(scheme.openResponses).toBe(1);
    await reader.cancel('closed');
    expect(signal?.aborted).toBe(true);
    expect(cancelled).toHaveBeenCalledOnce();
    expect(scheme.openResponses).toBe(0);
  });

  it('is not read ahead of what is asked for', async () => {
    const { body, pulls } = endless();
    const scheme = new SchemeHandler(async () => new Response(body));
    const response = await scheme.handle(new Request(PAGE_ADDRESS));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(pulls()).toBe(0);
    await response.body?.cancel();
  });

  it('ends when the request is aborted', async () => {
    const { body, cancelled } = endless();
    const scheme = new SchemeHandler(async () => new Response(body));
    const abort = new AbortController();
    await scheme.handle(new Request(PAGE_ADDRESS, { signal: abort.signal }));
    abort.abort();
    expect(cancelled).toHaveBeenCalledOnce();
    expect(scheme.openResponses).toBe(0);
  });

  it('ends with the page even if nobody cancels it', async () => {
    const { body, cancelled } = endless();
    const scheme = new SchemeHandler(async () => new Response(body));
    const response = await scheme.handle(new Request(PAGE_ADDRESS));
    scheme.abortAll();
    expect(cancelled).toHaveBeenCalledOnce();
    expect(await response.text()).toBe('');
  });

  it('tells the page when its source breaks', async () => {
    const scheme = new SchemeHandler(
      async () =>
        new Response(
          new ReadableStream({
            pull: (controller) => controller.error(new Error('the disk is gone')),
          }),
        ),
    );
    const response = await scheme.handle(new Request(PAGE_ADDRESS));
    await expect(response.text()).rejects.toThrow('the disk is gone');
    expect(scheme.openResponses).toBe(0);
  });
});
