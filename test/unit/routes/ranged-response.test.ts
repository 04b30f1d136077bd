import { describe, expect, it } from 'vitest';
import { rangedResponse, type ByteSource } from '../../../src/main/routes/ranged-response.ts';

const SIZE = 1_000_000;

/** Bytes that tell where they are from, and what was done with them. */
class Source implements ByteSource {
  readonly size = SIZE;
  readonly reads: [number, number][] = [];
  closed = 0;

  async read(from: number, to: number): Promise<Uint8Array> {
    if (this.closed > 0) throw new Error('It was closed.');
    this.reads.push([from, to]);
    return Uint8Array.from({ length: to - from }, (_, index) => (from + index) % 251);
  }

  async close(): Promise<void> {
    this.closed++;
  }
}

const options = { type: 'video/mp4', etag: '"abc"', cacheControl: 'private, no-cache' };

async function ask(headers: Record<string, string> = {}, method = 'GET', signal?: AbortSignal) {
  const source = new Source();
  const request = new Request('http://127.0.0.1/', { method, headers, ...(signal ? { signal } : {}) });
  return { source, response: await rangedResponse(request, source, options) };
}

describe('rangedResponse', () => {
  it('gives everything, in parts of at most 256 KiB, and closes the source', async () => {
    const { source, response } = await ask();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(String(SIZE));
    expect(response.headers.get('accept-ranges')).toBe('bytes');
    expect(response.headers.get('content-type')).toBe('video/mp4');
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(bytes.every((byte, index) => byte === index % 251)).toBe(true);
    expect(bytes.byteLength).toBe(SIZE);
    expect(Math.max(...source.reads.map(([from, to]) => to - from))).toBe(256 * 1024);
    expect(source.closed).toBe(1);
  });

  it.each([
    ['bytes=10-19', 10, 20],
    ['bytes=-5', SIZE - 5, SIZE],
    [`bytes=${SIZE - 1}-`, SIZE - 1, SIZE],
  ])('gives the part %s', async (range, from, to) => {
    const { source, response } = await ask({ range });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/${SIZE}`);
    expect(response.headers.get('content-length')).toBe(String(to - from));
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual(
      Array.from({ length: to - from }, (_, index) => (from + index) % 251),
    );
    expect(source.reads).toEqual([[from, to]]);
    expect(source.closed).toBe(1);
  });

  it('refuses a part that does not exist, and says how long it is', async () => {
    const { source, response } = await ask({ range: `bytes=${SIZE}-` });
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe(`bytes */${SIZE}`);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(source).toMatchObject({ reads: [], closed: 1 });
  });

  it('gives a part only of the very bytes that the asker began with', async () => {
    expect((await ask({ range: 'bytes=0-1', 'if-range': '"abc"' })).response.status).toBe(206);
    for (const condition of ['"other"', 'W/"abc"', 'Wed, 21 Oct 2015 07:28:00 GMT']) {
      expect((await ask({ range: 'bytes=0-1', 'if-range': condition })).response.status).toBe(200);
    }
  });

  it('gives the headers alone for HEAD, of the whole', async () => {
    const { source, response } = await ask({ range: 'bytes=0-1' }, 'HEAD');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(String(SIZE));
    expect(response.body).toBeNull();
    expect(source).toMatchObject({ reads: [], closed: 1 });
  });

  it('gives nothing to those who have it', async () => {
    const { source, response } = await ask({ 'if-none-match': '"x", W/"abc"', range: 'bytes=0-1' });
    expect(response.status).toBe(304);
    expect(source).toMatchObject({ reads: [], closed: 1 });
  });

  it('reads no further than the asker takes', async () => {
    const { source, response } = await ask();
    expect(source.reads).toHaveLength(0);
    const reader = response.body!.getReader();
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(source.reads).toHaveLength(1);
    await reader.cancel();
    expect(source.closed).toBe(1);
  });

  it('closes the source when the request is given up', async () => {
    const abort = new AbortController();
    const { source, response } = await ask({}, 'GET', abort.signal);
    const reader = response.body!.getReader();
    await reader.read();
    abort.abort();
    expect(await reader.read()).toMatchObject({ done: true });
    expect(source.closed).toBe(1);
  });

  it('breaks off where reading fails, so that the length tells', async () => {
    const source = new Source();
    let reads = 0;
    source.read = async (from, to) => {
      if (reads++ > 0) throw new Error('The file has changed.');
      return new Uint8Array(to - from);
    };
    const response = await rangedResponse(new Request('http://127.0.0.1/'), source, options);
    await expect(response.arrayBuffer()).rejects.toThrow('The file has changed.');
    expect(source.closed).toBe(1);
  });
});
