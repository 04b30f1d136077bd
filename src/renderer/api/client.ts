import type { z } from 'zod';
import type { Endpoint, EndpointBody, EndpointResult } from '../../shared/api/endpoint.ts';
import { endpoints, type EndpointName, type Endpoints } from '../../shared/api/endpoints.ts';
import { descriptionOf, problemSchema } from '../../shared/api/problem.ts';
import { AcutanceError } from '../../shared/errors.ts';

/** What a route takes; a schema that reads numbers from text says `unknown`, a caller gives the number itself. */
type Given<Schema extends z.ZodType> = {
  [Key in keyof z.input<Schema>]: unknown extends z.input<Schema>[Key]
    ? Key extends keyof z.output<Schema>
      ? z.output<Schema>[Key]
      : never
    : z.input<Schema>[Key];
};

type PartsOf<E extends Endpoint> = (E['params'] extends z.ZodType
  ? { readonly params: Given<E['params']> }
  : unknown) &
  (E['query'] extends z.ZodType ? { readonly query?: Given<E['query']> } : unknown) &
  (E['body'] extends z.ZodType ? { readonly body: EndpointBody<E> } : unknown);

export type CallArguments<E extends Endpoint> = PartsOf<E> & { readonly signal?: AbortSignal | undefined };

export interface BytesAnswer {
  readonly bytes: ArrayBuffer;
  readonly headers: Headers;
}

export type Answer<E extends Endpoint> = E['response']['kind'] extends 'bytes'
  ? BytesAnswer
  : EndpointResult<E>;

type Call<E extends Endpoint> =
  unknown extends PartsOf<E>
    ? (given?: CallArguments<E>) => Promise<Answer<E>>
    : (given: CallArguments<E>) => Promise<Answer<E>>;

/** The routes that a call can be made to: all but the endless one, and the one that takes bytes; see `upload.ts`. */
export type CallableName = Exclude<EndpointName, 'events' | 'uploadWeights'>;

/**
 * One function per route, for example `client.frame({ params: { clip, index }, query: { format: 'png' } })`. Each
 * throws `AcutanceError` when the answer is a problem, `UnreachableError` when there is none, and what `fetch` throws
 * when its signal is aborted.
 */
export type Client = { readonly [Name in CallableName]: Call<Endpoints[Name]> };

/** Nothing answered: the server is away or on its way back. */
export class UnreachableError extends AcutanceError {
  constructor(cause?: unknown) {
    super('internal', 'Acutance does not answer.', {
      hint: 'Try again when the program runs again.',
      cause,
    });
    this.name = 'UnreachableError';
  }
}

interface LooseCall {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The client of a page.
 * @param send stands in for `fetch` in tests
 */
export function createClient(send: typeof fetch = (...request) => fetch(...request)): Client {
  const names = (Object.keys(endpoints) as EndpointName[]).filter((name) => name !== 'events');
  const calls = names.map((name) => {
    const endpoint: Endpoint = endpoints[name];
    return [name, (given: LooseCall = {}) => call(send, endpoint, given)] as const;
  });
  return Object.fromEntries(calls) as unknown as Client;
}

/** The address of a route, with its parameters filled in and everything encoded. */
export function addressOf(endpoint: Endpoint, given: Pick<LooseCall, 'params' | 'query'> = {}): string {
  const path = endpoint.path.replaceAll(/:(\w+)/g, (_match, name: string) => {
    const value = given.params?.[name];
    if (value === undefined) throw new TypeError(`${endpoint.path} needs "${name}".`);
    return encodeURIComponent(textOf(value));
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given.query ?? {})) {
    if (value !== undefined) query.set(name, textOf(value));
  }
  return query.size === 0 ? path : `${path}?${query}`;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TypeError('Addresses are made of texts and numbers.');
}

async function call(send: typeof fetch, endpoint: Endpoint, given: LooseCall): Promise<unknown> {
  const response = await reach(send, endpoint, given);
  if (!response.ok) throw await problemIn(response);
  switch (endpoint.response.kind) {
    case 'json':
      return validated(endpoint, endpoint.response.schema, await bodyOf(response, 'json'));
    case 'bytes':
      return { bytes: await bodyOf(response, 'arrayBuffer'), headers: response.headers };
    default:
      return undefined;
  }
}

async function reach(send: typeof fetch, endpoint: Endpoint, given: LooseCall): Promise<Response> {
  try {
    return await send(addressOf(endpoint, given), {
      method: endpoint.method,
      signal: given.signal ?? null,
      // What was changed last is saved although the page is being closed.
      ...(endpoint.method === 'PATCH' ? { keepalive: true } : {}),
      ...(given.body === undefined
        ? {}
        : { body: JSON.stringify(given.body), headers: { 'content-type': 'application/json' } }),
    });
  } catch (thrown) {
    // `fetch` throws a TypeError for every failure of the network.
    throw thrown instanceof TypeError ? new UnreachableError(thrown) : thrown;
  }
}

async function bodyOf(response: Response, kind: 'json' | 'arrayBuffer'): Promise<unknown> {
  try {
    return await response[kind]();
  } catch (thrown) {
    throw thrown instanceof TypeError ? new UnreachableError(thrown) : thrown;
  }
}

function validated(endpoint: Endpoint, schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AcutanceError('internal', `${endpoint.path} answered with something unexpected.`, {
    hint: 'Reload the page: it may be older than the program.',
    cause: parsed.error,
  });
}

/** The problem that an answer tells of, whether or not it is told as we agreed. */
async function problemIn(response: Response): Promise<AcutanceError> {
  const body: unknown = await response.json().catch(() => undefined);
  return problemFrom(body, response.status);
}

/**
 * The problem that the body of an answer tells of.
 * @param body as parsed from JSON; undefined when it was none
 */
export function problemFrom(body: unknown, status: number): AcutanceError {
  const parsed = problemSchema.safeParse(body);
  if (parsed.success) return AcutanceError.fromProblem(descriptionOf(parsed.data));
  return new AcutanceError('internal', `Acutance answered with status ${status} and no reason.`);
}
