import { describe, expect, it } from 'vitest';
import { withSecurityHeaders } from '../../../src/main/routes/security-headers.ts';

function directives(response: Response): Map<string, string> {
  const policy = response.headers.get('content-security-policy') ?? '';
  return new Map(
    policy.split('; ').map((directive) => {
      const [name = '', ...values] = directive.split(' ');
      return [name, values.join(' ')] as const;
    }),
  );
}

describe('the policy of the page', () => {
  const policy = directives(withSecurityHeaders(new Response('')));

  it('forbids whatever it does not name', () => {
    expect(policy.get('default-src')).toBe("'none'");
    for (const name of ['base-uri', 'form-action', 'frame-ancestors'])
      expect(policy.get(name)).toBe("'none'");
  });

  it('allows our own files and nothing inline, evaluated or from elsewhere', () => {
    for (const [name, value] of policy) {
      if (name.endsWith('trusted-types') || name.endsWith('for') || value === "'none'") continue;
      expect(value, name).toBe(name === 'img-src' ? "'self' blob:" : "'self'");
    }
    expect(policy.get('script-src')).toBe("'self'");
    expect(policy.get('style-src')).toBe("'self'");
  });

  it('keeps text from becoming HTML or a script', () => {
    expect(policy.get('require-trusted-types-for')).toBe("'script'");
  });
});

describe('a response with the headers', () => {
  it.each([
    ['a page', new Response('text', { headers: { 'Content-Type': 'text/html' } })],
    ['nothing', new Response(null, { status: 204 })],
    ['one that is known', new Response(null, { status: 304 })],
    ['a part', new Response('par', { status: 206, headers: { 'Content-Range': 'bytes 0-2/9' } })],
    ['a redirection, whose headers are fixed', Response.redirect('http://localhost/')],
    ['a failure', new Response('no', { status: 500 })],
  ])('is still %s', async (_case, original) => {
    const { status } = original;
    const headers = [...original.headers].filter(([name]) => name !== 'cache-control');
    const text = await original.clone().text();
    const response = withSecurityHeaders(original);
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(text);
    expect([...response.headers]).toEqual(expect.arrayContaining(headers));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
  });

  it('keeps what it says about caching, and every cookie', () => {
    const original = new Response('', { headers: { 'Cache-Control': 'private, no-cache' } });
    original.headers.append('Set-Cookie', 'a=1');
    original.headers.append('Set-Cookie', 'b=2');
    const { headers } = withSecurityHeaders(original);
    expect(headers.get('cache-control')).toBe('private, no-cache');
    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  it('passes the end of the reader on to the source', async () => {
    let cancelled = false;
    const source = new ReadableStream({ cancel: () => void (cancelled = true) });
    await withSecurityHeaders(new Response(source)).body?.cancel();
    expect(cancelled).toBe(true);
  });
});
