import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { AcutanceError } from '../../shared/errors.ts';
import { isAlive } from './is-alive.ts';

const NAME = /^acutance-frames-(\d+)-/;

/**
 * The file through which an engine hands over large pictures. It stays in the system's memory, and copying 8 MB through
 * it takes 2 ms where a message between processes takes 10 to 20.
 */
export class FramesTransfer {
  readonly path = join(tmpdir(), `acutance-frames-${process.pid}-${randomUUID()}`);
  #file: Promise<FileHandle> | undefined;

  /** Makes sure that the file is there. */
  async prepare(): Promise<void> {
    await (this.#file ??= this.#create());
  }

  /** The first bytes of the file. @throws AcutanceError `cancelled` where it has been removed meanwhile. */
  async read(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const file = await this.#file;
    if (!file) throw new AcutanceError('cancelled', 'Cancelled.');
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const { bytesRead } = await file.read(bytes, done, length - done, done);
      if (bytesRead === 0) throw new AcutanceError('internal', 'The engine handed over less than it said.');
      done += bytesRead;
    }
    return bytes;
  }

  /** Removes the file; `prepare` would make a new one. */
  async dispose(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await (await file?.catch(() => undefined))?.close();
    await rm(this.path, { force: true });
  }

  async #create(): Promise<FileHandle> {
    await removeLeftOvers();
    try {
      return await open(this.path, 'wx+', 0o600);
    } catch (thrown) {
      this.#file = undefined;
      throw new AcutanceError(
        'output-unwritable',
        `No file can be made in the temporary folder "${tmpdir()}".`,
        {
          hint: 'Free some space on the disk, or set TMPDIR to a folder that can be written to.',
          cause: thrown,
        },
      );
    }
  }
}

/** Removes what processes left behind that were killed together with their engine. */
async function removeLeftOvers(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names) {
    const pid = NAME.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      await rm(join(tmpdir(), name), { force: true }).catch(() => undefined);
  }
}
