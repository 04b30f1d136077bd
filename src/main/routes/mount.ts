import type { Hono } from 'hono';
import type { z } from 'zod';
import type { Endpoint, EndpointRequest, EndpointResult } from '../../shared/api/endpoint.ts';
import { endpoints, type EndpointName, type Endpoints } from '../../shared/api/endpoints.ts';
import { readJsonBody } from './json-body.ts';
import type { Logger } from './logger.ts';
import { HttpProblem, problemResponse, responseToFailure } from './problem-response.ts';

/** What a handler receives: the validated parts of the request, and the request itself for its headers. */
export interface RouteRequest<E extends Endpoint> extends EndpointRequest<E> {
  readonly request: Request;
  /** Aborted when the page no longer waits for the answer. */
  readonly signal: AbortSignal;
}

type Answer<E extends Endpoint> = E['response'] extends { readonly kind: 'json' }
  ? EndpointResult<E>
  : E['response'] extends { readonly kind: 'nothing' }
    ? undefined
    : Response;

export type Handler<E extends Endpoint> = (request: RouteRequest<E>) => Answer<E> | Promise<Answer<E>>;

/** A handler for every endpoint: one that is missing is a type error. */
export type Handlers = { readonly [Name in EndpointName]: Handler<Endpoints[Name]> };

/** The handlers of a group of endpoints. */
export type HandlersOf<Names extends EndpointName> = Pick<Handlers, Names>;

export interface MountOptions {
  readonly logger: Logger;
  /** Whether answers are checked against their schemas; for tests and development. */
  readonly checkResponses: boolean;
}

/** Answers the table of endpoints: validates what comes in, and turns what is thrown into problem details. */
export function mountEndpoints(app: Hono, handlers: Handlers, options: MountOptions): void {
  const methods = new Map<string, string[]>();
  for (const name of Object.keys(endpoints) as EndpointName[]) {
    const endpoint: Endpoint = endpoints[name];
    // The table pairs each endpoint with its own handler; the loop sees only what they have in common.
    const handler = handlers[name] as unknown as (request: RouteRequest<Endpoint>) => unknown;
    app.on(endpoint.method, endpoint.path, async (context) => {
      const request = context.req.raw;
      try {
        const input = await readInput(endpoint, request, context.req.param());
        const answer = await handler({ ...input, request, signal: request.signal });
        return await respond(endpoint, answer, request, options);
      } catch (thrown) {
        return responseToFailure(thrown, request, options.logger);
      }
    });
    methods.set(endpoint.path, [...(methods.get(endpoint.path) ?? []), endpoint.method]);
  }
  for (const [path, allowed] of methods) mountOtherMethods(app, path, allowed);
  app.all('/api/*', (context) =>
    problemResponse(new HttpProblem('not-found', `There is nothing at ${context.req.path}.`)),
  );
}

function mountOtherMethods(app: Hono, path: string, methods: readonly string[]): void {
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  app.all(path, ({ req }) => {
    if (req.method === 'OPTIONS') {
      return new Response(null, { status: 204, headers: { allow, 'cache-control': 'no-store' } });
    }
    const message = `${req.method} can't be done with ${req.path}.`;
    return problemResponse(new HttpProblem('request-invalid', message, { status: 405, headers: { allow } }));
  });
}

async function readInput(
  endpoint: Endpoint,
  request: Request,
  params: Readonly<Record<string, string>>,
): Promise<EndpointRequest<Endpoint>> {
  const { searchParams } = new URL(request.url);
  const query: Record<string, string> = {};
  for (const [name, value] of searchParams) {
    if (Object.hasOwn(query, name)) throw new HttpProblem('request-invalid', `"${name}" is given twice.`);
    Object.defineProperty(query, name, { value, enumerable: true });
  }
  const checked = {
    params: endpoint.params ? check(endpoint.params, params, 'address') : {},
    query: endpoint.query ? check(endpoint.query, query, 'query') : {},
    body: endpoint.body ? check(endpoint.body, await readJsonBody(request), 'body') : undefined,
  };
  return checked as EndpointRequest<Endpoint>;
}

function check(schema: z.ZodType, value: unknown, part: string): unknown {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const issues = error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`,
  );
  throw new HttpProblem(
    'request-invalid',
    `The ${part} of this request is not as it must be: ${issues.join('; ')}.`,
  );
}

async function respond(
  { response: kind }: Endpoint,
  answer: unknown,
  request: Request,
  { checkResponses }: MountOptions,
): Promise<Response> {
  if (kind.kind === 'json' && checkResponses) {
    const { error } = kind.schema.safeParse(answer);
    if (error) throw new Error(`The answer is not as its schema says: ${error.message}`);
  }
  const response =
    kind.kind === 'json'
      ? Response.json(answer)
      : answer instanceof Response
        ? answer
        : new Response(null, { status: 204 });
  if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store');
  // Whoever asks for the headers alone leaves the body unread, and what feeds it waiting.
  if (request.method === 'HEAD') await response.body?.cancel();
  return response;
}
