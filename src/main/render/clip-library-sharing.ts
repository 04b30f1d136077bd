import { AcutanceError } from '../../shared/errors.ts';

interface Shared<Value> {
  readonly result: Promise<Value>;
  readonly abort: AbortController;
  waiting: number;
}

/** Work that several callers want at once is done once, and stopped when none of them waits for it any more. */
export class SharedWork<Value> {
  readonly #running = new Map<string, Shared<Value>>();

  /**
   * @param key - callers with the same key share one piece of work.
   * @throws what the work throws; AcutanceError `cancelled` when `signal` is aborted first.
   */
  async run(
    key: string,
    work: (signal: AbortSignal) => Promise<Value>,
    signal?: AbortSignal,
  ): Promise<Value> {
    if (signal?.aborted) throw cancelled();
    const shared = this.#running.get(key) ?? this.#start(key, work);
    shared.waiting++;
    const { promise, reject } = Promise.withResolvers<never>();
    const stop = () => reject(cancelled());
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await Promise.race([shared.result, promise]);
    } finally {
      signal?.removeEventListener('abort', stop);
      shared.waiting--;
      if (shared.waiting === 0) {
        // Whoever comes now starts anew instead of joining work that is being stopped.
        if (this.#running.get(key) === shared) this.#running.delete(key);
        shared.abort.abort();
      }
    }
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<Value>): Shared<Value> {
    const abort = new AbortController();
    const shared: Shared<Value> = { result: work(abort.signal), abort, waiting: 0 };
    // Its failure reaches those who wait; with nobody left it is nothing to report.
    shared.result.catch(() => undefined);
    this.#running.set(key, shared);
    return shared;
  }
}

function cancelled(): AcutanceError {
  return new AcutanceError('cancelled', 'Cancelled.');
}
