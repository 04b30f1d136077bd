import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WindowStateFile, placeWindow } from '../../../../src/main/hosts/electron/window-state.ts';

const LAPTOP = { x: 0, y: 25, width: 1470, height: 890 };
const SECOND = { x: 1470, y: 0, width: 2560, height: 1440 };
const SMALL = { x: 0, y: 0, width: 1024, height: 600 };

describe('the place of the window', () => {
  it('is the middle of the first display at first', () => {
    expect(placeWindow(undefined, [SECOND, LAPTOP])).toEqual({ x: 2030, y: 270, width: 1440, height: 900 });
    expect(placeWindow(undefined, [SMALL])).toEqual(SMALL);
  });

  it('is where it was left, on whichever display', () => {
    const bounds = { x: 1600, y: 100, width: 1600, height: 1000 };
    expect(placeWindow(bounds, [LAPTOP, SECOND])).toEqual(bounds);
  });

  it('is brought back when its display is gone', () => {
    const bounds = { x: 1600, y: 100, width: 1600, height: 1000 };
    expect(placeWindow(bounds, [LAPTOP])).toEqual({ x: 0, y: 25, width: 1470, height: 890 });
  });

  it('is brought back when its title bar can not be reached', () => {
    const above = { x: 100, y: -500, width: 1000, height: 700 };
    expect(placeWindow(above, [LAPTOP])).toMatchObject({ x: 235, y: 120 });
    const beside = { x: 1400, y: 100, width: 1000, height: 700 };
    expect(placeWindow(beside, [LAPTOP])).toMatchObject({ x: 235 });
  });

  it('shrinks to a display that became smaller', () => {
    expect(placeWindow({ x: 10, y: 10, width: 2000, height: 1200 }, [SMALL])).toEqual({
      x: 10,
      y: 10,
      width: 1024,
      height: 600,
    });
  });
});

describe('the file of the window', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'acutance-window-'));
    path = join(folder, 'settings/window.json');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('remembers each part of the state', () => {
    const bounds = { x: 1, y: 2, width: 1000, height: 700 };
    const file = new WindowStateFile(path);
    file.save({ bounds, maximised: true });
    file.save({ theme: 'dark' });
    expect(new WindowStateFile(path).state).toEqual({ bounds, maximised: true, theme: 'dark' });
    expect(readdirSync(join(folder, 'settings'))).toEqual(['window.json']);
  });

  it.each(['', '{', '[]', '{"bounds":{"x":"left"}}', '{"bounds":{"x":0,"y":0,"width":0,"height":5}}'])(
    'that is damaged is a first start: %s',
    (text) => {
      const damaged = join(folder, 'window.json');
      writeFileSync(damaged, text);
      expect(new WindowStateFile(damaged).state).toEqual({ maximised: false, theme: 'system' });
    },
  );
});
