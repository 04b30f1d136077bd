import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Endpoint } from '../../../src/shared/api/endpoint.ts';
import { endpoints, type EndpointName } from '../../../src/shared/api/endpoints.ts';
import { PROBLEM_TYPE, problemSchema } from '../../../src/shared/api/problem.ts';
import { arbitraryOf, spoiled } from './support/arbitrary-of.ts';
import { type FakeApp, RECIPE, fakeApp, readerOf } from './support/fake-services.ts';
import { IMPORTED } from './support/fake-weights.ts';

/** The same cases in every run; `ACUTANCE_FUZZ_SEED` tries others. */
const SEED = Number(process.env['ACUTANCE_FUZZ_SEED'] ?? 20_261_120);
const RUNS = Number(process.env['ACUTANCE_FUZZ_RUNS'] ?? 40);

const NAMES = Object.keys(endpoints) as EndpointName[];

/** Values that lead somewhere, mixed with those that don't. */
async function prepare(app: FakeApp): Promise<Readonly<Record<string, fc.Arbitrary<unknown>>>> {
  const clip = await app.open();
  const job = await app.send('POST', '/api/jobs', {
    kind: 'export',
    clip,
    deblur: null,
    range: null,
    preset: 'h264',
    output: join(app.root, 'out.mp4'),
  });
  const { id } = (await job.json()) as { id: string };
  const ended = await app.send('POST', '/api/jobs', {
    kind: 'preview',
    clip,
    deblur: { network: 'cdvd-tsp', size: 'lite', stages: 1, device: 'cpu' },
    range: { from: 0, to: 1 },
  });
  const { id: endedId } = (await ended.json()) as { id: string };
  await app.fetch(`/api/jobs/${endedId}/cancel`, { method: 'POST' });
  const sent = await app.fetch('/api/weights/uploads?name=a.pth', { method: 'POST', body: 'weights' });
  const { upload } = (await sent.json()) as { upload: string };
  app.file('weights.pth');
  mkdirSync(join(app.root, 'takes'));
  symlinkSync('/', join(app.root, 'top'));
  const names = [
    'clip.mp4',
    'takes',
    'missing.mp4',
    'top/etc/passwd',
    '../clip.mp4',
    '🦋\n".mp4',
    '%2e%2e',
    '',
  ];
  const path = fc.oneof(
    fc.constantFrom(...names.map((name) => join(app.root, name))),
    fc.constantFrom(join(app.root, 'clip.mp4'), join(app.root, 'weights.pth')),
    fc.constantFrom(
      '/',
      '/etc/passwd',
      '/proc/self/mem',
      '/dev/zero',
      `${app.root}/..`,
      '\\\\.\\pipe\\x',
      'C:\\x',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }).filter((text) => !text.includes('\0')),
    fc.string({ minLength: 1 }).map((text) => `${app.root}/${text.replaceAll('\0', '')}`),
  );
  const hex = fc.stringMatching(/^[0-9a-f]{32}$/);
  return {
    clip: fc.oneof({ weight: 4, arbitrary: fc.constant(clip) }, hex),
    recipe: fc.oneof(fc.constant(RECIPE), hex),
    job: fc.oneof(fc.constantFrom(id, endedId), fc.stringMatching(/^[0-9a-z]{1,32}$/)),
    upload: fc.oneof({ weight: 4, arbitrary: fc.constant(upload) }, hex),
    hash: fc.oneof(fc.constant(IMPORTED), fc.stringMatching(/^[0-9a-f]{64}$/)),
    path,
    output: path,
  };
}

/** A request of an endpoint, from the parts it is made of. */
async function send(app: FakeApp, endpoint: Endpoint, parts: Parts): Promise<Response> {
  const query = new URLSearchParams(
    Object.entries(parts.query ?? {}).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const address = `${addressOf(endpoint, parts.params)}?${query.toString()}`;
  return endpoint.body
    ? app.send(endpoint.method, address, parts.body)
    : app.fetch(address, { method: endpoint.method });
}

function addressOf({ path }: Endpoint, params: unknown): string {
  return Object.entries(params ?? {}).reduce<string>(
    (address, [name, value]) =>
      address.replace(`:${name}`, () => encodeURIComponent(String(value).toWellFormed())),
    path,
  );
}

interface Parts {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

async function expectProblem(response: Response): Promise<void> {
  expect(response.headers.get('content-type')).toBe(PROBLEM_TYPE);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const problem = problemSchema.parse(await response.json());
  expect(problem.status).toBe(response.status);
  expect(problem.detail).not.toBe('');
}

/** The answer is one that the endpoint declares. */
async function expectDeclared({ response: kind }: Endpoint, response: Response): Promise<void> {
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  if (response.status >= 400) return expectProblem(response);
  const type = response.headers.get('content-type') ?? '';
  switch (kind.kind) {
    case 'json':
      kind.schema.parse(await response.json());
      return;
    case 'bytes':
      expect(kind.types.some((one) => one === type || one === type.replace(/\/.*/, '/*'))).toBe(true);
      expect((await response.bytes()).byteLength).toBe(Number(response.headers.get('content-length')));
      return;
    case 'events':
      expect(type).toBe('text/event-stream');
      await readerOf(response).cancel();
      return;
    case 'nothing':
      expect([response.status, await response.text()]).toEqual([204, '']);
  }
}

const nothing = fc.constant(undefined);

describe.each(NAMES)('the endpoint %s', (name) => {
  const endpoint: Endpoint = endpoints[name];
  /** There is nothing to test where an endpoint takes no such part. */
  const itIf = (part: unknown, title: string, test: () => Promise<void>) => {
    if (part !== undefined) it(title, test);
  };

  it('answers whatever its schemas take as it declares, and never fails', async () => {
    const app = fakeApp();
    const known = await prepare(app);
    const part = (schema: z.ZodType | undefined) => (schema ? arbitraryOf(schema, known) : nothing);
    const parts = fc.record({
      params: part(endpoint.params),
      query: part(endpoint.query),
      body: part(endpoint.body),
    });
    let succeeded = 0;
    await fc.assert(
      fc.asyncProperty(parts, async (input) => {
        const response = await send(app, endpoint, input);
        if (response.ok) succeeded++;
        expect([app.logged, response.status < 500]).toEqual([[], true]);
        await expectDeclared(endpoint, response);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    // Otherwise only refusals were looked at.
    expect(succeeded).toBeGreaterThan(0);
    expect(app.services.events.readers).toBe(0);
  });

  itIf(endpoint.body, 'refuses a body that its schema does not take', async () => {
    const app = fakeApp();
    const known = await prepare(app);
    const body = endpoint.body ?? z.never();
    const params = endpoint.params ? arbitraryOf(endpoint.params, known) : nothing;
    await fc.assert(
      fc.asyncProperty(params, spoiled(body, arbitraryOf(body, known)), async (address, value) => {
        // What JSON can't say arrives as something else, which may well be fine.
        fc.pre(value !== undefined && !body.safeParse(JSON.parse(JSON.stringify(value))).success);
        const response = await send(app, endpoint, { params: address, query: {}, body: value });
        expect(response.status).toBe(400);
        await expectProblem(response);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  itIf(endpoint.body, 'refuses a body of random bytes', async () => {
    const app = fakeApp();
    const known = await prepare(app);
    const types = fc.constantFrom(
      'application/json',
      'text/plain',
      'application/octet-stream',
      '',
      'x',
      'a/b; c=d',
    );
    const params = endpoint.params ? arbitraryOf(endpoint.params, known) : nothing;
    await fc.assert(
      fc.asyncProperty(params, fc.uint8Array({ maxLength: 200 }), types, async (address, bytes, type) => {
        const response = await app.fetch(addressOf(endpoint, address), {
          method: endpoint.method,
          body: new Uint8Array(bytes),
          headers: { 'content-type': type },
        });
        expect([400, 415]).toContain(response.status);
        await expectProblem(response);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  itIf(endpoint.params, 'refuses an address that its schema does not take', async () => {
    const app = fakeApp();
    const known = await prepare(app);
    const params = endpoint.params ?? z.object({});
    const texts = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('..', '%00', '-1', '1e3', '٣'),
    );
    const spoilt = fc
      .record(
        Object.fromEntries(
          Object.keys(params.shape).map((key) => [key, fc.oneof(known[key] ?? texts, texts)]),
        ),
      )
      .filter((value) => !params.safeParse(value).success);
    await fc.assert(
      fc.asyncProperty(spoilt, async (address) => {
        const response = await send(app, endpoint, {
          params: address,
          query: {},
          body: { path: join(app.root, 'clip.mp4') },
        });
        // Some spell another address: one that has other methods, or none.
        expect([400, 404, 405]).toContain(response.status);
        await expectProblem(response);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  itIf(endpoint.query, 'refuses a query that its schema does not take', async () => {
    const app = fakeApp();
    const known = await prepare(app);
    const query = endpoint.query ?? z.object({});
    const texts = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant('x'.repeat(5000)));
    const spoilt = fc
      .record(Object.fromEntries(Object.keys(query.shape).map((key) => [key, texts])), { requiredKeys: [] })
      .filter((value) => !query.safeParse(value).success);
    const params = endpoint.params ? arbitraryOf(endpoint.params, known) : nothing;
    await fc.assert(
      fc.asyncProperty(params, spoilt, async (address, value) => {
        const response = await send(app, endpoint, { params: address, query: value, body: undefined });
        expect(response.status).toBe(400);
        await expectProblem(response);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });
});

describe('any other request', () => {
  it('is answered with a problem, whatever its address and method', async () => {
    const app = fakeApp();
    const segments = fc.constantFrom(
      'api',
      'clips',
      'jobs',
      '..',
      '.',
      '%2e%2e',
      '%00',
      '%',
      '🦋',
      'a'.repeat(5000),
      '',
    );
    const address = fc.oneof(
      fc.array(fc.oneof(segments, fc.string())).map((parts) => `/${parts.join('/')}`),
      fc.webPath(),
      fc.string({ unit: 'binary' }).map((text) => `/api/${text}`),
    );
    const methods = fc.constantFrom(
      'GET',
      'HEAD',
      'POST',
      'PUT',
      'PATCH',
      'DELETE',
      'OPTIONS',
      'PROPFIND',
      'x',
    );
    await fc.assert(
      fc.asyncProperty(address, methods, async (path, method) => {
        fc.pre(
          URL.canParse(`http://127.0.0.1${path}`) &&
            !/^\/api\/(session|events|devices|networks|weights|recent|jobs)\b/.test(path),
        );
        const response = await app.fetch(path, { method });
        expect(app.logged).toEqual([]);
        if (response.status === 204) return;
        expect(response.status).toBeGreaterThanOrEqual(400);
        expect(response.status).toBeLessThan(500);
        if (method !== 'HEAD') await expectProblem(response);
      }),
      { seed: SEED, numRuns: 5 * RUNS },
    );
  });
});
