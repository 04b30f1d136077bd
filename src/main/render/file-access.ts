import { constants, type Stats } from 'node:fs';
import { access, lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize, relative, resolve, sep } from 'node:path';
import { AcutanceError } from '../../shared/errors.ts';

/** Folders of Linux that hold no files of a user, whatever lies above them is open. */
const SYSTEM_FOLDERS = process.platform === 'linux' ? ['/proc', '/sys', '/dev'] : [];

/**
 * Which files a page may name: those below the opened folders, and those its user chose in a dialog of the system.
 * Paths are compared as the file system resolves them, so that no link leads out.
 */
export class FileAccess {
  /** Real paths, the newest last; as they were when they were granted, whatever takes their place later. */
  readonly #granted = new Map<string, Promise<string>>();

  /** @param paths - absolute; folders with all that is in them, or single files. */
  constructor(paths: readonly string[]) {
    for (const path of paths) this.grant(path);
  }

  /** Opens a folder, or a file that may not exist yet, which the user chose. */
  grant(path: string): void {
    const granted = resolve(path);
    this.#granted.delete(granted);
    this.#granted.set(granted, realPathOf(granted));
  }

  /**
   * The real path of a file that may be read.
   *
   * @throws AcutanceError `path-refused`; `input-unreadable` for a file that is missing or may not be read.
   */
  async file(path: string): Promise<string> {
    const { real, stats } = await this.#existing(path);
    if (stats.isDirectory()) {
      throw new AcutanceError('input-unreadable', `"${path}" is a folder.`, {
        hint: 'Choose a video file in it.',
      });
    }
    if (!stats.isFile()) throw refusal(path, 'is not a file but a device, a pipe or a socket');
    await readable(real, path);
    return real;
  }

  /**
   * The real path of a folder that may be listed.
   *
   * @throws AcutanceError `path-refused`; `input-unreadable` for a folder that is missing or may not be read.
   */
  async folder(path: string): Promise<string> {
    const { real, stats } = await this.#existing(path);
    if (!stats.isDirectory()) {
      throw new AcutanceError('input-unreadable', `"${path}" is not a folder.`, { hint: 'Choose a folder.' });
    }
    await readable(real, path);
    return real;
  }

  /**
   * The real path of a file that may be written: its folder exists and is open, or the file itself was chosen.
   *
   * @throws AcutanceError `path-refused`; `output-unwritable` where its folder is missing.
   */
  async output(path: string): Promise<string> {
    const lexical = checkForm(path);
    const folder = await realFolder(dirname(lexical));
    if (folder === undefined) {
      if (!(await this.#coversNearest(lexical))) throw outside(path);
      throw new AcutanceError('output-unwritable', `The folder of "${path}" does not exist.`, {
        hint: 'Choose a folder that exists.',
      });
    }
    const real = join(folder, basename(lexical));
    if (!(await this.covers(real))) throw outside(path);
    const existing = await lstat(real).catch(() => undefined);
    if (existing?.isSymbolicLink()) throw refusal(path, 'is a link', 'Choose another name.');
    if (existing?.isDirectory()) {
      throw new AcutanceError('output-unwritable', `"${path}" is a folder.`, {
        hint: 'Give the name of a file.',
      });
    }
    if (existing && !existing.isFile()) throw refusal(path, 'is not a file but a device, a pipe or a socket');
    return real;
  }

  /** Whether a real path lies in what is open. */
  async covers(real: string): Promise<boolean> {
    if (isOfTheSystem(real)) return false;
    // The newest first: an old one may lie on a disk that takes its time to say that it is gone.
    for (const granted of [...this.#granted.values()].reverse()) {
      if (isInside(real, await granted)) return true;
    }
    return false;
  }

  async #existing(path: string): Promise<{ readonly real: string; readonly stats: Stats }> {
    const lexical = checkForm(path);
    try {
      const real = await realpath(lexical);
      if (!(await this.covers(real))) throw outside(path);
      return { real, stats: await stat(real) };
    } catch (thrown) {
      // Whether a file exists is told only of files that may be read.
      if (thrown instanceof AcutanceError || !(await this.#coversNearest(lexical))) throw outside(path);
      throw missing(path, thrown);
    }
  }

  /** Whether the nearest folder above a missing file lies in what is open. */
  async #coversNearest(path: string): Promise<boolean> {
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      const real = await realpath(folder).catch(() => undefined);
      if (real !== undefined) return await this.covers(real);
      if (folder === dirname(folder)) return false;
    }
  }
}

/** Whether a path is a folder or lies in it; both absolute. */
function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function isOfTheSystem(path: string): boolean {
  return SYSTEM_FOLDERS.some((folder) => isInside(path, folder));
}

async function realFolder(path: string): Promise<string | undefined> {
  try {
    const real = await realpath(path);
    return (await stat(real)).isDirectory() ? real : undefined;
  } catch {
    return undefined;
  }
}

/** Of a file that does not exist yet, the path in the real folder. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const folder = await realFolder(dirname(path));
    return folder === undefined ? path : join(folder, basename(path));
  }
}

/** A path must be absolute and lead straight to its file. */
function checkForm(path: string): string {
  if (path.includes('\0')) throw refusal(path.replaceAll('\0', '\uFFFD'), 'holds a zero character');
  if (!isAbsolute(path)) throw refusal(path, 'is not an absolute path', 'Give the whole path.');
  if (path.split(/[\\/]/).includes('..') && normalize(path) !== path) {
    throw refusal(path, 'leads through ".."', 'Give the path without "..".');
  }
  if (isOfTheSystem(path)) throw refusal(path, 'belongs to the system');
  // Windows: `\\.\` and `\\?\` name devices.
  if (/^[\\/]{2}[.?]/.test(path)) throw refusal(path, 'names a device');
  return resolve(path);
}

async function readable(real: string, path: string): Promise<void> {
  await access(real, constants.R_OK).catch((cause: unknown) => {
    throw missing(path, cause);
  });
}

function outside(path: string): AcutanceError {
  return refusal(
    path,
    'lies outside the opened folders',
    'Choose a file below them, or start Acutance with another root.',
  );
}

function refusal(path: string, what: string, hint?: string): AcutanceError {
  return new AcutanceError('path-refused', `"${path}" ${what}.`, hint === undefined ? {} : { hint });
}

/** What went wrong with reaching a file that may be read. */
export function missing(path: string, cause: unknown): AcutanceError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP'].includes(code)) {
    const hint = 'It may have been moved or renamed, or its disk is not connected.';
    return new AcutanceError('input-unreadable', `"${path}" does not exist.`, { hint, cause });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    const hint = 'Check the permissions of the file and its folders.';
    return new AcutanceError('input-unreadable', `"${path}" may not be read.`, { hint, cause });
  }
  return new AcutanceError('input-unreadable', `"${path}" can't be read (${code || String(cause)}).`, {
    hint: 'Check the disk.',
    cause,
  });
}
