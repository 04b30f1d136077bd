import { Worker } from 'node:worker_threads';
import type {
  EngineEvent,
  EngineJobs,
  JobNotice,
  JobPhase,
  JobProgress,
  JobTable,
} from '../../shared/engine-protocol.ts';
import { AcutanceError } from '../../shared/errors.ts';
import { callerChannel } from './caller-channel.ts';

/** What a job may use while it runs. */
export interface JobContext {
  /** Aborted when the caller cancels; a job looks at it at least once per frame. */
  readonly signal: AbortSignal;
  phase(phase: JobPhase): void;
  progress(progress: JobProgress): void;
  notice(notice: JobNotice): void;
  /** Tells that a frame is in the frame cache. */
  rendered(number: number): void;
  /** Tells that a shot begins with a frame. */
  cut(number: number): void;
  /** Announces a partial file before it is created, so that it is removed even if this process is killed. */
  temporary(path: string): void;
}

export type JobHandlers<Jobs extends JobTable = EngineJobs> = {
  readonly [Kind in keyof Jobs]: (
    request: Jobs[Kind]['request'],
    context: JobContext,
  ) => Promise<Jobs[Kind]['result']>;
};

/**
 * Makes this process an engine: takes jobs from the process that started it and reports back.
 *
 * It never outlives that process. Native calls can hold the main thread for seconds, so where the system does not see
 * to it a second thread watches the caller's end of standard input, and when it closes removes partial files and ends
 * this process at once.
 *
 * @throws if this process was started without a line to its caller.
 */
export function serveEngine<Jobs extends JobTable>(handlers: JobHandlers<Jobs>): void {
  const caller = callerChannel();
  const send = (event: EngineEvent): void => caller.send(event);

  const watch = caller.watchesCaller ? new Worker(new URL('./parent-watch.ts', import.meta.url)) : undefined;
  let running: { id: number; abort: AbortController } | undefined;

  const run = async (id: number, kind: string, request: unknown): Promise<void> => {
    const handler = handlers[kind];
    const abort = new AbortController();
    running = { id, abort };
    send({ type: 'started', id });
    const context: JobContext = {
      signal: abort.signal,
      phase: (phase) => send({ type: 'phase', id, phase }),
      progress: (progress) => send({ type: 'progress', id, progress }),
      notice: (notice) => send({ type: 'notice', id, notice }),
      rendered: (number) => send({ type: 'rendered', id, number }),
      cut: (number) => send({ type: 'cut', id, number }),
      temporary: (path) => {
        watch?.postMessage(path);
        send({ type: 'temporary', id, path });
      },
    };
    try {
      if (!handler) throw new AcutanceError('internal', `The engine has no job "${kind}".`);
      const result = await handler(request, context);
      send({ type: 'done', id, result });
    } catch (thrown) {
      const error = abort.signal.aborted
        ? new AcutanceError('cancelled', 'Cancelled.')
        : AcutanceError.from(thrown);
      const origin = error.cause instanceof Error ? error.cause : error;
      send({ type: 'failed', id, problem: error.toProblem(), stack: origin.stack });
    } finally {
      running = undefined;
    }
  };

  caller.onRequest((message) => {
    if (message.type === 'run') void run(message.id, message.kind, message.request);
    else if (running?.id === message.id) running.abort.abort();
  });
  // A terminal's Ctrl-C reaches the whole process group; the caller decides what it means and tells the engine.
  process.on('SIGINT', () => undefined);
}
