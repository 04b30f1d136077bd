import { join } from 'node:path';
import Sqlite, { type Database, type Statement } from 'better-sqlite3';
import { z } from 'zod';
import { clipChoicesSchema, type ClipChoices } from '../../shared/api/clip.ts';
import { AcutanceError, type ProblemDescription } from '../../shared/errors.ts';
import { openDatabase } from './open-database.ts';

/** A clip as it was opened. */
export interface StoredClip {
  readonly id: string;
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
}

/** Where shots of a clip begin, as far as its frames were looked at. */
export interface StoredCuts {
  /** Frames that were looked at, from the first on. */
  readonly searched: number;
  /** Numbers of frames, ascending. */
  readonly cuts: readonly number[];
}

/** A part of the choices, to be changed. */
export type ChoicesPatch = { readonly [Name in keyof ClipChoices]?: ClipChoices[Name] | undefined };

const FILE = 'project.sqlite';
/** More than anyone looks for; older ones are forgotten with their choices. */
const KEPT_CLIPS = 2000;

/**
 * What Acutance remembers for its user between starts: the clips that were opened, and what was chosen for each.
 * Several programs may use the same folder at once.
 */
export class ProjectStore {
  /** What the user must be told about the file itself. */
  readonly problem: ProblemDescription | undefined;
  readonly #database: Database;
  readonly #save: Statement<[string, string, number]>;
  readonly #forgetOld: Statement<[number]>;
  readonly #byId: Statement<[string], { id: string; path: string; opened_at: number }>;
  readonly #recent: Statement<[number], { path: string; opened_at: number }>;
  readonly #choices: Statement<[string], { choices: string | null }>;
  readonly #saveChoices: Statement<[string, string]>;
  readonly #cuts: Statement<[string, number], { searched: number; cuts: string }>;
  readonly #saveCuts: Statement<[number, number, string, string]>;

  private constructor(database: Database, problem: ProblemDescription | undefined) {
    this.#database = database;
    this.problem = problem;
    this.#save = database.prepare(
      `INSERT INTO clip (id, path, opened_at) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET path = excluded.path, opened_at = excluded.opened_at`,
    );
    this.#forgetOld = database.prepare(
      'DELETE FROM clip WHERE id IN (SELECT id FROM clip ORDER BY opened_at DESC, rowid DESC LIMIT -1 OFFSET ?)',
    );
    this.#byId = database.prepare('SELECT id, path, opened_at FROM clip WHERE id = ?');
    this.#recent = database.prepare(
      `SELECT path, max(opened_at) AS opened_at FROM clip GROUP BY path
       ORDER BY opened_at DESC, max(rowid) DESC LIMIT ?`,
    );
    this.#choices = database.prepare('SELECT choices FROM clip WHERE id = ?');
    this.#saveChoices = database.prepare('UPDATE clip SET choices = ? WHERE id = ?');
    this.#cuts = database.prepare('SELECT searched, cuts FROM clip_cuts WHERE clip = ? AND detector = ?');
    this.#saveCuts = database.prepare(
      `INSERT INTO clip_cuts (clip, detector, searched, cuts) SELECT id, ?, ?, ? FROM clip WHERE id = ?
       ON CONFLICT (clip) DO UPDATE SET
         detector = excluded.detector, searched = excluded.searched, cuts = excluded.cuts
       WHERE excluded.detector <> detector OR excluded.searched >= searched`,
    );
  }

  /**
   * Opens the store of a folder and makes both where needed. It always succeeds; where nothing can be kept between
   * starts, `problem` says why.
   */
  static open(folder: string): ProjectStore {
    const { database, problem } = openDatabase(join(folder, FILE));
    return new ProjectStore(database, problem);
  }

  /** Remembers that a clip was opened just now. */
  opened(id: string, path: string, openedAt: number = Date.now()): void {
    this.#writing(() => {
      this.#save.run(id, path, openedAt);
      this.#forgetOld.run(KEPT_CLIPS);
    });
  }

  clip(id: string): StoredClip | undefined {
    const row = this.#byId.get(id);
    return row && { id: row.id, path: row.path, openedAt: row.opened_at };
  }

  /** Paths that were opened, newest first, each once. */
  recent(limit: number): Omit<StoredClip, 'id'>[] {
    return this.#recent.all(limit).map(({ path, opened_at: openedAt }) => ({ path, openedAt }));
  }

  /** What was chosen for a clip; undefined where nothing was, or by a program that had other choices. */
  choices(id: string): ClipChoices | undefined {
    const text = this.#choices.get(id)?.choices;
    return text === undefined || text === null ? undefined : readChoices(text);
  }

  /**
   * Changes a part of a clip's choices, whatever another program changes at the same time.
   *
   * @param defaults - where nothing was chosen before.
   * @returns all of them as they are now.
   * @throws AcutanceError `not-found` for a clip that was never opened, `disk-full`, `output-unwritable`.
   */
  choose(id: string, patch: ChoicesPatch, defaults: ClipChoices): ClipChoices {
    return this.#writing(() => {
      const row = this.#choices.get(id);
      if (!row) throw new AcutanceError('not-found', 'This clip was never opened here.');
      const before = (row.choices === null ? undefined : readChoices(row.choices)) ?? defaults;
      const { deblur = before.deblur, range = before.range } = patch;
      const after: ClipChoices = { deblur, range };
      this.#saveChoices.run(JSON.stringify(after), id);
      return after;
    });
  }

  /** What a version of the detector found in a clip; undefined where it has not looked at it. */
  foundCuts(id: string, detector: number): StoredCuts | undefined {
    const row = this.#cuts.get(id, detector);
    const cuts = row && readCuts(row.cuts);
    return cuts && { searched: row.searched, cuts };
  }

  /**
   * Keeps what was found, unless another program has looked at more of the clip; of a clip that was never opened nothing
   * is kept.
   *
   * @throws AcutanceError `disk-full`, `output-unwritable`.
   */
  keepFoundCuts(id: string, detector: number, { searched, cuts }: StoredCuts): void {
    this.#writing(() => this.#saveCuts.run(detector, searched, JSON.stringify(cuts), id));
  }

  dispose(): void {
    this.#database.close();
  }

  #writing<Result>(work: () => Result): Result {
    try {
      return this.#database.transaction(work).immediate();
    } catch (thrown) {
      throw thrown instanceof Sqlite.SqliteError ? writingProblem(thrown, this.#database.name) : thrown;
    }
  }
}

function readChoices(text: string): ClipChoices | undefined {
  try {
    return clipChoicesSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function readCuts(text: string): number[] | undefined {
  try {
    return z.array(z.int().min(1)).safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function writingProblem(cause: Error & { readonly code: string }, path: string): AcutanceError {
  if (cause.code === 'SQLITE_FULL') {
    const hint = 'Free some space and try again.';
    return new AcutanceError('disk-full', `"${path}" can't be saved: the disk is full.`, { hint, cause });
  }
  return new AcutanceError('output-unwritable', `"${path}" can't be saved: ${cause.message}.`, {
    hint: 'Check the disk and the permissions of the folder, then start Acutance again.',
    cause,
  });
}
