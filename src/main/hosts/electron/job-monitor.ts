import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { jobSchema, type Job } from '../../../shared/api/job.ts';
import { PAGE_ADDRESS } from './app-scheme.ts';
import { eventsOf } from './event-stream.ts';

export interface JobMonitorOptions {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Called after every change that matters to the desktop, with whether an export is queued or running now. */
  readonly onExporting: (exporting: boolean) => void;
  /** Called when an export came to its end, good or bad. */
  readonly onExported: (job: Job) => void;
  /** Pause before a lost event stream is opened anew, in milliseconds. */
  readonly retryMs?: number;
}

const RETRY_MS = 1000;

/** Follows the application's jobs for what is the desktop's business: sleep, quitting, a sign when an export is done. */
export class JobMonitor {
  readonly #options: JobMonitorOptions;
  readonly #stop = new AbortController();
  readonly #exports = new Map<string, Job>();
  #exporting = false;

  constructor(options: JobMonitorOptions) {
    this.#options = options;
  }

  /** Exports that are queued or running. */
  get exports(): readonly Job[] {
    return [...this.#exports.values()];
  }

  /** Follows the jobs until `dispose`; a stream that breaks is opened again. */
  async follow(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#followOnce();
      } catch {
        // The stream's end and its failure are answered alike.
      }
      await sleep(this.#options.retryMs ?? RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  dispose(): void {
    this.#stop.abort();
  }

  async #followOnce(): Promise<void> {
    const response = await this.#ask('api/events');
    if (!response.ok || !response.body) return;
    for await (const event of eventsOf(response.body)) {
      if (this.#stop.signal.aborted) return;
      if (event.type === 'reset') await this.#takeAll();
      else if (event.type === 'job') this.#take(event.job);
      else if (event.type === 'job-removed') this.#exports.delete(event.job);
      this.#tell();
    }
  }

  async #takeAll(): Promise<void> {
    const response = await this.#ask('api/jobs');
    if (!response.ok) return;
    this.#exports.clear();
    for (const job of z.array(jobSchema).parse(await response.json())) this.#take(job);
  }

  #take(job: Job): void {
    if (job.kind !== 'export') return;
    const known = this.#exports.has(job.id);
    if (job.state === 'queued' || job.state === 'running') {
      this.#exports.set(job.id, job);
    } else {
      this.#exports.delete(job.id);
      if (known) this.#options.onExported(job);
    }
  }

  #tell(): void {
    const exporting = this.#exports.size > 0;
    if (exporting === this.#exporting) return;
    this.#exporting = exporting;
    this.#options.onExporting(exporting);
  }

  #ask(path: string): Promise<Response> {
    return this.#options.fetch(new Request(PAGE_ADDRESS + path, { signal: this.#stop.signal }));
  }
}
