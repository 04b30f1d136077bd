import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EngineEvent, EngineRequest } from '../../shared/engine-protocol.ts';

/** A running engine, as its supervisor sees it. */
export interface EngineProcess {
  /** Undefined until it has started and after it has ended. */
  readonly pid: number | undefined;
  /** Says something to the engine; lost when it is ending, which `exit` then tells. */
  send(request: EngineRequest): void;
  /** Ends it at once, whatever it is doing. */
  kill(): void;
}

export interface EngineListeners {
  message(event: EngineEvent): void;
  /** What the engine and its native libraries print. */
  output(text: string): void;
  /** Called once, when the process is gone and its output complete; the signal is one of POSIX, if it was one. */
  exit(code: number | null, signal: string | null): void;
}

/** Starts a program as an engine: a file that calls `serveEngine`. A failure to start is an `exit`. */
export type EngineSpawner = (entry: URL, listeners: EngineListeners) => EngineProcess;

const OUTPUT_WAIT_MS = 500;

/** Runs the engine as a child process of plain Node. */
export const forkEngine: EngineSpawner = (entry, listeners) => {
  // The stdin pipe is never written to: its end tells the engine that this process is gone.
  const child = fork(fileURLToPath(entry), [], {
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
    execArgv: [],
  });
  const collect = (text: string): void => listeners.output(text);
  child.stdout?.setEncoding('utf8').on('data', collect);
  child.stderr?.setEncoding('utf8').on('data', collect);
  child.stdin?.on('error', () => undefined);
  child.on('message', (event: EngineEvent) => listeners.message(event));
  child.on('error', (error) => collect(`${error.message}\n`));
  let lastOutput: NodeJS.Timeout | undefined;
  let told = false;
  const end = (): void => {
    clearTimeout(lastOutput);
    if (!told) listeners.exit(child.exitCode, child.signalCode);
    told = true;
  };
  child.on('close', end);
  // Its output is complete at `close`, which a program that it left behind could put off for ever.
  child.on('exit', () => (lastOutput = setTimeout(end, OUTPUT_WAIT_MS)));
  return {
    get pid() {
      return child.pid;
    },
    send(request) {
      if (child.connected) child.send(request, () => undefined);
    },
    kill: () => void child.kill('SIGKILL'),
  };
};
