import { PROBLEM_TYPE, problemOf } from '../../shared/api/problem.ts';
import { AcutanceError } from '../../shared/errors.ts';
import type { Logger } from './logger.ts';

export interface ProblemOptions {
  /** Where HTTP has a status of its own for the occasion; otherwise that of the code. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What `thrown` by a handler may also be, besides an `AcutanceError`: a request that HTTP has a status of its own for. */
export class HttpProblem extends AcutanceError {
  readonly options: ProblemOptions;

  constructor(
    code: 'request-invalid' | 'not-found',
    message: string,
    options: ProblemOptions & { hint?: string } = {},
  ) {
    super(code, message, options.hint === undefined ? {} : { hint: options.hint });
    this.options = options;
  }
}

/** A failure as a response: problem details (RFC 9457), never cached. */
export function problemResponse(error: AcutanceError, options: ProblemOptions = {}): Response {
  const given = error instanceof HttpProblem ? error.options : {};
  const problem = problemOf(error.toProblem(), options.status ?? given.status);
  return Response.json(problem, {
    status: problem.status,
    headers: {
      ...given.headers,
      ...options.headers,
      'content-type': PROBLEM_TYPE,
      'cache-control': 'no-store',
    },
  });
}

/**
 * Whatever a handler threw as a response. Only an `AcutanceError` was written for a user; of anything else the page
 * learns nothing but that it happened, and the log everything.
 */
export function responseToFailure(thrown: unknown, request: Request, logger: Logger): Response {
  const { pathname } = new URL(request.url);
  if (request.signal.aborted) return problemResponse(new AcutanceError('cancelled', 'Cancelled.'));
  if (thrown instanceof AcutanceError) {
    const response = problemResponse(thrown);
    if (response.status >= 500) logger.error(`${request.method} ${pathname} failed`, thrown);
    return response;
  }
  logger.error(`${request.method} ${pathname} failed`, thrown);
  return problemResponse(
    new AcutanceError('internal', 'Acutance met an error of its own while it answered.', {
      hint: 'Try again; the program’s log says more.',
    }),
  );
}
