import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase, type OpenedDatabase } from '../../../src/main/project/open-database.ts';
import { ProjectStore } from '../../../src/main/project/project-store.ts';
import { ROUNDS, SHARED } from './support/other-program-work.ts';

const FIRST = 'CREATE TABLE note (text TEXT) STRICT';
const SECOND = "ALTER TABLE note ADD COLUMN author TEXT NOT NULL DEFAULT 'unknown'";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acutance-database-'));
  path = join(folder, 'project.sqlite');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

function open(upgrades?: readonly string[]): OpenedDatabase {
  const opened = openDatabase(path, upgrades);
  onTestFinished(() => void opened.database.close());
  return opened;
}

const aside = () =>
  readdirSync(folder).filter((name) => name.includes('.damaged-') && !/-(wal|shm)$/.test(name));

describe('upgrades', () => {
  it('take an older database to the newest version, with all that is in it', () => {
    const first = open([FIRST]).database;
    first.exec("INSERT INTO note VALUES ('kept')");
    first.close();
    const { database, problem } = open([FIRST, SECOND]);
    expect(problem).toBeUndefined();
    expect(database.prepare('SELECT * FROM note').all()).toEqual([{ text: 'kept', author: 'unknown' }]);
    expect(database.pragma('user_version', { simple: true })).toBe(2);
  });

  it('that fail leave the database as it was, and the user is told', () => {
    const first = open([FIRST]).database;
    first.exec("INSERT INTO note VALUES ('kept'), ('kept')");
    first.close();
    const { problem } = open([FIRST, `${SECOND}; CREATE UNIQUE INDEX once ON note (text)`]);
    expect(problem).toMatchObject({ code: 'output-unwritable', message: expect.stringContaining('UNIQUE') });
    const raw = new Sqlite(path);
    expect(raw.prepare('SELECT * FROM note').all()).toEqual([{ text: 'kept' }, { text: 'kept' }]);
    expect(raw.pragma('user_version', { simple: true })).toBe(1);
    raw.close();
  });

  it('make the same of an empty file as of none', () => {
    writeFileSync(path, '');
    expect(open().problem).toBeUndefined();
  });
});

describe('a database of a later version', () => {
  it('is left alone, and the user is told that nothing is kept', () => {
    const later = open([FIRST, SECOND, 'CREATE TABLE other (x)']).database;
    later.exec("INSERT INTO note VALUES ('kept', 'me')");
    later.close();
    const { database, problem } = open([FIRST, SECOND]);
    expect(problem).toMatchObject({
      code: 'input-unsupported',
      message: `"${path}" is of version 3; this Acutance knows version 2.`,
      hint: expect.stringContaining('Update'),
    });
    expect(database.memory).toBe(true);
    expect(database.prepare('SELECT * FROM note').all()).toEqual([]);
    const raw = new Sqlite(path);
    expect(raw.prepare('SELECT text FROM note').all()).toEqual([{ text: 'kept' }]);
    raw.close();
    expect(readdirSync(folder).filter((name) => name.includes('damaged'))).toEqual([]);
  });
});

describe('a damaged database', () => {
  it('is moved aside whole, and the user is told where', () => {
    writeFileSync(path, 'this is no database, but someone may want it back');
    const { database, problem } = open();
    expect(problem).toMatchObject({ code: 'input-corrupt', message: expect.stringContaining('is now "') });
    const [name = ''] = aside();
    expect(problem?.message).toContain(name);
    expect(readFileSync(join(folder, name), 'utf8')).toContain('may want it back');
    expect(database.memory).toBe(false);
    expect(open().problem).toBeUndefined();
  });

  it.each([
    ['cut off', () => truncateSync(path, 5000)],
    [
      'overwritten in its middle',
      () => {
        const bytes = readFileSync(path);
        writeFileSync(path, bytes.fill(0xff, 4096, 8192));
      },
    ],
    [
      'overwritten in its header',
      () => {
        const bytes = readFileSync(path);
        writeFileSync(path, bytes.fill(0xff, 0, 100));
      },
    ],
  ])('is found when it was %s', (_what, damage) => {
    const { database } = open();
    database.exec("INSERT INTO clip VALUES ('id', '/a.mp4', 1, NULL)");
    database.close();
    damage();
    const { problem } = open();
    expect(problem).toMatchObject({ code: 'input-corrupt' });
    expect(aside()).toHaveLength(1);
  });

  it('is moved once however many programs find it at the same time', { timeout: 60_000 }, async () => {
    writeFileSync(path, 'this is no database');
    const results = await Promise.all(Array.from({ length: 4 }, () => runOther('open')));
    expect(results.filter((text) => text.includes('input-corrupt'))).toHaveLength(1);
    expect(results.filter((text) => text.includes('fine'))).toHaveLength(3);
    expect(aside()).toHaveLength(1);
    expect(open().problem).toBeUndefined();
  });
});

describe('a place that can’t be written', () => {
  it('is told, and everything works until the end of the program', () => {
    mkdirSync(path);
    const { database, problem } = open();
    expect(problem).toMatchObject({
      code: 'output-unwritable',
      hint: expect.stringContaining('ACUTANCE_DATA_DIR'),
    });
    expect(database.prepare('SELECT * FROM clip').all()).toEqual([]);
  });

  it('may also be a folder that is a file', () => {
    writeFileSync(join(folder, 'file'), '');
    path = join(folder, 'file', 'project.sqlite');
    expect(open().problem).toMatchObject({ code: 'output-unwritable' });
  });

  it.skipIf(process.getuid?.() === 0)('may also be protected', () => {
    chmodSync(folder, 0o500);
    onTestFinished(() => chmodSync(folder, 0o700));
    expect(open().problem).toMatchObject({ code: 'output-unwritable' });
  });
});

describe('several programs at once', () => {
  it('start together and lose nothing that any of them writes', { timeout: 60_000 }, async () => {
    const tasks = ['range', 'strength', 'open clips', 'open more clips'];
    const results = await Promise.all(tasks.map((task) => runOther(task)));
    expect(results).toEqual(tasks.map(() => 'fine'));
    const store = ProjectStore.open(folder);
    onTestFinished(() => store.dispose());
    expect(store.recent(1000)).toHaveLength(1 + 2 * ROUNDS);
    expect(store.choices(SHARED)).toMatchObject({
      range: { to: 1 + ROUNDS },
      deblur: { strength: 1 / ROUNDS },
    });
  });
});

/** Runs another program on the same folder and tells what it printed. */
async function runOther(task: string): Promise<string> {
  const program = fileURLToPath(new URL('./support/other-program.ts', import.meta.url));
  const child = spawn(process.execPath, [program, path, task], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  await once(child, 'close');
  return printed;
}
