import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { tryAgain } from '../../shared/try-again.ts';
import type { NumberRange } from './frame-ranges.ts';

/** Which restored frame: of what clip, made how. */
export interface FrameKey {
  readonly clip: string;
  readonly recipe: string;
  /** From 0, in the order of display. */
  readonly number: number;
}

/** What is known of a frame that is kept. */
export interface FrameRow extends FrameKey {
  /** Name of its file in the folder of clip and recipe; never used twice. */
  readonly file: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
}

const SCHEMA_VERSION = 1;
/** A writer holds the database for milliseconds; another process may be trimming it. */
const BUSY_TIMEOUT_MS = 5000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS frame (
    clip TEXT NOT NULL,
    recipe TEXT NOT NULL,
    number INTEGER NOT NULL,
    file TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (clip, recipe, number)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS frame_by_use ON frame (used, number);
  CREATE TABLE IF NOT EXISTS total (id INTEGER PRIMARY KEY CHECK (id = 1), bytes INTEGER NOT NULL);
  INSERT OR IGNORE INTO total VALUES (1, 0);
  CREATE TRIGGER IF NOT EXISTS frame_added AFTER INSERT ON frame
    BEGIN UPDATE total SET bytes = bytes + new.bytes; END;
  CREATE TRIGGER IF NOT EXISTS frame_removed AFTER DELETE ON frame
    BEGIN UPDATE total SET bytes = bytes - old.bytes; END;
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

const IDENTITY = 'clip = @clip AND recipe = @recipe AND number = @number';

/** The index of the frame cache, shared by every process that uses the folder. */
export class FrameTable {
  readonly #database: Database.Database;
  readonly #find: Database.Statement<[FrameKey], FrameRow>;
  readonly #insert: Database.Statement<[FrameRow & { used: number }]>;
  readonly #remove: Database.Statement<[FrameKey & { file: string }]>;
  readonly #touch: Database.Statement<[FrameKey & { used: number }]>;
  readonly #ranges: Database.Statement<[string, string], NumberRange>;
  readonly #total: Database.Statement<[], { bytes: number }>;
  readonly #oldest: Database.Statement<[], FrameRow>;
  readonly #files: Database.Statement<[string, string], FrameRow>;

  /** Opens the index, or makes a new one where it is damaged or of another version: a cache can be filled again. */
  constructor(path: string) {
    const database = openDatabase(path);
    this.#database = database;
    this.#find = database.prepare(`SELECT * FROM frame WHERE ${IDENTITY}`);
    this.#insert = database.prepare(
      'INSERT INTO frame VALUES (@clip, @recipe, @number, @file, @bytes, @width, @height, @used)',
    );
    this.#remove = database.prepare(`DELETE FROM frame WHERE ${IDENTITY} AND file = @file`);
    this.#touch = database.prepare(`UPDATE frame SET used = @used WHERE ${IDENTITY}`);
    this.#ranges = database.prepare(
      `SELECT min(number) AS "from", max(number) + 1 AS "to"
       FROM (SELECT number, number - row_number() OVER (ORDER BY number) AS island
             FROM frame WHERE clip = ? AND recipe = ?)
       GROUP BY island ORDER BY 1`,
    );
    this.#total = database.prepare('SELECT bytes FROM total');
    this.#oldest = database.prepare('SELECT * FROM frame ORDER BY used, number');
    this.#files = database.prepare('SELECT * FROM frame WHERE clip = ? AND recipe = ?');
  }

  find(key: FrameKey): FrameRow | undefined {
    return this.#find.get({ clip: key.clip, recipe: key.recipe, number: key.number });
  }

  /** Adds a frame. @returns the one whose place it took. */
  add(row: FrameRow, used: number): FrameRow | undefined {
    return this.#database
      .transaction(() => {
        const old = this.find(row);
        if (old) this.#remove.run(old);
        this.#insert.run({ ...row, used });
        return old;
      })
      .immediate();
  }

  /** Adds frames that are not there yet. */
  addAll(rows: readonly FrameRow[], used: number): void {
    this.#database
      .transaction(() => {
        for (const row of rows) if (!this.find(row)) this.#insert.run({ ...row, used });
      })
      .immediate();
  }

  /** Forgets a frame; false where it is gone already or was made anew. */
  remove(row: FrameRow): boolean {
    return this.#remove.run(row).changes > 0;
  }

  /** Notes when frames were used last, in milliseconds since 1970. */
  touch(uses: Iterable<readonly [FrameKey, number]>): void {
    this.#database
      .transaction(() => {
        for (const [{ clip, recipe, number }, used] of uses) this.#touch.run({ clip, recipe, number, used });
      })
      .immediate();
  }

  ranges(clip: string, recipe: string): NumberRange[] {
    return this.#ranges.all(clip, recipe);
  }

  totalBytes(): number {
    return this.#total.get()?.bytes ?? 0;
  }

  /** Forgets the frames not used for longest until no more than so many bytes are left. @returns what was forgotten. */
  removeOldest(bytesToKeep: number): FrameRow[] {
    return this.#database
      .transaction(() => {
        const rows: FrameRow[] = [];
        let bytes = this.totalBytes();
        for (const row of this.#oldest.iterate()) {
          if (bytes <= bytesToKeep) break;
          rows.push(row);
          bytes -= row.bytes;
        }
        for (const row of rows) this.#remove.run(row);
        return rows;
      })
      .immediate();
  }

  /** Every frame of a clip and recipe. */
  rowsOf(clip: string, recipe: string): FrameRow[] {
    return this.#files.all(clip, recipe);
  }

  /** Every clip and recipe that has frames. */
  groups(): { readonly clip: string; readonly recipe: string }[] {
    return this.#database
      .prepare<[], { clip: string; recipe: string }>('SELECT DISTINCT clip, recipe FROM frame')
      .all();
  }

  close(): void {
    this.#database.close();
  }
}

function openDatabase(path: string): Database.Database {
  try {
    return prepareDatabase(path);
  } catch (thrown) {
    if (!isUnusable(thrown)) throw thrown;
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    return prepareDatabase(path);
  }
}

function prepareDatabase(path: string): Database.Database {
  const database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    // SQLite does not wait for another process that does the same on a new file.
    tryAgain(() => database.pragma('journal_mode = WAL'), { passes: isBusy, attempts: 500, pauseMs: 10 });
    // After a power cut the last frames may be missing from the index, and are then rendered again.
    database.pragma('synchronous = NORMAL');
    const version = database.pragma('user_version', { simple: true });
    if (version !== 0 && version !== SCHEMA_VERSION) throw new OtherVersion();
    if (version === 0) database.transaction(() => database.exec(SCHEMA)).immediate();
    else database.prepare('SELECT bytes FROM total').get();
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

function isBusy(thrown: unknown): boolean {
  return thrown instanceof Database.SqliteError && thrown.code.startsWith('SQLITE_BUSY');
}

class OtherVersion extends Error {}

function isUnusable(thrown: unknown): boolean {
  if (thrown instanceof OtherVersion) return true;
  const code = thrown instanceof Database.SqliteError ? thrown.code : '';
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || code === 'SQLITE_ERROR';
}
