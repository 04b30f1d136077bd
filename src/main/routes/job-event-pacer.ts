import type { Job } from '../../shared/api/job.ts';

/** So often at most a page is told of the progress of one job. */
const INTERVAL_MS = 100;

/** Thins out the snapshots of jobs: the newest of each job goes out at most every 100 ms, an ended one at once. */
export class JobEventPacer {
  readonly #tell: (job: Job) => void;
  readonly #jobs = new Map<string, { waiting: Job | undefined; timer: NodeJS.Timeout }>();

  constructor(tell: (job: Job) => void) {
    this.#tell = tell;
  }

  add(job: Job): void {
    const paced = this.#jobs.get(job.id);
    if (isEnded(job)) {
      this.forget(job.id);
      this.#tell(job);
    } else if (paced) {
      paced.waiting = job;
    } else {
      this.#tell(job);
      this.#pause(job.id);
    }
  }

  /** Drops what is still to be told of a job. */
  forget(id: string): void {
    clearTimeout(this.#jobs.get(id)?.timer);
    this.#jobs.delete(id);
  }

  dispose(): void {
    for (const id of [...this.#jobs.keys()]) this.forget(id);
  }

  #pause(id: string): void {
    const timer = setTimeout(() => {
      const waiting = this.#jobs.get(id)?.waiting;
      this.#jobs.delete(id);
      if (!waiting) return;
      this.#tell(waiting);
      this.#pause(id);
    }, INTERVAL_MS);
    timer.unref();
    this.#jobs.set(id, { waiting: undefined, timer });
  }
}

function isEnded({ state }: Job): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}
