import { randomBytes } from 'node:crypto';
import type { Job } from '../../shared/api/job.ts';
import { AcutanceError } from '../../shared/errors.ts';

/** What a job may do while it runs. */
export interface JobControl {
  /** Aborted when the job is cancelled or put back. */
  readonly signal: AbortSignal;
  /** The job as it stands. */
  readonly job: Job;
  update(change: Partial<Job>): void;
}

/**
 * A job to be queued: what is known of it, and how to do it. It is done when the promise resolves. A preview may be run
 * again after it was put back, and goes on where it was.
 */
export interface NewJob {
  readonly job: Pick<Job, 'kind' | 'clip' | 'clipName' | 'range' | 'output'>;
  readonly run: (control: JobControl) => Promise<void>;
}

export interface JobQueueOptions {
  readonly onJob: (job: Job) => void;
  readonly onRemoved: (id: string) => void;
  /** Called when the last job has ended. */
  readonly onIdle?: (() => void) | undefined;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
}

interface Entry {
  job: Job;
  readonly run: NewJob['run'];
  /** Of the current run; of the next one where it does not run. */
  abort: AbortController;
  /** Whether its current run is stopped to let another job go first. */
  putBack: boolean;
  readonly ended: PromiseWithResolvers<void>;
}

/** Ended jobs beyond this many leave the list, the oldest first. */
const KEPT_JOBS = 200;

/**
 * Jobs, one at a time. Exports go first, in order: they were asked for, and end. Then previews, the newest first: it is
 * of the clip on the screen. A preview that runs is put back for what goes before it, and goes on later; an export is
 * never interrupted.
 */
export class JobQueue {
  readonly #options: JobQueueOptions;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  #running: Entry | undefined;
  #closed = false;

  constructor(options: JobQueueOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** All jobs, oldest first. */
  get jobs(): Job[] {
    return [...this.#entries.values()].map(({ job }) => job);
  }

  add({ job, run }: NewJob): Job {
    if (this.#closed) throw new AcutanceError('cancelled', 'Acutance is closing.');
    const id = randomBytes(8).toString('hex');
    const entry: Entry = {
      job: {
        ...job,
        id,
        state: 'queued',
        framesDone: 0,
        framesTotal: job.range.to - job.range.from,
        notices: [],
        createdAt: this.#now(),
      },
      run,
      abort: new AbortController(),
      putBack: false,
      ended: Promise.withResolvers(),
    };
    entry.job = { ...entry.job, notices: this.#waitingNotice(entry) };
    this.#entries.set(id, entry);
    this.#options.onJob(entry.job);
    this.#prune();
    this.#letPass(entry);
    this.#next();
    return entry.job;
  }

  /** Adds something to what is known of a job. */
  update(id: string, change: Partial<Job>): void {
    const entry = this.#entries.get(id);
    if (entry) this.#change(entry, change);
  }

  /** @returns the job as it stands: one that runs ends a little later. @throws AcutanceError `not-found`. */
  cancel(id: string): Job {
    const entry = this.#find(id);
    entry.putBack = false;
    if (entry.job.state === 'running') entry.abort.abort();
    else if (entry.job.state === 'queued') {
      this.#end(entry, { state: 'cancelled' });
    }
    return entry.job;
  }

  /** @throws AcutanceError `not-found`, or `usage` while the job has not ended. */
  remove(id: string): void {
    const { job } = this.#find(id);
    if (!hasEnded(job)) {
      throw new AcutanceError('usage', 'The job has not ended yet.', { hint: 'Cancel it first.' });
    }
    this.#entries.delete(id);
    this.#options.onRemoved(id);
  }

  /** Resolves when a job has ended, at once where there is none such. */
  async whenEnded(id: string): Promise<void> {
    await this.#entries.get(id)?.ended.promise;
  }

  /** Cancels everything and waits for what runs. */
  async dispose(): Promise<void> {
    this.#closed = true;
    for (const { job } of this.#entries.values()) if (!hasEnded(job)) this.cancel(job.id);
    await this.#running?.ended.promise;
  }

  #next(): void {
    if (this.#running || this.#closed) return;
    const waiting = [...this.#entries.values()].filter(({ job }) => job.state === 'queued');
    const entry = waiting.find(({ job }) => job.kind === 'export') ?? waiting.at(-1);
    if (entry) void this.#run(entry);
    else this.#options.onIdle?.();
  }

  /** A preview that runs makes way for a job that goes before it. */
  #letPass({ job }: Entry): void {
    const running = this.#running;
    if (running?.job.kind !== 'preview' || running.abort.signal.aborted) return;
    running.putBack = true;
    running.abort.abort();
    const message =
      job.kind === 'export'
        ? `Makes way for the export of ${job.clipName}.`
        : `Makes way for ${job.clipName}.`;
    this.#change(running, { notices: [{ code: 'waiting', message }] });
  }

  async #run(entry: Entry): Promise<void> {
    this.#running = entry;
    const startedAt = entry.job.startedAt ?? this.#now();
    this.#change(entry, { state: 'running', phase: 'starting', notices: [], startedAt });
    const { signal } = entry.abort;
    const control: JobControl = {
      signal,
      get job() {
        return entry.job;
      },
      update: (change) => this.#change(entry, change),
    };
    let outcome: Partial<Job>;
    try {
      await entry.run(control);
      outcome = { state: 'done' };
    } catch (thrown) {
      const error = AcutanceError.from(thrown);
      outcome =
        error.code === 'cancelled' || signal.aborted
          ? { state: 'cancelled' }
          : { state: 'failed', problem: error.toProblem() };
    }
    this.#running = undefined;
    if (entry.putBack && outcome.state === 'cancelled') this.#putBack(entry);
    else this.#end(entry, outcome);
    this.#next();
  }

  #putBack(entry: Entry): void {
    entry.putBack = false;
    entry.abort = new AbortController();
    this.#change(entry, { state: 'queued', phase: undefined, fps: undefined, etaSeconds: undefined });
  }

  #end(entry: Entry, outcome: Partial<Job>): void {
    const gone = { phase: undefined, fps: undefined, etaSeconds: undefined };
    this.#change(entry, { ...outcome, ...gone, endedAt: this.#now() });
    entry.ended.resolve();
  }

  #change(entry: Entry, change: Partial<Job>): void {
    entry.job = { ...entry.job, ...change };
    this.#options.onJob(entry.job);
  }

  #waitingNotice({ job }: Entry): Job['notices'] {
    const running = this.#running?.job;
    if (job.kind !== 'preview' || running?.kind !== 'export') return [];
    return [{ code: 'waiting', message: `Waits until the export of ${running.clipName} has ended.` }];
  }

  #prune(): void {
    const ended = this.jobs.filter(hasEnded);
    for (const { id } of ended.slice(0, Math.max(0, ended.length - KEPT_JOBS))) this.remove(id);
  }

  #find(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry) return entry;
    throw new AcutanceError('not-found', `There is no job "${id}".`, {
      hint: 'It may be of an earlier start of Acutance.',
    });
  }
}

export function hasEnded({ state }: Pick<Job, 'state'>): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}
