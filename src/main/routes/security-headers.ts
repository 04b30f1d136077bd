import { createHash } from 'node:crypto';

/**
 * The headers that every response carries, whatever host sends it: a page from anywhere else can neither read an
 * answer of ours nor show it, and our own page runs nothing but our own files.
 */

/**
 * What the page may load. No inline script or style: text that ends up in the page by mistake stays text. Styles set
 * from script through the CSSOM, as Svelte does, are not covered by `style-src`.
 */
const PAGE_POLICY = policy({
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' blob:",
  'media-src': "'self'",
  'font-src': "'self'",
  'connect-src': "'self'",
  'worker-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
  // Text becomes HTML, or a worker's address, only through these: Svelte's templates (compiled, never user text),
  // and the page's own check that a worker is one of its files.
  'trusted-types': 'svelte-trusted-html acutance',
  'require-trusted-types-for': "'script'",
});

/** What the page asks of the browser, and what it never will. */
const PERMISSIONS = [
  ...['autoplay', 'clipboard-write', 'fullscreen'].map((feature) => `${feature}=(self)`),
  ...[
    ...['accelerometer', 'camera', 'display-capture', 'geolocation', 'gyroscope', 'hid'],
    ...['magnetometer', 'microphone', 'midi', 'payment', 'publickey-credentials-get', 'serial', 'usb'],
  ].map((feature) => `${feature}=()`),
].join(', ');

const HEADERS: Readonly<Record<string, string>> = {
  // Isolates our window from the one that opened it, and keeps our answers out of other sites' processes.
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  // A frame or a clip never runs as a script, whatever bytes it holds.
  'X-Content-Type-Options': 'nosniff',
  // Addresses may hold the paths of a user's files.
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': PERMISSIONS,
};

/**
 * The same response with the security headers, and with `Cache-Control: no-store` where it says nothing about caching.
 * The given one must not be used any more: its body moves on.
 *
 * @param style text of the one inline style that the response is allowed, for pages that come without files
 */
export function withSecurityHeaders(response: Response, style?: string): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  headers.set('Content-Security-Policy', style === undefined ? PAGE_POLICY : documentPolicy(style));
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/** The policy of a page of text with one style and nothing else. */
function documentPolicy(style: string): string {
  const hash = createHash('sha256').update(style).digest('base64');
  return policy({
    'default-src': "'none'",
    'style-src': `'sha256-${hash}'`,
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  });
}

function policy(directives: Readonly<Record<string, string>>): string {
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');
}
