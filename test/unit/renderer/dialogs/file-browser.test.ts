import { describe, expect, it } from 'vitest';
import type { Folder } from '../../../../src/shared/api/catalogue.ts';
import { FileBrowser } from '../../../../src/renderer/dialogs/file-browser.svelte.ts';
import { AcutanceError } from '../../../../src/shared/errors.ts';

const folders: Readonly<Record<string, Folder>> = {
  '/v': {
    path: '/v',
    truncated: false,
    entries: [
      { name: 'Dailies', path: '/v/Dailies', kind: 'folder', video: false },
      { name: 'a.mp4', path: '/v/a.mp4', kind: 'file', video: true },
      { name: 'b.mp4', path: '/v/b.mp4', kind: 'file', video: true },
      { name: 'notes.txt', path: '/v/notes.txt', kind: 'file', video: false },
    ],
  },
  '/v/Dailies': { path: '/v/Dailies', parent: '/v', truncated: false, entries: [] },
};

async function openBrowser(path = '/v'): Promise<FileBrowser> {
  const browser = new FileBrowser({
    shown: 'videos',
    list: async (asked) => {
      const folder = folders[asked];
      if (folder) return folder;
      throw new AcutanceError('path-refused', `"${asked}" is not open to this page.`);
    },
  });
  await browser.go(path);
  return browser;
}

const names = (browser: FileBrowser) => browser.entries.map(({ name }) => name);

describe('the file browser', () => {
  it('lists a folder', async () => {
    const browser = await openBrowser();
    expect(browser.folder?.path).toBe('/v');
    expect(names(browser)).toEqual(['Dailies', 'a.mp4', 'b.mp4']);
    browser.shown = 'all';
    expect(names(browser)).toContain('notes.txt');
  });

  it('keeps the folder and says why, when another can’t be listed', async () => {
    const browser = await openBrowser();
    expect(await browser.go('/etc')).toBe(false);
    expect(browser.folder?.path).toBe('/v');
    expect(browser.problem?.message).toBe('"/etc" is not open to this page.');
    expect(await browser.go('/v/Dailies')).toBe(true);
    expect(browser.problem).toBeUndefined();
  });

  it('begins with the first folder that can be listed', async () => {
    const browser = await openBrowser();
    expect(await browser.goToFirst([undefined, '/etc', '/v/Dailies', '/v'])).toBe('/v/Dailies');
    expect(browser.folder?.path).toBe('/v/Dailies');
    expect(browser.problem).toBeUndefined();
    expect(await browser.goToFirst(['', '/etc'])).toBeUndefined();
    expect(browser.problem?.message).toContain('/etc');
  });

  it('begins nowhere else once a folder is asked for', async () => {
    const browser = await openBrowser();
    const beginning = browser.goToFirst(['/etc', '/v']);
    await browser.go('/v/Dailies');
    expect(await beginning).toBeUndefined();
    expect(browser.folder?.path).toBe('/v/Dailies');
  });

  it('comes back to where it was before on the way up', async () => {
    const browser = await openBrowser('/v/Dailies');
    await browser.goUp();
    expect(browser.folder?.path).toBe('/v');
    expect(browser.selected?.path).toBe('/v/Dailies');
    await browser.goUp();
    expect(browser.folder?.path).toBe('/v');
  });

  it('moves the selection with the keys of a list', async () => {
    const browser = await openBrowser();
    expect(browser.selected).toBeUndefined();
    expect(browser.move('ArrowDown', 5)).toBe(true);
    expect(browser.move('ArrowDown', 5)).toBe(true);
    expect(browser.selected?.name).toBe('a.mp4');
    expect(browser.move('x', 5)).toBe(false);
    expect(browser.selected?.name).toBe('a.mp4');
  });

  it('has nothing selected that the filter hides, and forgets the filter in another folder', async () => {
    const browser = await openBrowser();
    browser.select('/v/a.mp4');
    browser.filter = 'b';
    expect(names(browser)).toEqual(['b.mp4']);
    expect(browser.selected).toBeUndefined();
    await browser.go('/v');
    expect(browser.filter).toBe('');
    expect(names(browser)).toHaveLength(3);
  });
});
