import { describe, expect, it, vi } from 'vitest';
import { LaunchToken, proofOf } from '../../../../src/main/hosts/server/launch-token.ts';
import { PROOF_PATH, SessionGuard, VOUCHER_PATH } from '../../../../src/main/hosts/server/session-guard.ts';

const HOST = '127.0.0.1:7517';
const COOKIE = 'acutance-7517';

const before = new LaunchToken();
const token = new LaunchToken(before.hash);
const guard = new SessionGuard(token);

interface Attempt {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What came back, and whether the handler was asked. */
async function attempt({ path = '/api/jobs', method = 'GET', headers = {} }: Attempt) {
  const handler = vi.fn(() => Promise.resolve(new Response('secret')));
  const request = new Request(`http://${HOST}${path}`, { method, headers: { host: HOST, ...headers } });
  const response = await guard.answer(request, handler);
  return { response, admitted: handler.mock.calls.length > 0, body: await response.text() };
}

const withKey = { cookie: `${COOKIE}=${token.value}` };
const navigating = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', accept: 'text/html' };

function isRefused({ response, admitted, body }: Awaited<ReturnType<typeof attempt>>): void {
  expect(admitted).toBe(false);
  expect(response.status).toBe(403);
  expect(JSON.parse(body)).toMatchObject({ code: 'access-refused', hint: expect.any(String) });
}

describe('a request with the key', () => {
  it('reaches the handler', async () => {
    const { response, admitted, body } = await attempt({ headers: withKey });
    expect(admitted).toBe(true);
    expect(body).toBe('secret');
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  it.each(['localhost:7517', 'LOCALHOST:7517', '[::1]:7517', '127.0.0.1:7517'])(
    'is served under the name %s',
    async (host) => expect((await attempt({ headers: { ...withKey, host } })).admitted).toBe(true),
  );

  it('is served through a tunnel whose near end has another port, with a cookie of that port', async () => {
    const headers = { host: 'localhost:9000', origin: 'http://localhost:9000' };
    const cookie = `acutance-9000=${token.value}`;
    expect((await attempt({ headers: { ...headers, cookie } })).admitted).toBe(true);
    isRefused(await attempt({ headers: { ...headers, ...withKey } }));
  });

  it('is found among other cookies, one of the same name included', async () => {
    const cookie = `theme=dark; ${COOKIE}=wrong; ${COOKIE}=${token.value}; other=1`;
    expect((await attempt({ headers: { cookie } })).admitted).toBe(true);
  });

  it.each(['same-origin', 'none'])('may come with Sec-Fetch-Site: %s', async (site) => {
    expect((await attempt({ headers: { ...withKey, 'sec-fetch-site': site } })).admitted).toBe(true);
  });
});

describe('refused, even with the key, is', () => {
  it.each([
    'evil.example',
    'evil.example:7517',
    '127.0.0.1.evil.example:7517',
    'localhost.evil.example',
    'evil.example@127.0.0.1',
    '127.0.0.2:7517',
    '0.0.0.0:7517',
    '127.1:7517',
    '2130706433:7517',
    '[::ffff:127.0.0.1]:7517',
    'localhost:7517:80',
    'localhost.',
    '',
  ])('the name %j: a rebound one, or another address', async (host) => {
    isRefused(await attempt({ headers: { ...withKey, host } }));
  });

  it.each([
    'http://evil.example',
    'null',
    'https://127.0.0.1:7517',
    'http://127.0.0.1:3000',
    'http://localhost:7517',
  ])('the origin %s', async (origin) =>
    isRefused(await attempt({ method: 'POST', headers: { ...withKey, origin } })),
  );

  it.each(['cross-site', 'same-site', 'anything'])('Sec-Fetch-Site: %s', async (site) => {
    isRefused(await attempt({ headers: { ...withKey, 'sec-fetch-site': site } }));
  });
});

describe('without the key', () => {
  it.each([
    ['no cookie', {}],
    ['an empty one', { cookie: `${COOKIE}=` }],
    ['a wrong one', { cookie: `${COOKIE}=${new LaunchToken().value}` }],
    ['a shortened one', { cookie: `${COOKIE}=${token.value.slice(0, -1)}` }],
    ['the right one under another name', { cookie: `acutance-80=${token.value}` }],
    ['the hash instead', { cookie: `${COOKIE}=${token.hash}` }],
  ])('%s is refused', async (_case, headers) => {
    isRefused(await attempt({ headers }));
    isRefused(await attempt({ method: 'POST', headers }));
  });

  it('a person is told what to do, on a page without scripts', async () => {
    const { response, admitted, body } = await attempt({ path: '/', headers: navigating });
    expect(admitted).toBe(false);
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(body).toContain('?token=');
    expect(body).not.toContain('<script');
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='/,
    );
  });

  it('a person who follows a link of another site gets a way in, not the page', async () => {
    const headers = { ...navigating, ...withKey, 'sec-fetch-site': 'cross-site' };
    const { response, admitted, body } = await attempt({ path: '/', headers });
    expect([response.status, admitted]).toEqual([403, false]);
    expect(body).toContain('<a href="/">');
  });
});

describe('the address with the token', () => {
  it('is exchanged for a cookie that scripts and other sites never have', async () => {
    const { response } = await attempt({ path: `/?token=${token.value}`, headers: navigating });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('set-cookie')).toBe(
      `${COOKIE}=${token.value}; HttpOnly; SameSite=Strict; Path=/`,
    );
  });

  it('can be opened again, in another browser', async () => {
    for (const host of ['localhost:7517', HOST]) {
      const { response } = await attempt({ path: `/?token=${token.value}`, headers: { host } });
      expect(response.status).toBe(303);
    }
  });

  it.each([
    ['a wrong token', new LaunchToken().value],
    ['the token of the launch before', before.value],
    ['none', ''],
  ])('gives nothing for %s', async (_case, wrong) => {
    const { response } = await attempt({ path: `/?token=${wrong}`, headers: navigating });
    expect(response.status).toBe(401);
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  it('works at no other address and with no other method', async () => {
    isRefused(await attempt({ path: `/api/jobs?token=${token.value}` }));
    isRefused(await attempt({ path: `/?token=${token.value}`, method: 'POST' }));
  });

  it('is refused under another name', async () => {
    isRefused(await attempt({ path: `/?token=${token.value}`, headers: { host: 'evil.example' } }));
  });
});

describe('a voucher', () => {
  it('lets in once', async () => {
    const path = `/?token=${token.issueVoucher()}`;
    expect((await attempt({ path })).response.headers.get('set-cookie')).toContain(token.value);
    expect((await attempt({ path, headers: navigating })).response.status).toBe(401);
  });

  it('that is used up does no harm to a browser that was let in', async () => {
    const path = `/?token=${token.issueVoucher()}`;
    await attempt({ path });
    expect((await attempt({ path, headers: withKey })).response.status).toBe(303);
  });

  it('is given to whoever has the key already, and nobody else', async () => {
    const asked = { path: VOUCHER_PATH, method: 'POST' };
    isRefused(await attempt(asked));
    const { body } = await attempt({ ...asked, headers: withKey });
    expect((await attempt({ path: `/?token=${body}` })).response.status).toBe(303);
  });
});

describe('after a restart', () => {
  it('an open page goes on with its old key and is given the new one', async () => {
    const { response, admitted, body } = await attempt({ headers: { cookie: `${COOKIE}=${before.value}` } });
    expect([admitted, body]).toEqual([true, 'secret']);
    expect(response.headers.get('set-cookie')).toContain(
      `${COOKIE}=${token.value}; HttpOnly; SameSite=Strict`,
    );
  });

  it('a key older than the launch before is refused', async () => {
    const next = new SessionGuard(new LaunchToken(token.hash));
    const answer = (value: string) =>
      next.answer(
        new Request(`http://${HOST}/api/jobs`, { headers: { host: HOST, cookie: `${COOKIE}=${value}` } }),
        () => Promise.resolve(new Response('secret')),
      );
    expect((await answer(token.value)).status).toBe(200);
    expect((await answer(before.value)).status).toBe(403);
  });
});

describe('a second start', () => {
  it('learns that the server is the user’s own, and not its token', async () => {
    const { response, body } = await attempt({ path: `${PROOF_PATH}?nonce=abc` });
    expect(response.status).toBe(200);
    expect(body).toBe(proofOf(token.value, 'abc'));
    expect(body).not.toContain(token.value);
    expect(proofOf(before.value, 'abc')).not.toBe(body);
  });

  it('that is a page of another site learns nothing', async () => {
    isRefused(
      await attempt({ path: `${PROOF_PATH}?nonce=abc`, headers: { 'sec-fetch-site': 'cross-site' } }),
    );
  });
});
