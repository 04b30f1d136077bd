import type { Database } from 'better-sqlite3';
import { AcutanceError } from '../../shared/errors.ts';

/** Takes a database from one version to the next, in SQL. */
export type Upgrade = string;

/** The first entry makes version 1 of an empty database. Entries are only ever added. */
export const UPGRADES: readonly Upgrade[] = [
  `
  CREATE TABLE clip (
    id TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    choices TEXT
  ) STRICT;
  CREATE INDEX clip_by_opening ON clip (opened_at);
  `,
  // Where shots begin, as the detector of a version found them in the first "searched" frames.
  `
  CREATE TABLE clip_cuts (
    clip TEXT PRIMARY KEY REFERENCES clip (id) ON DELETE CASCADE,
    detector INTEGER NOT NULL,
    searched INTEGER NOT NULL,
    cuts TEXT NOT NULL
  ) STRICT;
  `,
];

/** A database that a later program has written. */
export class NewerDatabaseError extends AcutanceError {
  constructor(path: string, found: number, known: number) {
    super('input-unsupported', `"${path}" is of version ${found}; this Acutance knows version ${known}.`, {
      hint: 'Update Acutance. Until then your choices are kept only while it runs; the file stays as it is.',
    });
  }
}

/**
 * Brings a database to the newest version, whichever program gets to it first; whatever goes wrong leaves it as it was.
 *
 * @throws NewerDatabaseError where it is of a later version than this program knows.
 */
export function upgrade(database: Database, upgrades: readonly Upgrade[] = UPGRADES): void {
  const version = (): number => Number(database.pragma('user_version', { simple: true }));
  const run = database.transaction(() => {
    const found = version();
    if (found > upgrades.length) throw new NewerDatabaseError(database.name, found, upgrades.length);
    for (const statements of upgrades.slice(found)) database.exec(statements);
    if (found < upgrades.length) database.pragma(`user_version = ${upgrades.length}`);
  });
  if (version() !== upgrades.length) run.immediate();
}
