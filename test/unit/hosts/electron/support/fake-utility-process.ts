import { fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { constants } from 'node:os';
import type { UtilityProcesses } from '../../../../../src/main/hosts/electron/utility-engine.ts';

const PRELOAD = new URL('./port-preload.ts', import.meta.url).href;

/**
 * Stands in for Electron's `utilityProcess` with child processes of Node that are given a `parentPort`: messages are
 * structured clones, the status of an end is that of `waitpid`, and its reason comes as an event of `app`.
 */
export function fakeUtilityProcesses(): UtilityProcesses & { readonly started: string[] } {
  const app = new EventEmitter();
  const started: string[] = [];
  const start = (file: string, parameters: string[], options: { serviceName?: string }) => {
    started.push(file);
    const process = fork(file, parameters, {
      execArgv: ['--import', PRELOAD],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const child = Object.assign(new EventEmitter(), {
      pid: undefined as number | undefined,
      stdout: process.stdout,
      stderr: process.stderr,
      postMessage: (message: object) => void process.send(message, () => undefined),
      kill: () => process.kill('SIGTERM'),
    });
    process.on('spawn', () => {
      child.pid = process.pid;
      child.emit('spawn');
    });
    process.on('message', (message) => child.emit('message', message));
    process.on('exit', (code, signal) => {
      child.pid = undefined;
      child.emit('exit', signal === null ? (code ?? 0) : constants.signals[signal]);
      if (signal !== null) {
        const reason = signal === 'SIGKILL' ? 'killed' : 'crashed';
        app.emit('child-process-gone', {}, { type: 'Utility', name: options.serviceName, reason });
      }
    });
    return child;
  };
  return {
    app: app as never,
    utilityProcess: { fork: start },
    started,
  };
}

/** File of a stub engine whose jobs misbehave on demand. */
export const STUB_ENGINE = new URL('../../../render/stub-engine.ts', import.meta.url);
