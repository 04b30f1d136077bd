import { AcutanceError, type ProblemDescription } from '../../../shared/errors.ts';
import { problemResponse } from '../../routes/problem-response.ts';
import { withSecurityHeaders } from '../../routes/security-headers.ts';
import type { LaunchToken } from './launch-token.ts';
import { FROM_ELSEWHERE, KEY_NEEDED, REFUSAL_STYLE, WRONG_NAME } from './refusal-page.ts';

/**
 * Stands before the handler on a loopback port, which every program of the machine and every page in the user's
 * browser can reach. What it stops:
 *
 * - **DNS rebinding** (a page of `evil.example` whose name is made to point at 127.0.0.1): its requests carry its own
 *   name in `Host`. Only loopback names are served. Their port may be any: through an SSH tunnel the browser sees the
 *   port of the near end. That gives nothing away, since a rebound page cannot choose another name than its own, and
 *   pages of other ports are told apart by the next two checks.
 * - **Cross-site request forgery**: a browser states where a request comes from in `Origin` and `Sec-Fetch-Site`. A page
 *   of another site is refused, and so is one of another port of this machine, which counts as the same site.
 *   Browsers too old for `Sec-Fetch-Site` send `Origin` with everything that changes something.
 * - **Cross-site reads** (a frame shown in another page's `<img>`): the same two checks, `SameSite=Strict`, and
 *   `Cross-Origin-Resource-Policy` on every answer.
 * - **Other users of the machine**, who can reach the port with any headers: 256 random bits per launch, which only the
 *   user is shown. They come in the address once and move into a cookie that no script can read, out of the address
 *   bar and the history. The browser that is opened for the user gets a voucher for one use instead.
 *
 * A page that was open while the server started anew shows the token of the launch before and is given the new one
 * with the answer. Tokens of earlier launches are refused.
 */
export class SessionGuard {
  readonly #token: LaunchToken;

  constructor(token: LaunchToken) {
    this.#token = token;
  }

  /** Lets a request through to the handler, or answers it. */
  async answer(request: Request, handler: (request: Request) => Promise<Response>): Promise<Response> {
    const host = parseHost(request.headers.get('Host'));
    if (host === undefined) return refuse(request, REFUSALS.wrongName);
    if (!isOwnOrigin(request.headers.get('Origin'), host)) return refuse(request, REFUSALS.fromElsewhere);

    const url = new URL(request.url);
    const token = url.pathname === '/' ? url.searchParams.get('token') : null;
    // Also for a link in a terminal that is itself a web page: whoever made it knew the token.
    if (token !== null && request.method === 'GET') return this.#exchange(request, token, host);

    if (!isOwnSite(request.headers.get('Sec-Fetch-Site'))) return refuse(request, REFUSALS.fromElsewhere);
    const nonce = url.pathname === PROOF_PATH ? url.searchParams.get('nonce') : null;
    if (nonce !== null && request.method === 'GET') {
      return withSecurityHeaders(new Response(this.#token.prove(nonce)));
    }

    switch (this.#ageOfCookie(request, host)) {
      case 'current':
        if (url.pathname === VOUCHER_PATH && request.method === 'POST') {
          return withSecurityHeaders(new Response(this.#token.issueVoucher()));
        }
        return handler(request);
      case 'previous':
        return withCookie(await handler(request), this.#cookie(host));
      case undefined:
        return refuse(request, REFUSALS.keyNeeded);
    }
  }

  #exchange(request: Request, token: string, host: Host): Response {
    // A browser that was let in before may come with an address that is used up.
    const admitted = this.#token.redeem(token) || this.#ageOfCookie(request, host) !== undefined;
    if (!admitted) return refuse(request, REFUSALS.keyNeeded);
    const response = new Response(null, { status: 303, headers: { Location: '/' } });
    return withSecurityHeaders(withCookie(response, this.#cookie(host)));
  }

  #ageOfCookie(request: Request, host: Host): ReturnType<LaunchToken['ageOf']> {
    const ages = (request.headers.get('Cookie') ?? '')
      .split(';')
      .map((pair) => pair.trim().split('='))
      // There may be several: another port of the same name can set cookies that reach us.
      .filter(([name]) => name === cookieName(host))
      .map(([, value = '']) => this.#token.ageOf(value));
    return ages.includes('current') ? 'current' : ages.find((age) => age !== undefined);
  }

  #cookie(host: Host): string {
    return `${cookieName(host)}=${this.#token.value}; HttpOnly; SameSite=Strict; Path=/`;
  }
}

/** Where a second start asks whether the server on a port is this user's; it is told nothing else. */
export const PROOF_PATH = '/api/session/proof';

/** Where a second start, which knows the token, gets a voucher for the browser it opens. */
export const VOUCHER_PATH = '/api/session/voucher';

/** The near end of a connection as the browser names it. */
interface Host {
  /** As in an origin: `127.0.0.1:7517`. */
  readonly text: string;
  readonly port: string;
}

interface Refusal {
  readonly problem: ProblemDescription;
  readonly page: string;
  /** Of the page. */
  readonly status: number;
}

const REFUSALS = {
  wrongName: {
    problem: {
      code: 'access-refused',
      message: 'Acutance answers only to localhost, 127.0.0.1 and [::1].',
      hint: 'From another machine, open an SSH tunnel and use the address of its near end.',
    },
    page: WRONG_NAME,
    status: 403,
  },
  fromElsewhere: {
    problem: {
      code: 'access-refused',
      message: 'The request comes from another site.',
      hint: 'Use Acutance in its own window.',
    },
    page: FROM_ELSEWHERE,
    status: 403,
  },
  keyNeeded: {
    problem: {
      code: 'access-refused',
      message: 'The request comes without the key of this start of Acutance, or with one that is too old.',
      hint: 'Open the whole address that Acutance printed when it started.',
    },
    page: KEY_NEEDED,
    status: 401,
  },
} as const satisfies Record<string, Refusal>;

function parseHost(header: string | null): Host | undefined {
  const match = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?$/i.exec(header ?? '');
  return match ? { text: match[0].toLowerCase(), port: match[1] ?? '80' } : undefined;
}

function isOwnOrigin(header: string | null, host: Host): boolean {
  return header === null || header === `http://${host.text}`;
}

function isOwnSite(header: string | null): boolean {
  // `none` is the user: a typed address, a bookmark, another program.
  return header === null || header === 'same-origin' || header === 'none';
}

/** Cookies know no ports: the name tells apart what runs on several. */
export function cookieName({ port }: Pick<Host, 'port'>): string {
  return `acutance-${port}`;
}

function withCookie(response: Response, cookie: string): Response {
  const headers = new Headers(response.headers);
  headers.append('Set-Cookie', cookie);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/** A page for a person who navigates, a problem for a program. */
function refuse(request: Request, { problem, page, status }: Refusal): Response {
  const navigates =
    request.headers.get('Sec-Fetch-Mode') === 'navigate' ||
    (request.headers.get('Accept') ?? '').includes('text/html');
  if (navigates && !new URL(request.url).pathname.startsWith('/api/')) {
    const headers = { 'Content-Type': 'text/html; charset=utf-8' };
    return withSecurityHeaders(new Response(page, { status, headers }), REFUSAL_STYLE);
  }
  return withSecurityHeaders(problemResponse(AcutanceError.fromProblem(problem)));
}
