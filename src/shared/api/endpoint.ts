import type { z } from 'zod';

/**
 * What a response carries: JSON by a schema, bytes of a media type (`video/*` stands for any video), nothing, or an
 * endless stream of events.
 */
export type ResponseBody =
  | { readonly kind: 'json'; readonly schema: z.ZodType }
  | { readonly kind: 'bytes'; readonly types: readonly string[] }
  | { readonly kind: 'events' }
  | { readonly kind: 'nothing' };

/**
 * One route, as both sides know it. `path` names its parameters as `:clip`; `params` and `query` are schemas over
 * texts, `body` is the schema of a JSON body.
 */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: `/api/${string}`;
  /** One line: what it is for. */
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Whether the body is bytes, however many: the handler reads them as they come. */
  readonly takesBytes?: true;
  readonly response: ResponseBody;
}

type InputOf<Schema> = Schema extends z.ZodType ? z.input<Schema> : unknown;

/** What a caller gives: path parameters and query as one record, and the body. */
export type EndpointInput<E extends Endpoint> = InputOf<E['params']> & InputOf<E['query']>;
export type EndpointBody<E extends Endpoint> = E['body'] extends z.ZodType ? z.input<E['body']> : undefined;

/** What a handler receives, after validation. */
export interface EndpointRequest<E extends Endpoint> {
  readonly params: E['params'] extends z.ZodType ? z.output<E['params']> : Record<string, never>;
  readonly query: E['query'] extends z.ZodType ? z.output<E['query']> : Record<string, never>;
  readonly body: E['body'] extends z.ZodType ? z.output<E['body']> : undefined;
}

/** The value of a JSON response; `undefined` for the other kinds. */
export type EndpointResult<E extends Endpoint> = E['response'] extends {
  readonly kind: 'json';
  readonly schema: infer Schema extends z.ZodType;
}
  ? z.output<Schema>
  : undefined;

/** Says of a record of endpoints that it is one, keeping each one's own type. */
export function defineEndpoints<const Table extends Readonly<Record<string, Endpoint>>>(table: Table): Table {
  return table;
}

export const json = <Schema extends z.ZodType>(schema: Schema) => ({ kind: 'json', schema }) as const;
export const bytes = (...types: readonly string[]) => ({ kind: 'bytes', types }) as const;
export const NOTHING = { kind: 'nothing' } as const;
export const EVENTS = { kind: 'events' } as const;
