import { describe, expect, it } from 'vitest';
import type { FolderEntry } from '../../../../src/shared/api/catalogue.ts';
import {
  crumbsOf,
  listedEntries,
  movedSelection,
  typedPath,
} from '../../../../src/renderer/dialogs/file-listing.ts';

const entry = (name: string, kind: 'folder' | 'file' = 'file'): FolderEntry => ({
  name,
  path: `/v/${name}`,
  kind,
  video: kind === 'file' && /\.(mp4|mov)$/i.test(name),
});

const entries = [entry('Dailies', 'folder'), entry('Skate Park.MP4'), entry('skate.mov'), entry('notes.txt')];
const names = (listed: readonly FolderEntry[]) => listed.map(({ name }) => name);

describe('what a folder lists', () => {
  it('is folders and videos, or everything, or folders alone', () => {
    expect(names(listedEntries(entries, '', 'videos'))).toEqual(['Dailies', 'Skate Park.MP4', 'skate.mov']);
    expect(listedEntries(entries, '', 'all')).toHaveLength(4);
    expect(names(listedEntries(entries, '', 'folders'))).toEqual(['Dailies']);
  });

  it('has every word of the filter in its name, in any order and case', () => {
    expect(names(listedEntries(entries, 'SKATE', 'all'))).toEqual(['Skate Park.MP4', 'skate.mov']);
    expect(names(listedEntries(entries, ' park sk ', 'all'))).toEqual(['Skate Park.MP4']);
    expect(listedEntries(entries, 'drone', 'all')).toEqual([]);
  });
});

describe('the way to a folder', () => {
  const roots = [
    { path: '/home/me', name: 'Home' },
    { path: '/home/me/Videos', name: 'Videos' },
    { path: '/', name: 'Computer' },
  ];

  it('begins at the nearest root', () => {
    expect(crumbsOf('/home/me/Videos/2024/Iceland', roots)).toEqual([
      { name: 'Videos', path: '/home/me/Videos' },
      { name: '2024', path: '/home/me/Videos/2024' },
      { name: 'Iceland', path: '/home/me/Videos/2024/Iceland' },
    ]);
    expect(crumbsOf('/home/me', roots)).toEqual([{ name: 'Home', path: '/home/me' }]);
  });

  it('is not led astray by a folder whose name only begins like a root', () => {
    expect(crumbsOf('/home/merry', roots).map(({ name }) => name)).toEqual(['Computer', 'home', 'merry']);
  });

  it('is the folder alone where no root leads to it', () => {
    expect(crumbsOf('/media/card', [])).toEqual([{ name: 'card', path: '/media/card' }]);
  });

  it('knows the notation of Windows', () => {
    const drives = [{ path: 'C:\\', name: 'C:' }];
    expect(crumbsOf('C:\\Videos\\2024', drives)).toEqual([
      { name: 'C:', path: 'C:\\' },
      { name: 'Videos', path: 'C:\\Videos' },
      { name: '2024', path: 'C:\\Videos\\2024' },
    ]);
  });
});

describe('keys in a list', () => {
  it.each([
    ['ArrowDown', 3, 4],
    ['ArrowUp', 3, 2],
    ['PageDown', 3, 8],
    ['PageUp', 3, 0],
    ['Home', 3, 0],
    ['End', 3, 9],
    ['ArrowDown', 9, 9],
    ['ArrowUp', 0, 0],
  ])('%s leads from row %d to row %d of ten', (key, from, to) => {
    expect(movedSelection(key, from, 10, 5)).toBe(to);
  });

  it('lead to an end of the list when nothing is selected', () => {
    expect(movedSelection('ArrowDown', -1, 10, 5)).toBe(0);
    expect(movedSelection('PageDown', -1, 10, 5)).toBe(0);
    expect(movedSelection('ArrowUp', -1, 10, 5)).toBe(9);
    expect(movedSelection('End', -1, 10, 5)).toBe(9);
  });

  it('that move nothing are left to others', () => {
    expect(movedSelection('a', 3, 10, 5)).toBeUndefined();
    expect(movedSelection('ArrowDown', -1, 0, 5)).toBeUndefined();
  });
});

describe('a typed path', () => {
  it.each([
    ['/home/me/clip.mp4', '/home/me/clip.mp4'],
    ['  /home/me  ', '/home/me'],
    ['"/home/me/my clip.mp4"', '/home/me/my clip.mp4'],
    ["'/home/me/my clip.mp4'", '/home/me/my clip.mp4'],
    ['clip.mp4', '/v/clip.mp4'],
    ['../clip.mp4', '/v/../clip.mp4'],
    ['C:\\clip.mp4', 'C:\\clip.mp4'],
    ['file:///home/me/my%20clip.mp4', '/home/me/my clip.mp4'],
    ['file:///C:/Videos/clip.mp4', 'C:\\Videos\\clip.mp4'],
  ])('%s means %s', (text, path) => {
    expect(typedPath(text, '/v')).toBe(path);
  });

  it('that is a broken address is left for the program to refuse', () => {
    expect(typedPath('file:///broken%', '')).toBe('file:///broken%');
  });

  it('is nothing when there is only space', () => {
    expect(typedPath('   ', '/v')).toBeUndefined();
    expect(typedPath('""', '/v')).toBeUndefined();
  });
});
