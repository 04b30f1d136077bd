/**
 * The line to the process that started us, where that was Electron's `utilityProcess`. It is absent in a process of
 * plain Node, whose line is `process.send`.
 */
export interface ParentPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  off(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  postMessage(message: unknown): void;
}

/** This process's own `ParentPort`; undefined where it was not started by Electron. */
export function parentPort(): ParentPort | undefined {
  return (process as { parentPort?: ParentPort | undefined }).parentPort;
}
