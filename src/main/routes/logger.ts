import { inspect } from 'node:util';

/** Where a host wants to read about what no user caused. */
export interface Logger {
  /** @param cause - what was thrown, stack included. */
  error(message: string, cause?: unknown): void;
}

/** Writes to standard error, which every host shows or keeps somewhere. */
export const standardErrorLogger: Logger = {
  error: (message, cause) => {
    process.stderr.write(`${message}${cause === undefined ? '' : `: ${inspect(cause)}`}\n`);
  },
};
