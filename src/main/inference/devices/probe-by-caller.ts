import { parentPort, type ParentPort } from '../parent-port.ts';

/**
 * What a process started by Electron asks of the one that started it: to run another program. Only Electron's main
 * process can start programs there, for a packaged Electron does not run scripts as Node does.
 */
export interface ProgramRequest {
  readonly type: 'run-program';
  readonly id: number;
  /** File to run. */
  readonly entry: string;
  readonly parameters: readonly string[];
  /** It is killed when it has not answered by then, in milliseconds. */
  readonly patienceMs: number;
}

export interface ProgramAnswer {
  readonly type: 'program-answer';
  readonly id: number;
  /** The one message it sent; absent when it ended without one. */
  readonly message?: unknown;
  /** Why there is no message. */
  readonly failure?: ProgramFailure | undefined;
}

export type ProgramFailure =
  | { readonly kind: 'timeout' }
  | { readonly kind: 'ended'; readonly code: number | null; readonly signal: string | null };

export function isProgramRequest(message: unknown): message is ProgramRequest {
  return isRecord(message) && message['type'] === 'run-program';
}

/** Has a program run by the process that started this one, where that is Electron's; undefined elsewhere. */
export function callerPrograms(
  port: ParentPort | undefined = parentPort(),
):
  ((entry: string, parameters: readonly string[], patienceMs: number) => Promise<ProgramAnswer>) | undefined {
  if (!port) return undefined;
  let lastId = 0;
  return (entry, parameters, patienceMs) =>
    new Promise((resolve) => {
      const id = ++lastId;
      const listen = ({ data }: { readonly data: unknown }): void => {
        if (!isProgramAnswer(data) || data.id !== id) return;
        port.off('message', listen);
        resolve(data);
      };
      port.on('message', listen);
      port.postMessage({
        type: 'run-program',
        id,
        entry,
        parameters,
        patienceMs,
      } satisfies ProgramRequest);
    });
}

function isProgramAnswer(message: unknown): message is ProgramAnswer {
  return isRecord(message) && message['type'] === 'program-answer';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
