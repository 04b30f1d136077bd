import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writingError } from './file-errors.ts';

/**
 * Writes a file under a temporary name beside its own, and renames it once it is whole and on disk; makes its folder
 * where needed. Whatever goes wrong, nothing half-written has the final name, and the temporary file is removed.
 *
 * @throws AcutanceError `output-unwritable` or `disk-full`.
 */
export async function writeAtomically(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writingError(path, error);
  }
}
