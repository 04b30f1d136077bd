import { statfsSync } from 'node:fs';
import { AcutanceError } from '../../shared/errors.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL']);
/** Bytes free below which a failure to write that names no reason is taken for a full disk. */
const NO_ROOM = 2 ** 20;

/** What went wrong with the cache folder, as an error that a user can do something about. */
export function cacheFailure(folder: string, thrown: unknown): AcutanceError {
  if (thrown instanceof AcutanceError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  if (FULL.has(code) || (/^SQLITE_(IOERR|CANTOPEN)/.test(code) && hasNoRoom(folder))) {
    return new AcutanceError('disk-full', `There is no room for restored frames in "${folder}".`, {
      hint: 'Free some space on that disk, or set ACUTANCE_CACHE_DIR to a folder on another one.',
      cause: thrown,
    });
  }
  return new AcutanceError('output-unwritable', `Restored frames can't be kept in "${folder}": ${reason}`, {
    hint: 'Check that you may write there, or set ACUTANCE_CACHE_DIR to another folder.',
    cause: thrown,
  });
}

/** SQLite calls it an input or output error, or can't open, where a file beside its own can't grow on a full disk. */
function hasNoRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < NO_ROOM;
  } catch {
    return false;
  }
}
