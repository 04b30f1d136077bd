import { describe, expect, it, vi } from 'vitest';
import { UnreachableError, addressOf, createClient } from '../../../../src/renderer/api/client.ts';
import { endpoints } from '../../../../src/shared/api/endpoints.ts';
import { problemOf } from '../../../../src/shared/api/problem.ts';
import { AcutanceError } from '../../../../src/shared/errors.ts';
import { CLIP } from '../support/clip.ts';

const answering = (body: unknown, init: ResponseInit = {}) =>
  vi.fn<typeof fetch>(async () => new Response(JSON.stringify(body), init));

describe('addressOf', () => {
  it('fills in parameters and encodes them', () => {
    const params = { clip: 'a/b?', index: 7 };
    expect(addressOf(endpoints.frame, { params })).toBe('/api/clips/a%2Fb%3F/frames/7');
  });

  it('encodes the query and leaves out what is not given', () => {
    const address = addressOf(endpoints.folder, { query: { path: '/clips & more/ü', other: undefined } });
    expect(new URL(address, 'http://host').searchParams.get('path')).toBe('/clips & more/ü');
    expect(address).not.toContain('other');
  });

  it('refuses to leave a parameter out', () => {
    expect(() => addressOf(endpoints.frame, { params: { clip: 'a' } })).toThrow('"index"');
  });
});

describe('createClient', () => {
  it('sends a body as JSON and hands out what the schema makes of the answer', async () => {
    const send = answering({ ...CLIP, unknown: 1 });
    const clip = await createClient(send).openClip({ body: { path: '/a.mp4' } });
    expect(clip).toEqual(CLIP);
    expect(send).toHaveBeenCalledWith('/api/clips', {
      method: 'POST',
      signal: null,
      body: '{"path":"/a.mp4"}',
      headers: { 'content-type': 'application/json' },
    });
  });

  it('hands out bytes with the headers that describe them', async () => {
    const send = async () => new Response(Uint8Array.of(1, 2, 3), { headers: { 'frame-width': '1' } });
    const { bytes, headers } = await createClient(send).frame({ params: { clip: CLIP.id, index: 0 } });
    expect([...new Uint8Array(bytes)]).toEqual([1, 2, 3]);
    expect(headers.get('frame-width')).toBe('1');
  });

  it('throws the problem that an answer tells of, with code, message and hint', async () => {
    const problem = { code: 'input-corrupt', message: 'a.mp4 is damaged.', hint: 'Try a copy.' } as const;
    const client = createClient(answering(problemOf(problem), { status: 422 }));
    const thrown: unknown = await client
      .openClip({ body: { path: '/a.mp4' } })
      .catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(AcutanceError);
    expect((thrown as AcutanceError).toProblem()).toEqual(problem);
  });

  it('says the status of an answer that is neither what was asked for nor a problem', async () => {
    const client = createClient(async () => new Response('<h1>Bad gateway</h1>', { status: 502 }));
    await expect(client.jobs()).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('502'),
    });
  });

  it('does not hand out an answer that breaks the contract', async () => {
    await expect(createClient(answering([{ id: 'x' }])).jobs()).rejects.toMatchObject({ code: 'internal' });
  });

  it('tells a server that is away from a problem', async () => {
    const client = createClient(() => Promise.reject(new TypeError('Failed to fetch')));
    await expect(client.session()).rejects.toBeInstanceOf(UnreachableError);
  });

  it('passes on that it was called off', async () => {
    const client = createClient(async (_address, init) => {
      init?.signal?.throwIfAborted();
      return new Response('[]');
    });
    const signal = AbortSignal.abort();
    await expect(client.frameTimes({ params: { clip: CLIP.id }, signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
