import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { UPGRADES } from '../../../src/main/project/upgrades.ts';
import { ProjectStore } from '../../../src/main/project/project-store.ts';
import type { ClipChoices } from '../../../src/shared/api/clip.ts';

const ID = '0'.repeat(32);
const OTHER = '1'.repeat(32);
const DEFAULTS: ClipChoices = {
  deblur: { network: 'cdvd-tsp', size: 'lite', stages: 2, device: 'auto', strength: 1 },
  range: null,
};

let folder: string;
let store: ProjectStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acutance-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  store = start();
});

function start(): ProjectStore {
  const opened = ProjectStore.open(folder);
  onTestFinished(() => opened.dispose());
  return opened;
}

describe('ProjectStore', () => {
  it('begins empty and without a problem', () => {
    expect(store.problem).toBeUndefined();
    expect(store.recent(10)).toEqual([]);
    expect(store.clip(ID)).toBeUndefined();
  });

  it('makes its folder', () => {
    const opened = ProjectStore.open(join(folder, 'a', 'b'));
    opened.opened(ID, '/clip.mp4');
    opened.dispose();
    const again = ProjectStore.open(join(folder, 'a', 'b'));
    expect(again.recent(1)).toMatchObject([{ path: '/clip.mp4' }]);
    again.dispose();
  });

  it('remembers clips for the next start, the newest first and each path once', () => {
    store.opened(ID, '/a.mp4', 1000);
    store.opened(OTHER, '/b "quoted" 🦋\n.mp4', 2000);
    store.opened('2'.repeat(32), '/a.mp4', 3000);
    const next = start();
    expect(next.recent(10)).toEqual([
      { path: '/a.mp4', openedAt: 3000 },
      { path: '/b "quoted" 🦋\n.mp4', openedAt: 2000 },
    ]);
    expect(next.recent(1)).toHaveLength(1);
    expect(next.clip(ID)).toEqual({ id: ID, path: '/a.mp4', openedAt: 1000 });
  });

  it('follows a clip to its new path', () => {
    store.opened(ID, '/a.mp4', 1000);
    store.opened(ID, '/moved.mp4', 2000);
    expect(store.clip(ID)).toMatchObject({ path: '/moved.mp4' });
    expect(store.recent(10)).toEqual([{ path: '/moved.mp4', openedAt: 2000 }]);
  });

  it('forgets the oldest of very many', () => {
    for (let index = 0; index < 2005; index++) {
      store.opened(index.toString(16).padStart(32, '0'), `/${index}.mp4`, index);
    }
    const kept = store.recent(5000).map(({ path }) => path);
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([2000, '/2004.mp4', '/5.mp4']);
  });

  it('keeps choices part by part', () => {
    store.opened(ID, '/a.mp4');
    expect(store.choices(ID)).toBeUndefined();
    expect(store.choose(ID, { range: { from: 2, to: 5 } }, DEFAULTS)).toEqual({
      ...DEFAULTS,
      range: { from: 2, to: 5 },
    });
    const deblur = { ...DEFAULTS.deblur, stages: 3, weights: 'mine' };
    expect(start().choose(ID, { deblur }, DEFAULTS)).toEqual({ deblur, range: { from: 2, to: 5 } });
    expect(store.choose(ID, { range: null }, DEFAULTS)).toEqual({ deblur, range: null });
    expect(store.choose(ID, {}, DEFAULTS)).toEqual({ deblur, range: null });
    store.opened(ID, '/a.mp4');
    expect(store.choices(ID)).toEqual({ deblur, range: null });
  });

  it('has no choices for a clip that was never opened', () => {
    expect(() => store.choose(ID, { range: null }, DEFAULTS)).toThrow(
      expect.objectContaining({ code: 'not-found' }),
    );
    expect(store.choices(ID)).toBeUndefined();
  });

  it('keeps the cuts that were found, for the detector that found them', () => {
    store.opened(ID, '/a.mp4');
    expect(store.foundCuts(ID, 1)).toBeUndefined();
    store.keepFoundCuts(ID, 1, { searched: 50, cuts: [9, 30] });
    expect(start().foundCuts(ID, 1)).toEqual({ searched: 50, cuts: [9, 30] });
    expect(store.foundCuts(ID, 2)).toBeUndefined();
    store.keepFoundCuts(ID, 1, { searched: 100, cuts: [9, 30, 80] });
    store.keepFoundCuts(ID, 1, { searched: 60, cuts: [9, 30] });
    expect(store.foundCuts(ID, 1)).toEqual({ searched: 100, cuts: [9, 30, 80] });
    store.keepFoundCuts(ID, 2, { searched: 10, cuts: [8] });
    expect(store.foundCuts(ID, 2)).toEqual({ searched: 10, cuts: [8] });
  });

  it('keeps no cuts of a clip that was never opened, and forgets them with the clip', () => {
    store.keepFoundCuts(ID, 1, { searched: 50, cuts: [9] });
    expect(store.foundCuts(ID, 1)).toBeUndefined();
    store.opened(ID, '/a.mp4', 1);
    store.keepFoundCuts(ID, 1, { searched: 50, cuts: [9] });
    const raw = new Sqlite(join(folder, 'project.sqlite'));
    raw.prepare('DELETE FROM clip').run();
    expect(raw.prepare('SELECT count(*) AS rows FROM clip_cuts').get()).toEqual({ rows: 0 });
    raw.close();
  });

  it('brings a file of the first version up to date, and keeps what is in it', () => {
    const other = join(folder, 'earlier');
    mkdirSync(other);
    const raw = new Sqlite(join(other, 'project.sqlite'));
    raw.exec(UPGRADES[0]!);
    raw.pragma('user_version = 1');
    const choices = { ...DEFAULTS, range: { from: 1, to: 2 } };
    raw.prepare('INSERT INTO clip VALUES (?, ?, ?, ?)').run(ID, '/a.mp4', 1, JSON.stringify(choices));
    raw.close();
    const opened = ProjectStore.open(other);
    onTestFinished(() => opened.dispose());
    expect(opened.problem).toBeUndefined();
    expect(opened.choices(ID)).toEqual(choices);
    opened.keepFoundCuts(ID, 1, { searched: 2, cuts: [1] });
    expect(opened.foundCuts(ID, 1)).toEqual({ searched: 2, cuts: [1] });
  });

  it.each(['not JSON', '{}', '{"deblur":{"network":"gone"},"range":null}', 'null'])(
    'falls back to the defaults for choices it can’t read: %s',
    (text) => {
      store.opened(ID, '/a.mp4');
      const raw = new Sqlite(join(folder, 'project.sqlite'));
      raw.prepare('UPDATE clip SET choices = ? WHERE id = ?').run(text, ID);
      raw.close();
      expect(store.choices(ID)).toBeUndefined();
      expect(store.choose(ID, {}, DEFAULTS)).toEqual(DEFAULTS);
    },
  );
});
