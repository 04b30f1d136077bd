import { randomBytes } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AcutanceError } from '../../shared/errors.ts';
import { checkOutputPath, describeSystemError, errorCode, type OutputPathOptions } from './output-path.ts';

/** A name beside the output that hides from most file listings; short, since the output's may be as long as allowed. */
function temporaryBeside(target: string): string {
  return join(dirname(target), `.acutance-${randomBytes(6).toString('hex')}.partial`);
}

/**
 * A file that gets its name when it is complete. Until `commit` it lies beside its destination under a temporary
 * name; `discard` removes it.
 */
export class PendingFile {
  readonly #options: OutputPathOptions;
  readonly #target: string;
  readonly #temporary: string;
  readonly #file: FileHandle;

  private constructor(options: OutputPathOptions, target: string, temporary: string, file: FileHandle) {
    this.#options = options;
    this.#target = target;
    this.#temporary = temporary;
    this.#file = file;
  }

  /**
   * @param announce is told the temporary path before the file exists.
   * @throws AcutanceError as `checkOutputPath` does, or `output-unwritable`, `disk-full`.
   */
  static async create(options: OutputPathOptions, announce: (path: string) => void): Promise<PendingFile> {
    const target = await checkOutputPath(options);
    const temporary = temporaryBeside(target);
    announce(temporary);
    try {
      return new PendingFile(options, target, temporary, await open(temporary, 'wx'));
    } catch (error) {
      throw writeProblem(options.output, error);
    }
  }

  /** Appends all bytes. */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#file.writeFile(bytes);
    } catch (error) {
      throw writeProblem(this.#options.output, error);
    }
  }

  /** Gives the file its name, after its content is safely on the disk. */
  async commit(): Promise<void> {
    try {
      await this.#file.sync();
      await this.#file.close();
      // Somebody may have created the output meanwhile.
      await checkOutputPath(this.#options);
      await rename(this.#temporary, this.#target);
    } catch (error) {
      throw writeProblem(this.#options.output, error);
    }
  }

  /** Removes the file; harmless after `commit`. */
  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.#temporary, { force: true });
  }
}

function writeProblem(output: string, error: unknown): AcutanceError {
  if (error instanceof AcutanceError) return error;
  const code = errorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AcutanceError('disk-full', `Can't write ${output}: ${describeSystemError(error)}.`, {
      hint: 'Make room, or choose a folder on another disk.',
      cause: error,
    });
  }
  return new AcutanceError('output-unwritable', `Can't write ${output}: ${describeSystemError(error)}.`, {
    hint: 'Choose a folder that you may write to.',
    cause: error,
  });
}
