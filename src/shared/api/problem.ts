import { z } from 'zod';
import { EXIT_CODES, type ErrorCode, type ProblemDescription } from '../errors.ts';

/** The media type of problem details (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json';

const ERROR_CODES = Object.keys(EXIT_CODES) as [ErrorCode, ...ErrorCode[]];

export const errorCodeSchema = z.enum(ERROR_CODES);

export const problemDescriptionSchema = z.object({
  code: errorCodeSchema,
  message: z.string(),
  hint: z.string().optional(),
}) satisfies z.ZodType<ProblemDescription>;

/** The body of every response that is not a success (RFC 9457, with our `code` and `hint` as extensions). */
export const problemSchema = z.object({
  /** `urn:acutance:problem:` and the code. */
  type: z.string(),
  /** The same for every problem of its code. */
  title: z.string(),
  status: z.int().min(400).max(599),
  code: errorCodeSchema,
  /** What happened, with the path or the value. */
  detail: z.string(),
  /** What to do about it. */
  hint: z.string().optional(),
});
export type Problem = z.output<typeof problemSchema>;

/** The HTTP status of each code, and a title that does not depend on the occasion. */
const STATUS: Readonly<Record<ErrorCode, readonly [status: number, title: string]>> = {
  internal: [500, 'A defect of Acutance'],
  usage: [400, 'A choice that can’t be carried out'],
  'request-invalid': [400, 'A request that was not understood'],
  'access-refused': [403, 'Access refused'],
  'path-refused': [403, 'A path outside the opened folders'],
  'not-found': [404, 'Not found'],
  'frame-not-rendered': [404, 'A frame that is not rendered yet'],
  'input-unreadable': [404, 'The file can’t be read'],
  'input-unsupported': [415, 'The file is of a kind that can’t be used'],
  'input-corrupt': [422, 'The file is damaged'],
  'output-exists': [409, 'The output exists'],
  'output-unwritable': [403, 'The output can’t be written'],
  'output-same-as-input': [409, 'The output is the input'],
  'disk-full': [507, 'The disk is full'],
  'weights-unreadable': [422, 'The weights can’t be read'],
  'weights-refused': [422, 'The weights are refused'],
  'weights-mismatch': [422, 'The weights don’t fit'],
  'weights-missing': [409, 'No weights'],
  'device-unavailable': [503, 'The device can’t be used'],
  'out-of-memory': [507, 'Not enough memory'],
  'engine-died': [500, 'The engine ended'],
  'inference-failed': [500, 'The computation failed'],
  'output-not-finite': [500, 'The computation gave no picture'],
  'output-black': [500, 'The computation gave a black picture'],
  cancelled: [499, 'Cancelled'],
};

/**
 * A problem as the body of a response; its `status` is the response's status.
 *
 * @param occasion - a status that tells more than that of the code, such as 413 for a request that is too long.
 */
export function problemOf({ code, message, hint }: ProblemDescription, occasion?: number): Problem {
  const [usual, title] = STATUS[code];
  const status = occasion ?? usual;
  return {
    type: `urn:acutance:problem:${code}`,
    title,
    status,
    code,
    detail: message,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** What went wrong, from the body of a response. */
export function descriptionOf({ code, detail, hint }: Problem): ProblemDescription {
  return { code, message: detail, hint };
}
