import { HttpProblem } from './problem-response.ts';

/** No request of ours comes near it. */
const MAX_BODY_BYTES = 2 ** 20;

/**
 * Reads the JSON body of a request.
 *
 * @throws HttpProblem - 415 when it is not declared as JSON, 413 when it is longer than 1 MiB, 400 when it is not JSON.
 */
export async function readJsonBody(request: Request): Promise<unknown> {
  const [type = ''] = (request.headers.get('content-type') ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/json') {
    throw new HttpProblem('request-invalid', 'The body of this request must be JSON.', {
      status: 415,
      hint: 'Send it with "Content-Type: application/json".',
    });
  }
  const bytes = await readAtMost(request, MAX_BODY_BYTES);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new HttpProblem('request-invalid', 'The body of this request is not valid JSON.');
  }
}

async function readAtMost(request: Request, limit: number): Promise<Uint8Array> {
  const tooLong = () =>
    new HttpProblem('request-invalid', `The body of this request is longer than ${limit} bytes.`, {
      status: 413,
    });
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLong();
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the rest of the body.
  for await (const chunk of request.body as ReadableStream<Uint8Array>) {
    length += chunk.byteLength;
    if (length > limit) throw tooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
