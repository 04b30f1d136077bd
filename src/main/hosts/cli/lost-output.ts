import { AcutanceError } from '../../../shared/errors.ts';

/** A stream of the process, as far as it can fail. */
interface FailingStream {
  on(event: 'error', listener: (error: Error) => void): unknown;
}

export interface OutputStreams {
  readonly stdout: FailingStream & { write(text: string, done: () => void): unknown };
  readonly stderr: FailingStream;
}

/** Whether a stream failed because nobody reads it any more (`| head`), which is nothing to report. */
export function readerIsGone(error: Error): boolean {
  return 'code' in error && error.code === 'EPIPE';
}

/** Keeps an eye on results that could not be written. Progress and remarks that nobody takes are no loss. */
export class LostOutput {
  readonly #streams: OutputStreams;
  #problem: AcutanceError | undefined;

  constructor(streams: OutputStreams) {
    this.#streams = streams;
    streams.stdout.on('error', (error) => {
      if (!readerIsGone(error)) this.#problem ??= unwritten(error);
    });
    // A stream without a listener would end the process.
    streams.stderr.on('error', () => undefined);
  }

  /** What went wrong, as far as it is known. */
  get problem(): AcutanceError | undefined {
    return this.#problem;
  }

  /**
   * Waits for everything that was written.
   *
   * @throws AcutanceError `disk-full`, `output-unwritable`.
   */
  async requireNone(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#streams.stdout.write('', () => resolve(undefined));
    await promise;
    if (this.#problem !== undefined) throw this.#problem;
  }
}

function unwritten(error: Error): AcutanceError {
  const code = 'code' in error ? String(error.code) : error.message;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AcutanceError('disk-full', 'Writing to standard output: the disk is full.', {
      hint: 'Free some space or choose a folder on another disk.',
      cause: error,
    });
  }
  return new AcutanceError('output-unwritable', `Standard output can't be written (${code}).`, {
    hint: 'Check where it leads.',
    cause: error,
  });
}
