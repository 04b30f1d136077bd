export interface Patience {
  /** Whether what went wrong may be over in a moment. */
  readonly passes: (thrown: unknown) => boolean;
  /** How often it is tried, at most. */
  readonly attempts: number;
  /** Milliseconds between two attempts. */
  readonly pauseMs: number;
}

/**
 * Does something again while it fails for a reason that passes. The thread does nothing else in between.
 *
 * @throws what the last attempt failed with, or the first one that failed for another reason.
 */
export function tryAgain<Result>(work: () => Result, { passes, attempts, pauseMs }: Patience): Result {
  for (let attempt = 1; ; attempt++) {
    try {
      return work();
    } catch (thrown) {
      if (attempt >= attempts || !passes(thrown)) throw thrown;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
  }
}
