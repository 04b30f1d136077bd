/**
 * The vocabulary of failure. Every problem a user can meet is an `AcutanceError`: a stable code that programs
 * may switch on, a message saying what happened (with the path or value concerned), and a hint saying what to do.
 * Anything else that is thrown is a defect of ours and is reported as `internal`.
 */

/** Stable codes and the exit status of the command line for each; documented in the README. */
export const EXIT_CODES = {
  internal: 1,
  usage: 2,
  'request-invalid': 2,
  'access-refused': 2,
  'path-refused': 3,
  'not-found': 3,
  'frame-not-rendered': 3,
  'input-unreadable': 3,
  'input-unsupported': 3,
  'input-corrupt': 3,
  'output-exists': 4,
  'output-unwritable': 4,
  'output-same-as-input': 4,
  'disk-full': 4,
  'weights-unreadable': 5,
  'weights-refused': 5,
  'weights-mismatch': 5,
  'weights-missing': 5,
  'device-unavailable': 6,
  'out-of-memory': 6,
  'engine-died': 7,
  'inference-failed': 7,
  'output-not-finite': 7,
  'output-black': 7,
  cancelled: 130,
} as const;

export type ErrorCode = keyof typeof EXIT_CODES;

export interface ProblemDescription {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
}

export class AcutanceError extends Error {
  readonly code: ErrorCode;
  /** What the user can do about it, one sentence. */
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AcutanceError';
    this.code = code;
    this.hint = options.hint;
  }

  get exitCode(): number {
    return EXIT_CODES[this.code];
  }

  /** Plain data, for crossing a process or HTTP boundary; `fromProblem` is the way back. */
  toProblem(): ProblemDescription {
    return { code: this.code, message: this.message, hint: this.hint };
  }

  static fromProblem(problem: ProblemDescription): AcutanceError {
    return new AcutanceError(
      problem.code,
      problem.message,
      problem.hint === undefined ? {} : { hint: problem.hint },
    );
  }

  /** Wraps whatever was thrown; an `AcutanceError` is returned as it is. */
  static from(thrown: unknown): AcutanceError {
    if (thrown instanceof AcutanceError) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new AcutanceError('internal', message, { cause: thrown });
  }
}
