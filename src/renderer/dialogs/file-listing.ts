import type { FolderEntry } from '../../shared/api/catalogue.ts';
import { baseName, folderOf, isWithin, joinPath } from '../design/file-name.ts';
import { looksLikeWeights } from '../models/weights-text.ts';

export interface Root {
  readonly path: string;
  readonly name: string;
}

export interface Crumb {
  readonly name: string;
  readonly path: string;
}

/** Which files are listed; folders always are. */
export type Shown = 'videos' | 'weights' | 'all' | 'folders';

/** The entries to list: of the kinds asked for, with every word of the filter in their name. */
export function listedEntries(
  entries: readonly FolderEntry[],
  filter: string,
  shown: Shown,
): readonly FolderEntry[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter(({ name, kind, video }) => {
    if (kind === 'file') {
      if (shown === 'folders' || (shown === 'videos' && !video)) return false;
      if (shown === 'weights' && !looksLikeWeights(name)) return false;
    }
    const lower = name.toLowerCase();
    return words.every((word) => lower.includes(word));
  });
}

/** The way from the nearest root down to a folder; the folder alone where it is below no root. */
export function crumbsOf(path: string, roots: readonly Root[]): Crumb[] {
  const root = roots
    .filter((candidate) => isWithin(path, candidate.path))
    .reduce<Root | undefined>(
      (best, next) => (best && best.path.length >= next.path.length ? best : next),
      undefined,
    );
  if (!root) return [{ name: baseName(path) || path, path }];
  const crumbs: Crumb[] = [];
  for (let folder = path; folder !== root.path && folder !== ''; folder = folderOf(folder)) {
    crumbs.unshift({ name: baseName(folder), path: folder });
    if (folderOf(folder) === folder) break;
  }
  return [{ name: root.name, path: root.path }, ...crumbs];
}

/** The keys that move a selection in a list. */
const MOVES: Readonly<Record<string, (index: number, count: number, page: number) => number>> = {
  ArrowDown: (index) => index + 1,
  ArrowUp: (index) => index - 1,
  PageDown: (index, _count, page) => index + page,
  PageUp: (index, _count, page) => index - page,
  Home: () => 0,
  End: (_index, count) => count - 1,
};

/**
 * Where a key moves the selection of a list.
 * @param index -1 where nothing is selected
 * @param page how many rows are seen at once
 * @returns undefined where the key does not move it, or the list is empty
 */
export function movedSelection(key: string, index: number, count: number, page: number): number | undefined {
  const move = MOVES[key];
  if (!move || count === 0) return undefined;
  // Without a selection, any step leads to an end of the list.
  if (index < 0) return key === 'ArrowUp' || key === 'End' ? count - 1 : 0;
  return Math.min(count - 1, Math.max(0, move(index, count, page)));
}

/**
 * A path as a person types or pastes it: quotes around it go, as does a `file:` address, and what does not begin at
 * a root counts from the folder that is shown.
 * @returns undefined when nothing was typed
 */
export function typedPath(text: string, folder: string): string | undefined {
  const bare = /^\s*(["'])(.*)\1\s*$/s.exec(text)?.[2] ?? text.trim();
  if (bare === '') return undefined;
  const path = bare.startsWith('file://') ? pathOfAddress(bare) : bare;
  const absolute = /^(?:[/\\]|[a-z]:[/\\])/i.test(path);
  return absolute || folder === '' ? path : joinPath(folder, path);
}

function pathOfAddress(address: string): string {
  try {
    const path = decodeURIComponent(new URL(address).pathname);
    return /^\/[a-z]:/i.test(path) ? path.slice(1).replaceAll('/', '\\') : path;
  } catch {
    return address;
  }
}
