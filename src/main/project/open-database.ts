import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { AcutanceError, type ProblemDescription } from '../../shared/errors.ts';
import { tryAgain } from '../../shared/try-again.ts';
import { moveAside } from './move-aside.ts';
import { type Upgrade, UPGRADES, upgrade } from './upgrades.ts';

export interface OpenedDatabase {
  readonly database: Database;
  /** What the user must be told: why nothing is kept, or where a damaged file went. */
  readonly problem: ProblemDescription | undefined;
}

/** Another window's change takes a moment; waiting longer would make this one seem dead. */
const BUSY_TIMEOUT_MS = 2000;

/**
 * Opens a database of this user, makes it where there is none and brings it to the newest version. A damaged file is
 * moved aside, never removed. A newer one, or one that can't be written, is left alone: the database is then in memory.
 */
export function openDatabase(path: string, upgrades: readonly Upgrade[] = UPGRADES): OpenedDatabase {
  try {
    return { database: openFile(path, upgrades), problem: undefined };
  } catch (thrown) {
    return isDamage(thrown) ? replace(path, upgrades) : inMemory(path, upgrades, thrown);
  }
}

function openFile(path: string, upgrades: readonly Upgrade[]): Database {
  mkdirSync(dirname(path), { recursive: true });
  const database = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    // Readers and a writer do not wait for each other, and a crash loses nothing that was committed before it. SQLite
    // does not wait for another process that does the same on a new file.
    tryAgain(() => database.pragma('journal_mode = WAL'), { passes: isBusy, attempts: 200, pauseMs: 10 });
    database.pragma('synchronous = NORMAL');
    if (database.pragma('quick_check(1)', { simple: true }) !== 'ok') throw new DamagedError();
    upgrade(database, upgrades);
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

function replace(path: string, upgrades: readonly Upgrade[]): OpenedDatabase {
  try {
    const aside = moveAside(path, () => {
      try {
        openFile(path, upgrades).close();
        return false;
      } catch (thrown) {
        return isDamage(thrown);
      }
    });
    const database = openFile(path, upgrades);
    if (aside === undefined) return { database, problem: undefined };
    const error = new AcutanceError('input-corrupt', `"${path}" was damaged and is now "${aside}".`, {
      hint: 'Clips opened before and what was chosen for them are forgotten; a backup can be put in its place.',
    });
    return { database, problem: error.toProblem() };
  } catch (thrown) {
    return inMemory(path, upgrades, thrown);
  }
}

function inMemory(path: string, upgrades: readonly Upgrade[], cause: unknown): OpenedDatabase {
  const database = new Sqlite(':memory:');
  upgrade(database, upgrades);
  if (cause instanceof AcutanceError) return { database, problem: cause.toProblem() };
  const reason = cause instanceof Error ? cause.message : String(cause);
  const error = new AcutanceError('output-unwritable', `"${path}" can't be used: ${reason}.`, {
    hint: 'Your choices are kept only while Acutance runs. Check the folder, or choose another with ACUTANCE_DATA_DIR.',
  });
  return { database, problem: error.toProblem() };
}

function isBusy(thrown: unknown): boolean {
  return thrown instanceof Sqlite.SqliteError && thrown.code.startsWith('SQLITE_BUSY');
}

class DamagedError extends Error {}

function isDamage(thrown: unknown): boolean {
  if (thrown instanceof DamagedError) return true;
  const { SqliteError } = Sqlite;
  return thrown instanceof SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(thrown.code);
}
