import { closeSync, existsSync, openSync, renameSync, rmSync, statSync } from 'node:fs';

/** A program that died while it held the lock must not keep the others out. */
const STALE_MS = 10_000;
/** What SQLite keeps next to a database. */
const COMPANIONS = ['-wal', '-shm'];

/**
 * Gives a damaged database and its companions another name. Several programs may find the damage at once: one of them
 * moves the file, and the others must not move the good one that it makes.
 *
 * @param stillDamaged - asked once no other program can move the file.
 * @returns the new path; undefined where another program was quicker.
 */
export function moveAside(path: string, stillDamaged: () => boolean): string | undefined {
  const lock = `${path}.lock`;
  if (!take(lock)) return undefined;
  try {
    if (!existsSync(path) || !stillDamaged()) return undefined;
    const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
    const aside = `${path}.damaged-${stamp}`;
    // The database last: whoever opens it in between still finds the damage, and makes no new one with old companions.
    for (const companion of COMPANIONS) {
      if (existsSync(path + companion)) renameSync(path + companion, aside + companion);
    }
    renameSync(path, aside);
    return aside;
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Waits for whoever holds the lock, and takes it; false once that one has finished its work instead. */
function take(lock: string): boolean {
  const end = performance.now() + 2 * STALE_MS;
  for (let waited = false; performance.now() < end; waited = true) {
    try {
      closeSync(openSync(lock, 'wx'));
      return true;
    } catch (thrown) {
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown;
    }
    const held = statSync(lock, { throwIfNoEntry: false });
    // One that is gone was given back, and the next one may hold it already.
    if (waited && held && Date.now() - held.mtimeMs > STALE_MS) rmSync(lock, { force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
  return false;
}
