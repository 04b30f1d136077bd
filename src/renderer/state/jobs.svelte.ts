import type { Job, JobOrder } from '../../shared/api/job.ts';
import type { Client } from '../api/client.ts';

const isActive = (job: Job) => job.state === 'queued' || job.state === 'running';

/** What is being worked on and what was, as the server tells it. */
export class Jobs {
  readonly #client: Client;
  readonly #onEnded: (job: Job) => void;
  /** By the job's id. Nothing on the screen follows them. */
  #orders: Readonly<Record<string, JobOrder>> = {};
  #all = $state.raw<readonly Job[]>([]);
  /** Jobs told of since a list was asked for: what is told is newer than the list. */
  #toldMeanwhile: string[] | undefined;

  readonly active = $derived(this.#all.filter(isActive));
  /** Frames done of all that are active, 0 to 1; undefined when nothing is. */
  readonly progress = $derived.by(() => {
    if (this.active.length === 0) return undefined;
    const total = this.active.reduce((sum, job) => sum + job.framesTotal, 0);
    const done = this.active.reduce((sum, job) => sum + job.framesDone, 0);
    return total === 0 ? 0 : done / total;
  });

  constructor(client: Client, onEnded: (job: Job) => void = () => undefined) {
    this.#client = client;
    this.#onEnded = onEnded;
  }

  /** Oldest first. */
  get all(): readonly Job[] {
    return this.#all;
  }

  /** The preview of a clip that is queued or running. */
  previewOf(clip: string): Job | undefined {
    return this.active.findLast((job) => job.kind === 'preview' && job.clip === clip);
  }

  /** @throws AcutanceError when the order is refused */
  async start(order: JobOrder): Promise<Job> {
    const job = await this.#client.startJob({ body: order });
    this.#orders = { ...this.#orders, [job.id]: order };
    // An event may have told of a later state already.
    if (!this.#all.some(({ id }) => id === job.id)) this.apply(job);
    return job;
  }

  /** What was ordered, of a job that this page has started: to order it once more. */
  orderOf(id: string): JobOrder | undefined {
    return this.#orders[id];
  }

  async cancel(id: string): Promise<void> {
    this.apply(await this.#client.cancelJob({ params: { job: id } }));
  }

  /** Takes an ended job off the list. */
  async remove(id: string): Promise<void> {
    await this.#client.removeJob({ params: { job: id } });
    this.forget(id);
  }

  async removeEnded(): Promise<void> {
    const ended = this.#all.filter((job) => !isActive(job));
    await Promise.all(ended.map((job) => this.remove(job.id)));
  }

  /** Asks for the whole list anew. */
  async refresh(): Promise<void> {
    const told: string[] = [];
    this.#toldMeanwhile = told;
    const jobs = await this.#client.jobs();
    if (this.#toldMeanwhile !== told) return;
    this.#toldMeanwhile = undefined;
    const newer = this.#all.filter((job) => told.includes(job.id));
    const listed = jobs.filter((job) => !told.includes(job.id));
    this.#all = [...listed, ...newer].sort((a, b) => a.createdAt - b.createdAt);
  }

  /** Takes in a job as told by an event or an answer. */
  apply(job: Job): void {
    this.#toldMeanwhile?.push(job.id);
    const index = this.#all.findIndex(({ id }) => id === job.id);
    const known = this.#all[index];
    this.#all = known ? this.#all.with(index, job) : [...this.#all, job];
    if (!isActive(job) && (!known || isActive(known))) this.#onEnded(job);
  }

  forget(id: string): void {
    this.#toldMeanwhile?.push(id);
    this.#all = this.#all.filter((job) => job.id !== id);
  }
}
