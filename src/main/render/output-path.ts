import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AcutanceError } from '../../shared/errors.ts';

export interface OutputPathOptions {
  readonly output: string;
  /** Files that are read for it and must survive. */
  readonly inputs: readonly string[];
  readonly overwrite: boolean;
}

/**
 * Checks, before any work is done, that a file may be written under a name.
 *
 * @returns the path to write, with symbolic links resolved, so that a link keeps pointing where it does.
 * @throws AcutanceError `output-same-as-input` (also through links), `output-exists`, `output-unwritable`.
 */
export async function checkOutputPath(options: OutputPathOptions): Promise<string> {
  const { output, inputs, overwrite } = options;
  const target = await resolveTarget(output);
  const existing = await statIfPresent(target, output);
  if (!existing) {
    if (await isLink(output))
      throw unwritable(output, 'it is a symbolic link to nowhere', 'Remove the link or choose another name.');
    return target;
  }
  if (existing.isDirectory()) throw unwritable(output, 'it is a folder', 'Add a file name to it.');
  for (const input of inputs) {
    const source = await stat(input).catch(() => undefined);
    if (source && source.ino === existing.ino && source.dev === existing.dev) {
      throw new AcutanceError('output-same-as-input', `The output is the input itself: ${output}`, {
        hint: 'Choose another name: the clip is read while the output is written.',
      });
    }
  }
  if (!existing.isFile()) throw unwritable(output, 'it is not a regular file', 'Choose another name.');
  if (!overwrite) {
    throw new AcutanceError('output-exists', `The output exists already: ${output}`, {
      hint: 'Choose another name, or give --overwrite to replace it.',
    });
  }
  return target;
}

/** The real path of the folder, which must exist, and in it the real path of the file where that exists. */
async function resolveTarget(output: string): Promise<string> {
  let folder: string;
  try {
    folder = await realpath(dirname(output));
  } catch (error) {
    throw folderProblem(output, error);
  }
  const info = await stat(folder);
  if (!info.isDirectory())
    throw unwritable(output, `${dirname(output)} is not a folder`, 'Choose another folder.');
  try {
    return await realpath(output);
  } catch {
    return join(folder, basename(output));
  }
}

async function statIfPresent(target: string, output: string) {
  try {
    return await stat(target);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return undefined;
    if (code === 'ENAMETOOLONG') throw unwritable(output, 'the name is too long', 'Choose a shorter name.');
    throw unwritable(output, describeSystemError(error), 'Choose another name or folder.');
  }
}

async function isLink(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isSymbolicLink() ?? false;
}

function folderProblem(output: string, error: unknown): AcutanceError {
  const folder = dirname(output);
  switch (errorCode(error)) {
    case 'ENOENT':
      return unwritable(output, `there is no folder ${folder}`, 'Create the folder or choose another one.');
    case 'ENOTDIR':
      return unwritable(output, `a part of ${folder} is not a folder`, 'Choose another folder.');
    case 'ENAMETOOLONG':
      return unwritable(output, 'the path is too long', 'Choose a shorter path.');
    default:
      return unwritable(output, describeSystemError(error), 'Choose another folder.');
  }
}

/** The stable code of a system error (`ENOENT`), if it is one. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  ELOOP: 'its symbolic links go in a circle',
  ENAMETOOLONG: 'the name is too long',
  EBUSY: 'another program is using it',
  ETXTBSY: 'it is a program that is running',
};

/** A system error in words; the system's own where we have none. */
export function describeSystemError(error: unknown): string {
  const known = SYSTEM_ERRORS[errorCode(error) ?? ''];
  return known ?? (error instanceof Error ? error.message : String(error));
}

function unwritable(output: string, reason: string, hint: string): AcutanceError {
  return new AcutanceError('output-unwritable', `Can't write ${output}: ${reason}.`, { hint });
}
