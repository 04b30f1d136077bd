import type { CustomScheme } from 'electron';

/** The window's own scheme: nothing else in the system can answer for it, and no other page can reach it. */
export const APP_SCHEME = 'acutance';
const APP_HOST = 'app';
export const APP_ORIGIN = `${APP_SCHEME}://${APP_HOST}`;
export const PAGE_ADDRESS = `${APP_ORIGIN}/`;

/** Like `https`: an origin of its own, fetch, streamed media. Neither the page's policy nor CORS can be got around. */
export const SCHEME_PRIVILEGES: CustomScheme = {
  scheme: APP_SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
};

/** Whether an address belongs to our page's origin. */
export function isOwnAddress(address: string): boolean {
  const url = URL.parse(address);
  return url?.protocol === `${APP_SCHEME}:` && url.host === APP_HOST;
}

/**
 * Answers the scheme's requests with the application's handler.
 *
 * Electron gives a request no signal that tells when the page lost interest; it only cancels the body of the response,
 * and for streams passed through it not always (electron/electron#47097). So every request gets a signal here, which
 * aborts when its body is cancelled, and `abortAll` ends what is left when the page goes away.
 */
export class SchemeHandler {
  readonly #fetch: (request: Request) => Promise<Response>;
  readonly #open = new Set<AbortController>();

  constructor(fetch: (request: Request) => Promise<Response>) {
    this.#fetch = fetch;
  }

  /** How many responses are not at their end yet. */
  get openResponses(): number {
    return this.#open.size;
  }

  readonly handle = async (request: Request): Promise<Response> => {
    const origin = request.headers.get('origin');
    const foreign = origin !== null && origin !== 'null' && origin !== APP_ORIGIN;
    if (!isOwnAddress(request.url) || foreign) return new Response(null, { status: 403 });

    const abort = new AbortController();
    this.#open.add(abort);
    const closed = (): void => void this.#open.delete(abort);
    const forward = (): void => abort.abort(request.signal.reason);
    request.signal.addEventListener('abort', forward, { once: true });
    try {
      const response = await this.#fetch(new Request(request, { signal: abort.signal }));
      if (response.body === null) {
        closed();
        return response;
      }
      const { status, statusText, headers } = response;
      return new Response(watched(response.body, abort, closed), { status, statusText, headers });
    } catch (error) {
      closed();
      throw error;
    }
  };

  /** Ends every response that is under way: the page that asked for it is gone. */
  abortAll(): void {
    for (const abort of this.#open) abort.abort();
    this.#open.clear();
  }
}

/** The same bytes, one chunk at a time; tells when they end, and aborts the source when they are cancelled. */
function watched(
  body: ReadableStream<Uint8Array>,
  abort: AbortController,
  closed: () => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        abort.signal.addEventListener(
          'abort',
          () => {
            closed();
            reader.cancel(abort.signal.reason).catch(() => undefined);
            try {
              controller.close();
            } catch {
              // It was cancelled or at its end already.
            }
          },
          { once: true },
        );
      },
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (abort.signal.aborted) return;
          if (!done) {
            controller.enqueue(value);
          } else {
            closed();
            controller.close();
          }
        } catch (error) {
          closed();
          controller.error(error);
        }
      },
      cancel(reason) {
        abort.abort(reason);
      },
    },
    // Nothing is read before it is asked for: a scrub leaves many frames unwanted.
    { highWaterMark: 0 },
  );
}
