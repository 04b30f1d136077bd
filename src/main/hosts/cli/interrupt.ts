import { readerIsGone } from './lost-output.ts';

/** What is to happen when the user wants to stop. */
export interface InterruptActions {
  /** The first request, told by `signal` as well. */
  readonly onFirst?: (() => void) | undefined;
  /** Every further request: stop now, whatever it takes. */
  readonly onFurther?: (() => void) | undefined;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** One key press can arrive twice: from the terminal, and passed on by the process that started this one. */
const SAME_PRESS_MS = 250;

/**
 * Runs work that Ctrl-C, SIGTERM, SIGHUP, a standard output that can't be written, a closed standard error or the death
 * of the process that started this one over an IPC channel can cancel; while it runs these do not end the process by
 * themselves.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  actions: InterruptActions = {},
): Promise<T> {
  const abort = new AbortController();
  let firstAt = 0;
  const interrupt = (): void => {
    if (!abort.signal.aborted) {
      firstAt = performance.now();
      actions.onFirst?.();
      abort.abort();
    } else if (performance.now() - firstAt > SAME_PRESS_MS) {
      actions.onFurther?.();
    }
  };
  // Every further write fails as well, which is no further request.
  const outputFailed = (): void => {
    if (!abort.signal.aborted) interrupt();
  };
  const errorsFailed = (error: Error): void => {
    if (readerIsGone(error)) outputFailed();
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  process.on('disconnect', interrupt);
  process.stdout.on('error', outputFailed);
  process.stderr.on('error', errorsFailed);
  try {
    return await work(abort.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
    process.off('disconnect', interrupt);
    process.stdout.off('error', outputFailed);
    process.stderr.off('error', errorsFailed);
  }
}
