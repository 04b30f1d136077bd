import { parseRange } from './byte-range.ts';
import { isKnown } from './conditional.ts';
import { HttpProblem, problemResponse } from './problem-response.ts';

/** Bytes that can be read from anywhere. */
export interface ByteSource {
  readonly size: number;
  /** How many are read and sent at once; by default a quarter of a MiB. */
  readonly chunkBytes?: number;
  /** Reads exactly `to - from` bytes, or throws. */
  read(from: number, to: number): Promise<Uint8Array>;
  /** Called once, when nothing more is read. */
  close(): Promise<void>;
}

export interface RangedOptions {
  readonly type: string;
  /** Quoted; another one for other bytes. */
  readonly etag: string;
  readonly cacheControl: string;
}

/** Large enough to be quick, small enough to be given up. */
const CHUNK_BYTES = 256 * 1024;

/** Answers a GET or HEAD for a resource of known size, or for one range of it, and closes the source in the end. */
export async function rangedResponse(
  request: Request,
  source: ByteSource,
  { type, etag, cacheControl }: RangedOptions,
): Promise<Response> {
  const headers = { 'accept-ranges': 'bytes', etag, 'cache-control': cacheControl };
  const { size } = source;
  if (isKnown(request, etag)) {
    await source.close();
    return new Response(null, { status: 304, headers });
  }
  const range = wantsRange(request, etag) ? parseRange(request.headers.get('range'), size) : undefined;
  if (range === 'unsatisfiable') {
    await source.close();
    return problemResponse(
      new HttpProblem('request-invalid', `The range asked for is not within the ${size} bytes there are.`, {
        status: 416,
        headers: { 'content-range': `bytes */${size}`, 'accept-ranges': 'bytes' },
      }),
    );
  }
  const { from, to } = range ?? { from: 0, to: size };
  const body = request.method === 'HEAD' ? null : streamOf(source, from, to, request.signal);
  if (!body) await source.close();
  return new Response(body, {
    status: range ? 206 : 200,
    headers: {
      ...headers,
      'content-type': type,
      'content-length': String(to - from),
      ...(range ? { 'content-range': `bytes ${from}-${to - 1}/${size}` } : {}),
    },
  });
}

/** A range is for GET alone, and only of the bytes that the asker knows already. */
function wantsRange({ method, headers }: Request, etag: string): boolean {
  const condition = headers.get('if-range');
  return method === 'GET' && (condition === null || condition === etag);
}

/** Reads a chunk when the one before it was taken. */
function streamOf(
  source: ByteSource,
  from: number,
  to: number,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const chunkBytes = source.chunkBytes ?? CHUNK_BYTES;
  let position = from;
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= source.close());
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const end = () => {
          if (closed) return;
          // Nobody is left to be told of an error.
          controller.close();
          void close();
        };
        signal.addEventListener('abort', end, { once: true });
        if (signal.aborted) end();
      },
      async pull(controller) {
        try {
          if (position < to) {
            const chunk = await source.read(position, Math.min(position + chunkBytes, to));
            if (closed) return;
            if (chunk.byteLength === 0) throw new Error(`Nothing could be read from byte ${position} on.`);
            position += chunk.byteLength;
            controller.enqueue(chunk);
          }
          if (position < to) return;
          controller.close();
        } catch (thrown) {
          if (!closed) controller.error(thrown);
        }
        await close();
      },
      cancel: () => close(),
    },
    { highWaterMark: 0 },
  );
}
