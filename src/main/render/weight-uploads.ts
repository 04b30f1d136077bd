import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { AcutanceError } from '../../shared/errors.ts';
import { writingError } from '../inference/weights/file-errors.ts';
import { isAlive } from './is-alive.ts';

/** A file that was sent. */
export interface Upload {
  readonly id: string;
  readonly path: string;
  /** What the sender calls it. */
  readonly name: string;
  readonly bytes: number;
}

/** More than a network has parts; the oldest makes way. */
const MOST = 8;

const FOLDER_NAME = /^incoming-(\d+)-/;

/**
 * Files on their way in from a browser: written to disk as they come, never held in memory, and removed when they are
 * discarded, when there are too many, and at the end. What a killed process left is removed by the next one.
 */
export class WeightUploads {
  readonly #parent: string;
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #uploads = new Map<string, Upload>();
  #prepared: Promise<void> | undefined;
  #disposed = false;

  /** @param parent - a folder on the disk that the files will end up on; made when it is needed */
  constructor(parent: string, maxBytes: number) {
    this.#parent = parent;
    this.#folder = join(parent, `incoming-${process.pid}-${randomUUID()}`);
    this.#maxBytes = maxBytes;
  }

  /**
   * Takes a file in.
   *
   * @throws AcutanceError `weights-refused` for one that is too long, `output-unwritable`, `disk-full`, `cancelled`
   *   after the end; whatever the body fails with.
   */
  async receive(name: string, body: ReadableStream<Uint8Array> | null): Promise<Upload> {
    this.#requireOpen();
    await this.#prepare();
    const id = randomUUID().replaceAll('-', '');
    const path = join(this.#folder, id);
    let file: FileHandle | undefined;
    try {
      file = await this.#create(path);
      const bytes = await this.#write(file, name, path, body);
      this.#requireOpen();
      const upload = { id, path, name, bytes };
      this.#uploads.set(id, upload);
      await this.#makeRoom();
      return upload;
    } catch (thrown) {
      await rm(path, { force: true });
      throw thrown;
    } finally {
      await file?.close();
    }
  }

  /** @throws AcutanceError `not-found` */
  find(id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload) return upload;
    throw new AcutanceError('not-found', 'The file that was sent is not there any more.', {
      hint: 'Send it again.',
    });
  }

  /** Removes a file; one that is gone already is fine. */
  async discard(id: string): Promise<void> {
    const upload = this.#uploads.get(id);
    this.#uploads.delete(id);
    if (upload) await rm(upload.path, { force: true });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#uploads.clear();
    // One that is just being created may come in between; it notices the end itself.
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  }

  #requireOpen(): void {
    if (this.#disposed) throw new AcutanceError('cancelled', 'Acutance is closing.');
  }

  async #write(
    file: FileHandle,
    name: string,
    path: string,
    body: ReadableStream<Uint8Array> | null,
  ): Promise<number> {
    let bytes = 0;
    if (!body) return bytes;
    // Leaving the loop cancels the rest of the body.
    for await (const chunk of body) {
      this.#requireOpen();
      bytes += chunk.byteLength;
      if (bytes > this.#maxBytes) throw tooLong(name, this.#maxBytes);
      await file.writeFile(chunk).catch((cause: unknown) => {
        throw writingError(path, cause);
      });
    }
    return bytes;
  }

  async #create(path: string): Promise<FileHandle> {
    return await open(path, 'wx', 0o600).catch((cause: unknown) => {
      throw writingError(path, cause);
    });
  }

  async #prepare(): Promise<void> {
    this.#prepared ??= (async () => {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
        throw writingError(this.#folder, cause);
      });
      for (const name of await readdir(this.#parent)) {
        const pid = FOLDER_NAME.exec(name)?.[1];
        if (pid === undefined || isAlive(Number(pid))) continue;
        await rm(join(this.#parent, name), { recursive: true, force: true }).catch(() => undefined);
      }
    })();
    try {
      await this.#prepared;
    } catch (thrown) {
      this.#prepared = undefined;
      throw thrown;
    }
  }

  async #makeRoom(): Promise<void> {
    for (const id of [...this.#uploads.keys()].slice(0, -MOST)) await this.discard(id);
  }
}

/** What is said of a file that is longer than any weight file may be. */
export function tooLong(name: string, maxBytes: number): AcutanceError {
  return new AcutanceError(
    'weights-refused',
    `"${name}" is longer than ${Math.round(maxBytes / 2 ** 20)} MiB: no weights of these networks are.`,
    { hint: 'Choose a weight file (.pth, .pt, .pytorch or .safetensors).' },
  );
}
