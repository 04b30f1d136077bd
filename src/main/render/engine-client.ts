import { rm } from 'node:fs/promises';
import type {
  EngineEvent,
  EngineJobs,
  EngineRequest,
  JobEvent,
  JobPhase,
  JobProgress,
  JobTable,
} from '../../shared/engine-protocol.ts';
import { AcutanceError } from '../../shared/errors.ts';
import { describeEngineDeath } from './engine-death.ts';
import { forkEngine, type EngineProcess, type EngineSpawner } from './engine-spawner.ts';

export interface EngineClientOptions {
  /** The program to run as the engine; by default the one that belongs to this build. */
  readonly entry?: URL | undefined;
  /** How the engine is started; by default as a child process of plain Node. */
  readonly spawn?: EngineSpawner | undefined;
  /** How long a cancelled job may go on before the engine is killed, in milliseconds. */
  readonly graceMs?: number | undefined;
  /** Receives what the engine and its native libraries print, for diagnosis. */
  readonly onOutput?: ((text: string) => void) | undefined;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: JobEvent) => void) | undefined;
}

interface ActiveJob {
  readonly order: Extract<EngineRequest, { readonly type: 'run' }>;
  engine: Engine;
  /** Whether the engine has begun with it. */
  started: boolean;
  readonly temporaries: Set<string>;
  readonly onEvent: ((event: JobEvent) => void) | undefined;
  readonly succeed: (result: unknown) => void;
  readonly fail: (error: unknown) => void;
  phase: JobPhase;
  progress: JobProgress | undefined;
  cancelled: boolean;
}

interface Engine {
  readonly process: EngineProcess;
  /** Resolves when the process is gone and its partial files are removed. */
  readonly gone: Promise<void>;
  /** The last of what it printed. */
  output: string;
  /** How many jobs it was given. */
  jobs: number;
}

const DEFAULT_GRACE_MS = 3000;
/** Enough of the engine's last output to show why a native library gave up. */
const OUTPUT_TAIL = 4096;

/**
 * Runs jobs in an engine process, one at a time, and answers for it: if the engine dies, the job fails with
 * `engine-died`, its partial files are removed, and the next job starts a new engine. An engine that turns out to have
 * died while it had nothing to do is replaced without a word.
 */
export class EngineClient<Jobs extends JobTable = EngineJobs> {
  readonly #entry: URL;
  readonly #spawn: EngineSpawner;
  readonly #graceMs: number;
  readonly #onOutput: ((text: string) => void) | undefined;
  /** The one that is given jobs; none that was told to end. */
  #engine: Engine | undefined;
  /** All whose processes are not gone yet. */
  readonly #engines = new Set<Engine>();
  #active: ActiveJob | undefined;
  #lastId = 0;
  #disposed = false;

  constructor(options: EngineClientOptions = {}) {
    this.#entry = options.entry ?? new URL('./engine-process.ts', import.meta.url);
    this.#spawn = options.spawn ?? forkEngine;
    this.#graceMs = options.graceMs ?? DEFAULT_GRACE_MS;
    this.#onOutput = options.onOutput;
  }

  /** The engine's process id while one is alive. */
  get pid(): number | undefined {
    return this.#engine?.process.pid;
  }

  /**
   * Runs a job to its end, starting an engine if none is alive. An abort asks the job to stop after its current frame
   * and kills the engine when that takes longer than the grace time; it always ends in `cancelled`.
   *
   * @throws AcutanceError - the job's own failure, `cancelled`, or `engine-died`.
   */
  async run<Kind extends keyof Jobs & string>(
    kind: Kind,
    request: Jobs[Kind]['request'],
    options: RunOptions = {},
  ): Promise<Jobs[Kind]['result']> {
    if (this.#disposed) throw new AcutanceError('cancelled', 'Acutance is closing.');
    if (this.#active) throw new AcutanceError('internal', 'The engine is already working on a job.');
    const { signal } = options;
    if (signal?.aborted) throw new AcutanceError('cancelled', 'Cancelled.');
    // The engine's first word comes only after it has started, which can take a second.
    options.onEvent?.({ type: 'phase', phase: 'starting' });
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const job: ActiveJob = {
      order: { type: 'run', id, kind, request },
      engine: (this.#engine ??= this.#start()),
      started: false,
      temporaries: new Set(),
      onEvent: options.onEvent,
      succeed: resolve,
      fail: reject,
      phase: 'starting',
      progress: undefined,
      cancelled: false,
    };
    this.#active = job;
    let forced: NodeJS.Timeout | undefined;
    const cancel = (): void => {
      job.cancelled = true;
      job.engine.process.send({ type: 'cancel', id });
      forced = setTimeout(() => this.#end(job.engine), this.#graceMs);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    this.#give(job);
    try {
      return await promise;
    } finally {
      this.#active = undefined;
      clearTimeout(forced);
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Ends the engine at once, whatever it is doing; a running job fails and its partial files are removed. */
  kill(): void {
    if (this.#active) {
      this.#active.cancelled = true;
      this.#end(this.#active.engine);
    }
    if (this.#engine) this.#end(this.#engine);
  }

  /** Ends the engine and waits until it is gone; the next job starts a new one. */
  async stop(): Promise<void> {
    this.kill();
    await Promise.all(Array.from(this.#engines, ({ gone }) => gone));
  }

  /** Ends the engine, waits until it is gone, and starts none any more: jobs asked for later are `cancelled`. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.stop();
  }

  #start(): Engine {
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const engine: Engine = {
      gone,
      output: '',
      jobs: 0,
      process: this.#spawn(this.#entry, {
        message: (event) => this.#receive(event),
        output: (text) => {
          engine.output = (engine.output + text).slice(-OUTPUT_TAIL);
          this.#onOutput?.(text);
        },
        exit: (code, signal) => {
          void this.#ended(engine, code, signal).then(() => {
            this.#engines.delete(engine);
            resolve();
          });
        },
      }),
    };
    this.#engines.add(engine);
    return engine;
  }

  #give(job: ActiveJob): void {
    job.engine.jobs++;
    job.engine.process.send(job.order);
  }

  /** What is told to end takes a moment for it, in which it must not be given another job. */
  #end(engine: Engine): void {
    if (this.#engine === engine) this.#engine = undefined;
    engine.process.kill();
  }

  #receive(event: EngineEvent): void {
    const job = this.#active;
    if (job?.order.id !== event.id) return;
    switch (event.type) {
      case 'started':
        job.started = true;
        return;
      case 'temporary':
        job.temporaries.add(event.path);
        return;
      case 'done':
        job.succeed(event.result);
        return;
      case 'failed': {
        const error = job.cancelled
          ? new AcutanceError('cancelled', 'Cancelled.')
          : AcutanceError.fromProblem(event.problem);
        if (event.stack !== undefined) error.stack = event.stack;
        job.fail(error);
        return;
      }
      case 'phase':
        job.phase = event.phase;
        break;
      case 'progress':
        job.progress = event.progress;
        break;
      case 'notice':
      case 'rendered':
      case 'cut':
        break;
    }
    job.onEvent?.(event);
  }

  async #ended(engine: Engine, code: number | null, signal: string | null): Promise<void> {
    if (this.#engine === engine) this.#engine = undefined;
    const job = this.#active;
    if (job?.engine !== engine) return;
    if (!job.started && engine.jobs > 1 && !job.cancelled) {
      // Something ended it after its last job: this one is not to blame.
      job.engine = this.#engine ??= this.#start();
      this.#give(job);
      return;
    }
    const remove = (path: string) => rm(path, { recursive: true, force: true }).catch(() => undefined);
    await Promise.all([...job.temporaries].map(remove));
    if (job.cancelled) job.fail(new AcutanceError('cancelled', 'Cancelled.'));
    else
      job.fail(
        describeEngineDeath({
          code,
          signal,
          phase: job.phase,
          progress: job.progress,
          hadPartialOutput: job.temporaries.size > 0,
          output: engine.output,
        }),
      );
  }
}
