import { rm } from 'node:fs/promises';
import type {
  EngineEvent,
  EngineJobs,
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
  readonly id: number;
  readonly engine: Engine;
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
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
}

const DEFAULT_GRACE_MS = 3000;
/** Enough of the engine's last output to show why a native library gave up. */
const OUTPUT_TAIL = 4096;

/**
 * Runs jobs in an engine process, one at a time, and answers for it: if the engine dies, the job fails with
 * `engine-died`, its partial files are removed, and the next job starts a new engine.
 */
export class EngineClient<Jobs extends JobTable = EngineJobs> {
  readonly #entry: URL;
  readonly #spawn: EngineSpawner;
  readonly #graceMs: number;
  readonly #onOutput: ((text: string) => void) | undefined;
  #engine: Engine | undefined;
  #output = '';
  #active: ActiveJob | undefined;
  #lastId = 0;

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
    if (this.#active) throw new AcutanceError('internal', 'The engine is already working on a job.');
    const { signal } = options;
    if (signal?.aborted) throw new AcutanceError('cancelled', 'Cancelled.');
    // The engine's first word comes only after it has started, which can take a second.
    options.onEvent?.({ type: 'phase', phase: 'starting' });
    const engine = (this.#engine ??= this.#start());
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const job: ActiveJob = {
      id,
      engine,
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
      engine.process.send({ type: 'cancel', id });
      forced = setTimeout(() => engine.process.kill(), this.#graceMs);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    engine.process.send({ type: 'run', id, kind, request });
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
    if (this.#active) this.#active.cancelled = true;
    this.#engine?.process.kill();
  }

  /** Ends the engine and waits until it is gone. The client may be used again; it would start a new engine. */
  async dispose(): Promise<void> {
    const engine = this.#engine;
    if (!engine) return;
    this.kill();
    await engine.gone;
    if (this.#engine === engine) this.#engine = undefined;
  }

  #start(): Engine {
    this.#output = '';
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const engine: Engine = {
      gone,
      process: this.#spawn(this.#entry, {
        message: (event) => this.#receive(event),
        output: (text) => {
          this.#output = (this.#output + text).slice(-OUTPUT_TAIL);
          this.#onOutput?.(text);
        },
        exit: (code, signal) => {
          resolve();
          void this.#ended(engine, code, signal);
        },
      }),
    };
    return engine;
  }

  #receive(event: EngineEvent): void {
    const job = this.#active;
    if (job?.id !== event.id) return;
    switch (event.type) {
      case 'started':
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
          output: this.#output,
        }),
      );
  }
}
