import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  baseName,
  isWithin,
  folderOf,
  joinPath,
  splitName,
  visibleName,
} from '../../../../src/renderer/design/file-name.ts';

describe('names of files on the page', () => {
  it('show line breaks and tabs instead of making them', () => {
    expect(visibleName('two\nlines\r\nand\ta tab.mp4')).toBe('two↵lines↵and⇥a tab.mp4');
  });

  it('show other control characters as their symbols', () => {
    expect(visibleName('bell\u0007 and delete\u007f')).toBe('bell␇ and delete␡');
  });

  it('cannot turn the direction of the text around to disguise an extension', () => {
    expect(visibleName('clip\u202e4pm.exe')).toBe('clip�4pm.exe');
  });

  it('keep emoji, quotes and every other letter', () => {
    expect(visibleName('“été” 👩‍🚀 \'x\' "y".mov')).toBe('“été” 👩‍🚀 \'x\' "y".mov');
  });

  it('are one visible line, whatever they are', () => {
    const suspects = [
      'a',
      '.',
      '\n',
      '\r',
      '\t',
      '\0',
      '\u001b',
      '\u0085',
      '\u2028',
      '\u202e',
      '\u2066',
      '👩‍🚀',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...suspects)), (characters) => {
        const name = characters.join('');
        expect(visibleName(name)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});

describe('a long name', () => {
  it('keeps its extension and what is before it', () => {
    const { head, tail } = splitName('A very long name of a clip, take 12.mp4');
    expect(tail).toBe('ake 12.mp4');
    expect(head + tail).toBe('A very long name of a clip, take 12.mp4');
  });

  it('is left whole when it is short', () => {
    expect(splitName('clip.mp4')).toEqual({ head: 'clip.mp4', tail: '' });
  });

  it('is never cut inside an emoji or an accented letter', () => {
    const { tail } = splitName(`${'a'.repeat(30)}👩‍🚀e\u0301.mp4`, 6);
    expect(tail).toBe('👩‍🚀e\u0301.mp4');
  });

  it('loses nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (name) => {
        const { head, tail } = splitName(name);
        expect(head + tail).toBe(name);
      }),
    );
  });
});

describe('paths', () => {
  it.each([
    ['/home/me/clip.mp4', 'clip.mp4', '/home/me'],
    ['/clip.mp4', 'clip.mp4', '/'],
    ['/home/me/', 'me', '/home'],
    ['C:\\Videos\\clip.mp4', 'clip.mp4', 'C:\\Videos'],
    ['C:\\clip.mp4', 'clip.mp4', 'C:\\'],
    ['clip.mp4', 'clip.mp4', ''],
  ])('%s is %s in %s', (path, name, folder) => {
    expect(baseName(path)).toBe(name);
    expect(folderOf(path)).toBe(folder);
  });

  it.each([
    ['/home/me', '/home/me/clip.mp4'],
    ['/', '/clip.mp4'],
    ['C:\\', 'C:\\clip.mp4'],
    ['C:\\Videos', 'C:\\Videos\\clip.mp4'],
    ['/odd\\name', '/odd\\name/clip.mp4'],
  ])('a clip in %s is %s', (folder, path) => {
    expect(joinPath(folder, 'clip.mp4')).toBe(path);
  });

  it.each([
    ['/v/a', '/v', true],
    ['/v', '/v', true],
    ['/vault', '/v', false],
    ['/v', '/v/a', false],
    ['/v', '/', true],
    ['C:\\v\\a', 'C:\\v', true],
    ['C:\\v', 'C:\\', true],
  ])('%s within %s: %s', (path, folder, within) => {
    expect(isWithin(path, folder)).toBe(within);
  });
});
