import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AcutanceError } from '../../shared/errors.ts';
import { unwritable } from '../media/partial-file.ts';

/** Keeps the temporary name below the usual limit of 255 bytes, whatever the final name is. */
const STEM_CHARACTERS = 24;

/** A folder that is filled under a temporary name beside its final name, which it takes when it is complete. */
export class PartialFolder {
  readonly finalPath: string;
  readonly temporaryPath: string;

  private constructor(finalPath: string, temporaryPath: string) {
    this.finalPath = finalPath;
    this.temporaryPath = temporaryPath;
  }

  /**
   * @param announce - is told the temporary path before the folder exists, so that somebody else can remove it should
   *   this process be killed.
   * @throws AcutanceError `output-exists` unless nothing or an empty folder is there, `output-unwritable`, `disk-full`.
   */
  static async create(path: string, announce?: (temporaryPath: string) => void): Promise<PartialFolder> {
    const finalPath = resolve(path);
    await requireFree(finalPath);
    const stem = basename(finalPath).slice(0, STEM_CHARACTERS);
    const temporaryPath = join(dirname(finalPath), `.${stem}.partial-${randomBytes(4).toString('hex')}`);
    announce?.(temporaryPath);
    await mkdir(temporaryPath).catch((thrown: unknown) => {
      throw unwritable(finalPath, thrown);
    });
    return new PartialFolder(finalPath, temporaryPath);
  }

  /** Gives the folder its final name. */
  async complete(): Promise<void> {
    // Somebody may have taken the name meanwhile.
    const empty = await requireFree(this.finalPath);
    try {
      if (empty) await rmdir(this.finalPath);
      await rename(this.temporaryPath, this.finalPath);
    } catch (thrown) {
      throw unwritable(this.finalPath, thrown);
    }
  }

  async remove(): Promise<void> {
    await rm(this.temporaryPath, { recursive: true, force: true });
  }
}

/** Whether there is an empty folder of that name. */
async function requireFree(path: string): Promise<boolean> {
  let entries: readonly string[];
  try {
    entries = await readdir(path);
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    if (code === 'ENOENT') return false;
    if (code !== 'ENOTDIR') throw unwritable(path, thrown);
    throw new AcutanceError('output-unwritable', `The output "${path}" is not a folder.`, {
      hint: 'Name a folder that does not exist yet.',
    });
  }
  if (entries.length === 0) return true;
  throw new AcutanceError('output-exists', `The output folder "${path}" has something in it already.`, {
    hint: 'Name a folder that does not exist yet, or empty this one.',
  });
}
