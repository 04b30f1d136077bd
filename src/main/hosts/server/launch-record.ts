import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writingError } from '../../inference/weights/file-errors.ts';

/** Readable by the user alone: who reads it may use the running server. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

const recordSchema = z.object({
  /** Hash of the token of the last launch on this port. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** The token itself, only while that launch runs; a second start asks with it whether it still does. */
  token: z.string().optional(),
});
export type LaunchRecord = z.output<typeof recordSchema>;

/** What is remembered of the last launch on each port, one file per port in the user's own data. */
export class LaunchRecords {
  readonly #folder: string;

  /** @param dataFolder where Acutance keeps the user's own data */
  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, 'server');
  }

  /** The last launch on a port; undefined where there was none, or what is left of it makes no sense. */
  async read(port: number): Promise<LaunchRecord | undefined> {
    try {
      return recordSchema.parse(JSON.parse(await readFile(this.#path(port), 'utf8')));
    } catch {
      // Nothing depends on it but the convenience of an open page, which then says what to do.
      return undefined;
    }
  }

  /** @throws AcutanceError `output-unwritable` or `disk-full`. */
  async write(port: number, record: LaunchRecord): Promise<void> {
    const path = this.#path(port);
    const temporary = `${path}.${randomUUID()}.tmp`;
    try {
      await mkdir(this.#folder, { recursive: true, mode: FOLDER_MODE });
      await writeFile(temporary, JSON.stringify(record), { mode: FILE_MODE, flag: 'wx' });
      await rename(temporary, path);
    } catch (thrown) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw writingError(path, thrown);
    }
  }

  #path(port: number): string {
    return join(this.#folder, `${port}.json`);
  }
}
