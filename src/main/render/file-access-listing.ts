import { opendir, realpath, stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import type { Folder, FolderEntry } from '../../shared/api/catalogue.ts';
import { type FileAccess, missing } from './file-access.ts';

/** A person looks no further; a folder of a camera or of an image sequence may hold more. */
const MAX_ENTRIES = 2000;
/** Sorting needs all names: so many are looked at. */
const MAX_NAMES = 100_000;
/** File descriptors and threads are shared with everything else. */
const PARALLEL = 16;

const VIDEO_EXTENSIONS = new Set(
  (
    '3g2 3gp asf avi divx dv f4v flv gxf h264 h265 hevc ivf m1v m2t m2ts m2v m4v mj2 mjpeg mjpg mkv mov mp4 mpe mpeg ' +
    'mpg mts mxf nut obu ogm ogv qt rm rmvb ts vob webm wmv y4m'
  ).split(' '),
);

/** Whether a file's name looks like that of a video. */
export function looksLikeVideo(name: string): boolean {
  return VIDEO_EXTENSIONS.has(extname(name).slice(1).toLowerCase());
}

const order = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Numbers within names count as numbers; names that differ only in case or accents have an order too. */
function compareNames(a: string, b: string): number {
  return order.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/**
 * Lists what may be opened in a folder: folders, then files, by name. Left out are hidden entries, whatever is neither
 * file nor folder, and links that lead out of the opened folders.
 *
 * @throws AcutanceError `path-refused`, `input-unreadable`.
 */
export async function listFolder(access: FileAccess, path: string): Promise<Folder> {
  const folder = await access.folder(path);
  const { entries, truncated } = await readEntries(access, folder).catch((cause: unknown) => {
    throw missing(path, cause);
  });
  const parent = dirname(folder);
  return {
    path: folder,
    ...(parent !== folder && (await access.covers(parent)) ? { parent } : {}),
    entries,
    truncated,
  };
}

interface Name {
  readonly name: string;
  readonly kind: FolderEntry['kind'];
  readonly path: string;
}

async function readEntries(
  access: FileAccess,
  folder: string,
): Promise<{ readonly entries: FolderEntry[]; readonly truncated: boolean }> {
  const names: Name[] = [];
  let truncated = false;
  for await (const entry of await opendir(folder)) {
    const { name } = entry;
    if (name.startsWith('.')) continue;
    if (names.length === MAX_NAMES) {
      truncated = true;
      break;
    }
    const path = join(folder, name);
    const kind = entry.isSymbolicLink() ? await kindOfLink(access, path) : kindOf(entry);
    if (kind) names.push({ name, kind, path });
  }
  names.sort((a, b) => (a.kind === b.kind ? compareNames(a.name, b.name) : a.kind === 'folder' ? -1 : 1));
  if (names.length > MAX_ENTRIES) truncated = true;
  const listed = names.slice(0, MAX_ENTRIES);
  const entries: FolderEntry[] = [];
  for (let from = 0; from < listed.length; from += PARALLEL) {
    entries.push(...(await Promise.all(listed.slice(from, from + PARALLEL).map(describe))));
  }
  return { entries, truncated };
}

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean }): Name['kind'] | undefined {
  return entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : undefined;
}

async function kindOfLink(access: FileAccess, path: string): Promise<Name['kind'] | undefined> {
  try {
    const real = await realpath(path);
    return (await access.covers(real)) ? kindOf(await stat(real)) : undefined;
  } catch {
    return undefined;
  }
}

/** A file that went away meanwhile is listed without its size: opening it says why. */
async function describe({ name, kind, path }: Name): Promise<FolderEntry> {
  const stats = await stat(path).catch(() => undefined);
  return {
    name,
    path,
    kind,
    video: kind === 'file' && looksLikeVideo(name),
    ...(stats && kind === 'file' ? { bytes: stats.size } : {}),
    ...(stats ? { modifiedAt: stats.mtimeMs } : {}),
  };
}
