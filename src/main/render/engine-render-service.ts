import type { Device } from '../../shared/api/catalogue.ts';
import type { FrameRange, Recipe } from '../../shared/api/clip.ts';
import type { Job, JobOrder } from '../../shared/api/job.ts';
import type { DeviceReport } from '../../shared/devices.ts';
import { AcutanceError } from '../../shared/errors.ts';
import type { DeblurSettings } from '../../shared/settings.ts';
import { frameCacheFolder } from '../cache/cache-folder.ts';
import { FrameCache, type Eviction, type ScreenPicture } from '../cache/frame-cache.ts';
import type { WeightStore } from '../inference/weights/weight-store.ts';
import { scaleDown } from '../media/picture-scaling.ts';
import { CutRelations } from './cut-relations.ts';
import { EngineClient } from './engine-client.ts';
import { addNotice, requireWithin, runExportOrder, runPreviewOrder } from './job-queue-runs.ts';
import { JobQueue, hasEnded, type JobControl } from './job-queue.ts';
import { LivePreviews, type PreviewOrder } from './preview-order.ts';
import { LowPriority } from './process-priority.ts';
import { RecipeResolver, type ResolvedRecipe } from './recipe.ts';
import type {
  RenderClip,
  RenderEvent,
  RenderService,
  RestoredFrame,
  RestoredFrameOptions,
} from './render-service.ts';

export interface RenderServiceOptions {
  /** The weights at hand; asked for when they are needed. */
  readonly weights: () => Promise<WeightStore>;
  /** Makes the supervisor of an engine; two are made, one for jobs and one for questions. */
  readonly createEngine?: (() => EngineClient) | undefined;
  /** Where restored frames lie; by default the user's cache folder. */
  readonly cacheFolder?: string | undefined;
  /** The cuts that are found in a clip; undefined while they are not known. */
  readonly foundCuts?:
    ((clip: Pick<RenderClip, 'id' | 'frames'>) => readonly number[] | undefined) | undefined;
  /** The most that restored frames may take, in bytes. */
  readonly cacheBytes?: number | undefined;
}

/** A little behind this process (a "nice" value), so that showing frames goes before making more of them. */
const WORKER_PRIORITY = 5;

/** An engine that nobody used for so long gives its memory back. */
const IDLE_MS = 5 * 60_000;

/** The render service with real engines. */
export class EngineRenderService implements RenderService {
  readonly #cacheFolder: string;
  readonly #cache: FrameCache;
  readonly #queue: JobQueue;
  readonly #previews = new LivePreviews();
  readonly #relations = new CutRelations();
  readonly #foundCuts: (clip: Pick<RenderClip, 'id' | 'frames'>) => readonly number[] | undefined;
  readonly #recipes: RecipeResolver;
  /** Runs jobs. */
  readonly #worker: EngineClient;
  /** Answers questions while the other one works. */
  readonly #clerk: EngineClient;
  readonly #listeners = new Set<(event: RenderEvent) => void>();
  readonly #workerPriority: LowPriority;
  #clerkTurn: Promise<unknown> = Promise.resolve();
  #clerkTimer: NodeJS.Timeout | undefined;
  #workerTimer: NodeJS.Timeout | undefined;
  #devices: Promise<readonly DeviceReport[]> | undefined;

  /** @throws AcutanceError `output-unwritable` or `disk-full` when the cache folder can't be used. */
  constructor(options: RenderServiceOptions) {
    const createEngine = options.createEngine ?? (() => new EngineClient());
    this.#worker = createEngine();
    this.#workerPriority = new LowPriority(this.#worker, WORKER_PRIORITY);
    this.#clerk = createEngine();
    this.#foundCuts = options.foundCuts ?? (() => undefined);
    this.#cacheFolder = options.cacheFolder ?? frameCacheFolder();
    this.#cache = new FrameCache({
      folder: this.#cacheFolder,
      budgetBytes: options.cacheBytes,
      onEvicted: (eviction) => this.#evicted(eviction),
    });
    this.#recipes = new RecipeResolver({
      weights: options.weights,
      devices: async () => await this.#reports(),
    });
    this.#queue = new JobQueue({
      onJob: (job) => {
        if (hasEnded(job)) this.#previews.ended(job);
        this.#tell({ type: 'job', job });
      },
      onRemoved: (job) => this.#tell({ type: 'job-removed', job }),
      onIdle: () => this.#restLater(),
    });
    void this.#watched(this.#cache.sweep());
  }

  /**
   * What settings come to for a clip, and what of it is rendered.
   * @throws AcutanceError `usage`, `weights-missing`, `weights-mismatch`, `device-unavailable`.
   */
  async describe(clip: Pick<RenderClip, 'id' | 'frames'>, deblur: DeblurSettings): Promise<Recipe> {
    const recipe = await this.#recipes.resolve(deblur);
    const { id, device, weights } = recipe;
    for (const related of this.#relations.relate(clip.id, recipe, this.#foundCuts(clip))) {
      await this.#cache.share(clip.id, related.id, id, related.agreesAt);
    }
    return { recipe: id, rendered: this.rendered(clip.id, id), device, weights: weights.name };
  }

  /** What settings come to. @throws AcutanceError as `describe`. */
  resolve(deblur: DeblurSettings): Promise<ResolvedRecipe> {
    return this.#recipes.resolve(deblur);
  }

  /** Frames that are rendered, as disjoint ascending ranges. */
  rendered(clip: string, recipe: string): FrameRange[] {
    return this.#cache.ranges(clip, recipe);
  }

  /**
   * A deblurred frame at full strength; undefined until it is rendered, and after it had to make room.
   * @throws AcutanceError `cancelled`.
   */
  async restoredFrame(
    clip: string,
    recipe: string,
    index: number,
    { format, maxWidth, signal }: RestoredFrameOptions,
  ): Promise<RestoredFrame | undefined> {
    requireWanted(signal);
    const picture = await this.#cache.read({ clip, recipe, number: index });
    requireWanted(signal);
    if (!picture) return undefined;
    const fitting = maxWidth === undefined ? picture : scaleDown(picture, maxWidth);
    const { width, height, rgba } = fitting;
    const bytes = format === 'raw' ? rgba : await this.#encode(fitting, format, signal);
    return { bytes, width, height };
  }

  /**
   * Queues a job. A preview takes the place of the one of the same clip that is under way; where that does just the same
   * already, it is left alone and returned.
   * @throws AcutanceError `usage` where the range is not within the clip.
   */
  start(order: JobOrder, clip: RenderClip): Job {
    clearTimeout(this.#workerTimer);
    return order.kind === 'preview' ? this.#startPreview(order, clip) : this.#startExport(order, clip);
  }

  /** @throws AcutanceError `not-found`. A job that has ended stays as it is. */
  cancel(job: string): Job {
    return this.#queue.cancel(job);
  }

  /** Takes an ended job off the list. @throws AcutanceError `not-found`, or `usage` while it has not ended. */
  remove(job: string): void {
    this.#queue.remove(job);
  }

  /** All jobs of this launch, oldest first. */
  jobs(): Job[] {
    return this.#queue.jobs;
  }

  /** @returns a function that ends the subscription. */
  onEvent(listener: (event: RenderEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Where networks can run; the first answer takes a few seconds. */
  async devices(): Promise<Device[]> {
    return [...(await this.#reports())];
  }

  /** Ends running jobs and the engines. */
  async dispose(): Promise<void> {
    clearTimeout(this.#workerTimer);
    clearTimeout(this.#clerkTimer);
    const queue = this.#queue.dispose();
    await Promise.all([this.#worker.dispose(), this.#clerk.dispose()]);
    await queue;
    this.#listeners.clear();
    await this.#cache.dispose();
  }

  #reports(): Promise<readonly DeviceReport[]> {
    this.#devices ??= this.#ask((clerk) => clerk.run('devices', {})).then(
      ({ devices }) => devices,
      (thrown: unknown) => {
        this.#devices = undefined;
        throw thrown;
      },
    );
    return this.#devices;
  }

  #startPreview(order: PreviewOrder, clip: RenderClip): Job {
    requireWithin(order.range, clip);
    const same = this.#previews.same(order);
    const live = this.#queue.jobs.find(({ id }) => id === same);
    if (live) return live;
    const replaced = this.#previews.of(clip.id);
    if (replaced !== undefined) this.#queue.cancel(replaced);
    const job = this.#queue.add({
      job: { kind: 'preview', clip: clip.id, clipName: clip.name, range: order.range },
      run: (control) => this.#run(control, () => runPreviewOrder(order, clip, control, this.#services())),
    });
    if (!hasEnded(job)) this.#previews.add(order, job.id);
    return job;
  }

  #startExport(order: Extract<JobOrder, { kind: 'export' }>, clip: RenderClip): Job {
    const range = order.range ?? { from: 0, to: clip.frames };
    requireWithin(range, clip);
    return this.#queue.add({
      job: { kind: 'export', clip: clip.id, clipName: clip.name, range, output: order.output },
      run: (control) => this.#run(control, () => runExportOrder(order, clip, control, this.#services())),
    });
  }

  async #run(control: JobControl, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      // An engine that was killed may have left a frame half-written.
      if (control.job.kind === 'preview') void this.#watched(this.#cache.sweep());
      throw thrown;
    }
  }

  #services() {
    return {
      engine: this.#worker,
      recipes: this.#recipes,
      cache: this.#cache,
      cacheFolder: this.#cacheFolder,
      // The threads that compute are started later, and take the priority over.
      onWorking: () => this.#workerPriority.apply(),
      onRendered: (clip: string, recipe: string, number: number) => {
        this.#tell({ type: 'rendered', clip, recipe, range: { from: number, to: number + 1 } });
        void this.#watched(this.#cache.trim());
      },
      makeRoom: () => this.#watched(this.#cache.trim()),
    };
  }

  #evicted({ clip, recipe, range }: Eviction): void {
    this.#tell({ type: 'evicted', clip, recipe, range });
    const own = this.#queue.jobs.find((job) => job.state === 'running' && job.recipe === recipe);
    if (own?.clip !== clip || range.to <= own.range.from || range.from >= own.range.to) return;
    const message = 'Not all of these frames can be kept at once: the first ones have to make room.';
    this.#queue.update(own.id, { notices: addNotice(own, { code: 'cache-full', message }) });
  }

  async #encode(
    picture: ScreenPicture,
    format: 'png' | 'jpeg',
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return this.#ask((clerk) => clerk.run('encode', { ...picture, format }, { signal }));
  }

  /** Questions take turns; the engine that answers them ends when there were none for a while. */
  #ask<Answer>(question: (clerk: EngineClient) => Promise<Answer>): Promise<Answer> {
    const answer = this.#clerkTurn.then(() => {
      clearTimeout(this.#clerkTimer);
      return question(this.#clerk);
    });
    this.#clerkTurn = answer
      .catch(() => undefined)
      .then(() => {
        clearTimeout(this.#clerkTimer);
        this.#clerkTimer = setTimeout(() => void this.#clerk.stop(), IDLE_MS).unref();
      });
    return answer;
  }

  #restLater(): void {
    clearTimeout(this.#workerTimer);
    this.#workerTimer = setTimeout(() => void this.#worker.stop(), IDLE_MS).unref();
  }

  /** What goes wrong with the cache is told, and is no failure of whatever made use of it. */
  #watched(work: Promise<void>): Promise<void> {
    return work.catch((thrown: unknown) =>
      this.#tell({ type: 'problem', problem: AcutanceError.from(thrown).toProblem() }),
    );
  }

  #tell(event: RenderEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function requireWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AcutanceError('cancelled', 'Cancelled.');
}
