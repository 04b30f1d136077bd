import { AcutanceError } from '../../shared/errors.ts';

/** What is served first: sound must not break off, what is on the screen comes next, all else can wait. */
export type Urgency = 'sound' | 'screen' | 'background';

const RANK: Readonly<Record<Urgency, number>> = { sound: 0, screen: 1, background: 2 };

export interface FramesTask<Result> {
  /** Requests with the same key share one answer. */
  readonly key: string;
  readonly urgency: Urgency;
  /** The clip, and a number that grows along it: neighbours that wait together are served in their order. */
  readonly clip: string;
  readonly place: number;
  /** Does the work. The signal is aborted when nobody waits for it any more; it may be ignored. */
  readonly work: (signal: AbortSignal) => Promise<Result>;
}

interface Entry {
  readonly task: FramesTask<unknown>;
  readonly abort: AbortController;
  readonly result: PromiseWithResolvers<unknown>;
  rank: number;
  /** When it was last asked for; later is greater. */
  asked: number;
  waiting: number;
  running: boolean;
}

/** Neighbours of the newest request that go before it, as frames of a clip that plays. */
const NEIGHBOURS = 8;

/**
 * Does one task at a time, the most urgent first and among equals the one asked for last, because that is where the
 * user is now. A task that nobody waits for any more is never begun.
 */
export class FramesQueue {
  readonly #entries = new Map<string, Entry>();
  #asked = 0;
  #running = false;
  #disposed = false;

  /** @throws AcutanceError `cancelled` as soon as the signal is aborted; else whatever the work throws. */
  async ask<Result>(task: FramesTask<Result>, signal?: AbortSignal): Promise<Result> {
    if (signal?.aborted || this.#disposed) throw cancelled();
    const known = this.#entries.get(task.key);
    // What was given up may still be on its way out, and would take along whoever joined it.
    const entry = known?.abort.signal.aborted === false ? known : this.#add(task);
    entry.rank = Math.min(entry.rank, RANK[task.urgency]);
    entry.asked = ++this.#asked;
    entry.waiting++;
    void this.#serve();
    const gone = Promise.withResolvers<never>();
    const leave = (): void => gone.reject(cancelled());
    signal?.addEventListener('abort', leave, { once: true });
    try {
      return (await Promise.race([entry.result.promise, gone.promise])) as Result;
    } finally {
      signal?.removeEventListener('abort', leave);
      if (--entry.waiting === 0) this.#abandon(entry);
    }
  }

  /** Ends every wait with `cancelled`. */
  dispose(): void {
    this.#disposed = true;
    for (const entry of this.#entries.values()) {
      entry.abort.abort();
      entry.result.reject(cancelled());
    }
    this.#entries.clear();
  }

  #add(task: FramesTask<unknown>): Entry {
    const result = Promise.withResolvers<unknown>();
    // Whoever waits is told; that nobody does any more is no failure.
    result.promise.catch(() => undefined);
    const entry = {
      task,
      abort: new AbortController(),
      result,
      rank: RANK[task.urgency],
      asked: 0,
      waiting: 0,
      running: false,
    };
    this.#entries.set(task.key, entry);
    return entry;
  }

  #abandon(entry: Entry): void {
    entry.abort.abort();
    if (!entry.running && this.#entries.get(entry.task.key) === entry) this.#entries.delete(entry.task.key);
  }

  async #serve(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    // Requests that are made in the same breath are weighed against each other.
    await Promise.resolve();
    for (let entry = this.#mostUrgent(); entry; entry = this.#mostUrgent()) {
      entry.running = true;
      try {
        entry.result.resolve(await entry.task.work(entry.abort.signal));
      } catch (thrown) {
        entry.result.reject(thrown);
      }
      if (this.#entries.get(entry.task.key) === entry) this.#entries.delete(entry.task.key);
    }
    this.#running = false;
  }

  #mostUrgent(): Entry | undefined {
    const entries = [...this.#entries.values()];
    const newest = entries.reduce<Entry | undefined>(
      (best, entry) =>
        !best || entry.rank < best.rank || (entry.rank === best.rank && entry.asked > best.asked)
          ? entry
          : best,
      undefined,
    );
    if (!newest) return undefined;
    const { clip, place } = newest.task;
    const run = entries.filter(
      ({ rank, task }) =>
        rank === newest.rank && task.clip === clip && task.place <= place && task.place > place - NEIGHBOURS,
    );
    return run.reduce((first, entry) => (entry.task.place < first.task.place ? entry : first), newest);
  }
}

function cancelled(): AcutanceError {
  return new AcutanceError('cancelled', 'Cancelled.');
}
