import type { EngineEvent, EngineRequest } from '../../shared/engine-protocol.ts';
import { parentPort } from '../inference/parent-port.ts';

/** The engine's line to the process that started it. */
export interface CallerChannel {
  /** Says something; lost when the caller is gone. */
  send(event: EngineEvent): void;
  onRequest(listener: (request: EngineRequest) => void): void;
  /**
   * Whether this process has to watch for the caller's end by itself. Electron ends its utility processes with it;
   * a forked process has to look at its standard input.
   */
  readonly watchesCaller: boolean;
}

/**
 * The line that this process was started with: a message port of Electron's, or the IPC channel of `fork`.
 * @throws if it has neither.
 */
export function callerChannel(): CallerChannel {
  const port = parentPort();
  if (port) {
    return {
      send: (event) => port.postMessage(event),
      onRequest: (listener) =>
        void port.on('message', ({ data }) => {
          if (isRequest(data)) listener(data);
        }),
      watchesCaller: false,
    };
  }
  const channel = process.send?.bind(process);
  if (!channel) throw new Error('The engine must be started by another process, with an IPC channel.');
  return {
    // When the channel is gone so is the caller, and the watching thread is about to end this process.
    send: (event) => void channel(event, () => undefined),
    onRequest: (listener) => void process.on('message', listener),
    watchesCaller: true,
  };
}

/** The port carries answers to this process's own questions too. */
function isRequest(message: unknown): message is EngineRequest {
  const type = (message as { readonly type?: unknown } | null)?.type;
  return type === 'run' || type === 'cancel';
}
