import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { App, UtilityProcess } from 'electron';
import type { EngineEvent } from '../../../shared/engine-protocol.ts';
import { isProgramRequest } from '../../inference/devices/probe-by-caller.ts';
import type { ProgramAnswer, ProgramRequest } from '../../inference/devices/probe-by-caller.ts';
import type { EngineSpawner } from '../../render/engine-spawner.ts';
import type { Electron } from './electron-api.ts';

/** The parts of Electron that start processes. */
export interface UtilityProcesses {
  readonly app: Pick<App, 'on' | 'off'>;
  readonly utilityProcess: Pick<Electron['utilityProcess'], 'fork'>;
}

const ENGINE_NAME = 'Acutance engine';
/** Electron tells the reason of an end apart from the end, in either order, moments apart. */
const REASON_WAIT_MS = 100;

/**
 * Runs the engine as a utility process: a packaged Electron does not run scripts as plain Node does, which `fork`
 * needs. The engine's requests for programs of its own (a trial of a graphics driver) are carried out here too.
 */
export function utilityEngine(electron: UtilityProcesses): EngineSpawner {
  let started = 0;
  return (entry, listeners) => {
    const name = `${ENGINE_NAME} ${++started}`;
    const child = startUtility(electron, fileURLToPath(entry), [], name);
    const collect = (text: Buffer | string): void => listeners.output(String(text));
    child.process.stdout?.on('data', collect);
    child.process.stderr?.on('data', collect);
    child.process.on('error', (type, location) => collect(`${type} at ${location}\n`));
    child.process.on('message', (message: unknown) => {
      if (!isProgramRequest(message)) listeners.message(message as EngineEvent);
      else void runProgram(electron, message).then((answer) => child.post(answer));
    });
    child.onGone((code, signal) => listeners.exit(code, signal));
    return {
      get pid() {
        return child.process.pid;
      },
      send: (request) => child.post(request),
      kill: () => child.kill(),
    };
  };
}

interface RunningUtility {
  readonly process: UtilityProcess;
  post(message: unknown): void;
  kill(): void;
  onGone(listener: (code: number | null, signal: string | null) => void): void;
}

function startUtility(
  { app, utilityProcess }: UtilityProcesses,
  file: string,
  parameters: readonly string[],
  name: string,
): RunningUtility {
  const child = utilityProcess.fork(file, [...parameters], {
    serviceName: name,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
  });
  let gone = false;
  let doomed = false;
  let pid: number | undefined;
  let reason: string | undefined;
  const kill = (): void => {
    doomed = true;
    // `kill()` of Electron asks politely, and a native call in progress does not listen.
    if (!gone && pid !== undefined) endProcess(pid);
  };
  child.on('spawn', () => {
    pid = child.pid;
    if (doomed) kill();
  });
  const hear = (_event: unknown, details: { readonly name?: string; readonly reason: string }): void => {
    if (details.name === name) reason = details.reason;
  };
  app.on('child-process-gone', hear);
  const listeners: ((code: number | null, signal: string | null) => void)[] = [];
  child.on('exit', (status) => {
    gone = true;
    setTimeout(() => {
      app.off('child-process-gone', hear);
      const { code, signal } = readEnd(status, reason, process.platform);
      for (const listener of listeners) listener(code, signal);
    }, REASON_WAIT_MS);
  });
  return {
    process: child,
    post(message) {
      if (!gone) child.postMessage(message);
    },
    kill,
    onGone: (listener) => void listeners.push(listener),
  };
}

async function runProgram(electron: UtilityProcesses, request: ProgramRequest): Promise<ProgramAnswer> {
  const { id, entry, parameters, patienceMs } = request;
  const { promise, resolve } = Promise.withResolvers<Pick<ProgramAnswer, 'message' | 'failure'>>();
  const program = startUtility(electron, entry, parameters, `Acutance trial ${id}`);
  const patience = setTimeout(() => resolve({ failure: { kind: 'timeout' } }), patienceMs);
  program.process.on('message', (message: unknown) => resolve({ message }));
  program.onGone((code, signal) => resolve({ failure: { kind: 'ended', code, signal } }));
  const outcome = await promise;
  clearTimeout(patience);
  program.kill();
  return { type: 'program-answer', id, ...outcome };
}

/**
 * What the end of a utility process means. On POSIX Electron hands out what `waitpid` says, where a signal and a small
 * exit status look alike; the reason that it gives separately tells them apart.
 */
export function readEnd(
  status: number,
  reason: string | undefined,
  platform: NodeJS.Platform,
): { code: number | null; signal: string | null } {
  if (platform === 'win32') return { code: status >>> 0, signal: null };
  const violent = reason === 'killed' || reason === 'crashed' || reason === 'oom';
  if (!violent) return { code: status > 0xff ? status >>> 8 : status, signal: null };
  const number = status & 0x7f;
  const signal = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return { code: null, signal: signal ?? (reason === 'crashed' ? 'SIGABRT' : 'SIGKILL') };
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}
