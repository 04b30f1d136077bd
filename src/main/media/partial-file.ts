import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, access, lstat, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { AcutanceError } from '../../shared/errors.ts';
import { diskFull } from './ffmpeg-failure.ts';

/** Keeps the whole temporary name far below the usual limit of 255 bytes, whatever the final name is. */
const STEM_CHARACTERS = 24;

/**
 * A file that is written under a temporary name in the folder of its final name, and takes the final name only when
 * it is complete.
 */
export class PartialFile {
  readonly finalPath: string;
  readonly temporaryPath: string;
  readonly #inputs: readonly string[];
  readonly #overwrite: boolean;

  private constructor(
    finalPath: string,
    temporaryPath: string,
    inputs: readonly string[],
    overwrite: boolean,
  ) {
    this.finalPath = finalPath;
    this.temporaryPath = temporaryPath;
    this.#inputs = inputs;
    this.#overwrite = overwrite;
  }

  /**
   * Checks that the output can be made and creates the temporary file.
   *
   * @param input - the file that is read, or all of them: none is ever replaced.
   * @param announce - is told the temporary path before the file exists, so that somebody else can remove it should
   *   this process be killed.
   * @throws AcutanceError `output-same-as-input` when the path leads to an input (links included), `output-exists`
   *   unless `overwrite`, `output-unwritable` or `disk-full`.
   */
  static async create(
    path: string,
    input: string | readonly string[],
    overwrite: boolean,
    announce?: (temporaryPath: string) => void,
  ): Promise<PartialFile> {
    const finalPath = await followLink(resolve(path));
    const inputs = typeof input === 'string' ? [input] : input;
    await requireFreeName(finalPath, inputs, overwrite);
    const extension = extname(finalPath);
    const stem = basename(finalPath, extension).slice(0, STEM_CHARACTERS);
    const name = `.${stem}.partial-${randomBytes(4).toString('hex')}${extension}`;
    const temporaryPath = join(dirname(finalPath), name);
    let file: FileHandle | undefined;
    try {
      if (basename(finalPath).length > 255 || Buffer.byteLength(basename(finalPath)) > 255) {
        throw new AcutanceError('output-unwritable', `The name of "${finalPath}" is too long.`, {
          hint: 'Choose a name of at most 255 bytes.',
        });
      }
      announce?.(temporaryPath);
      file = await open(temporaryPath, 'wx');
    } catch (thrown) {
      throw unwritable(finalPath, thrown);
    } finally {
      await file?.close();
    }
    return new PartialFile(finalPath, temporaryPath, inputs, overwrite);
  }

  /** Makes the written data durable and gives the file its final name. */
  async complete(): Promise<number> {
    try {
      const file = await open(this.temporaryPath, 'r+');
      let bytes: number;
      try {
        await file.sync();
        bytes = (await file.stat()).size;
      } finally {
        await file.close();
      }
      // Somebody may have taken the name meanwhile.
      await requireFreeName(this.finalPath, this.#inputs, this.#overwrite);
      await rename(this.temporaryPath, this.finalPath);
      await syncFolder(dirname(this.finalPath));
      return bytes;
    } catch (thrown) {
      throw unwritable(this.finalPath, thrown);
    }
  }

  async remove(): Promise<void> {
    await rm(this.temporaryPath, { force: true });
  }
}

/** An existing link is written through, so that what it points to is replaced and not the link. */
async function followLink(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const leadsNowhere = await lstat(path).then(
      (entry) => entry.isSymbolicLink(),
      () => false,
    );
    if (!leadsNowhere) return path;
    throw new AcutanceError('output-unwritable', `The output "${path}" is a link that leads nowhere.`, {
      hint: 'Remove the link or choose another name.',
    });
  }
}

async function requireFreeName(path: string, inputs: readonly string[], overwrite: boolean): Promise<void> {
  const existing = await statOrNothing(path);
  if (!existing) return;
  const sources = await Promise.all(inputs.map(statOrNothing));
  if (sources.some((source) => source?.dev === existing.dev && source.ino === existing.ino)) {
    const what = inputs.length === 1 ? 'the input itself' : 'one of the inputs';
    throw new AcutanceError('output-same-as-input', `The output "${path}" is ${what}.`, {
      hint: 'Choose another name; a clip is never replaced by its own result.',
    });
  }
  if (!existing.isFile()) {
    const what = existing.isDirectory() ? 'a folder' : 'not a regular file';
    throw new AcutanceError('output-unwritable', `The output "${path}" is ${what}.`, {
      hint: 'Name a file, such as out.mp4.',
    });
  }
  if (!overwrite) {
    throw new AcutanceError('output-exists', `The output "${path}" exists already.`, {
      hint: 'Choose another name, or give --overwrite to replace it.',
    });
  }
  try {
    await access(path, constants.W_OK);
  } catch (thrown) {
    throw new AcutanceError('output-unwritable', `The output "${path}" exists and is write-protected.`, {
      hint: 'Choose another name, or change the permissions of the file.',
      cause: thrown,
    });
  }
}

/** Bigint, because inode numbers may exceed the safe integers on some file systems. */
async function statOrNothing(path: string) {
  try {
    return await stat(path, { bigint: true });
  } catch {
    return undefined;
  }
}

async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    await folder.sync().finally(() => folder.close());
  } catch {
    // Windows and some network file systems can't sync a folder; the rename itself is done.
  }
}

/** Names the reason why an output can't be written. */
export function unwritable(path: string, thrown: unknown): AcutanceError {
  if (thrown instanceof AcutanceError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(`Writing "${path}"`);
  const folder = dirname(path);
  const reasons: Readonly<Record<string, readonly [string, string]>> = {
    ENOENT: [`the folder "${folder}" does not exist`, 'Create the folder first.'],
    ENOTDIR: [`"${folder}" is not a folder`, 'Check the path.'],
    EACCES: [`"${folder}" does not allow it`, 'Choose a folder you may write to.'],
    EPERM: [`"${folder}" does not allow it`, 'Choose a folder you may write to.'],
    EROFS: [`"${folder}" is on a read-only disk`, 'Choose a folder on another disk.'],
    ENAMETOOLONG: ['its name is too long', 'Choose a shorter path.'],
  };
  const [reason, hint] = reasons[code] ?? [code || String(thrown), 'Check the disk and the path.'];
  return new AcutanceError('output-unwritable', `"${path}" can't be written: ${reason}.`, {
    hint,
    cause: thrown,
  });
}
