/** How names of files are shown: whatever they hold, they stay one line and read in their own order. */

const SYMBOL_OF_ZERO = 0x2400;

/** Control characters, and those that turn the direction of text around and so can disguise an extension. */
const INVISIBLE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu;

/** The name with every line break as ↵, every tab as ⇥ and other control characters as their symbols. */
export function visibleName(name: string): string {
  return name.replaceAll('\r\n', '\n').replaceAll(INVISIBLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === '\n' || character === '\r' || code === 0x2028 || code === 0x2029) return '↵';
    if (character === '\t') return '⇥';
    if (code < 0x20) return String.fromCodePoint(SYMBOL_OF_ZERO + code);
    return code === 0x7f ? '␡' : '�';
  });
}

export interface SplitName {
  /** The part that may be cut at its end. */
  readonly head: string;
  /** The part that is always shown. */
  readonly tail: string;
}

/**
 * Divides a visible name so that it can be shortened in the middle: the tail is the extension and a few characters
 * before it. Emoji and letters with accents are never cut in two.
 */
export function splitName(name: string, tailLength = 10): SplitName {
  const letters = [...new Intl.Segmenter('en').segment(name)].map(({ segment }) => segment);
  if (letters.length <= tailLength * 2) return { head: name, tail: '' };
  return {
    head: letters.slice(0, -tailLength).join(''),
    tail: letters.slice(-tailLength).join(''),
  };
}

/** The last part of a path, of either notation. */
export function baseName(path: string): string {
  return (
    path
      .replace(/[/\\]+$/, '')
      .split(/[/\\]/)
      .at(-1) ?? path
  );
}

/** The path without its last part; empty when there is nothing before it. */
export function folderOf(path: string): string {
  const trimmed = path.replace(/[/\\]+$/, '');
  const end = Math.max(trimmed.lastIndexOf('/'), trimmed.lastIndexOf('\\'));
  if (end < 0) return '';
  return end === 0 || trimmed[end - 1] === ':' ? trimmed.slice(0, end + 1) : trimmed.slice(0, end);
}

/** A name inside a folder, in the folder's own notation. */
export function joinPath(folder: string, name: string): string {
  const separator = folder.includes('\\') && !folder.includes('/') ? '\\' : '/';
  return /[/\\]$/.test(folder) ? folder + name : folder + separator + name;
}

/** Whether a path is a folder or inside of it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(joinPath(folder, ''));
}
