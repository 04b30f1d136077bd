import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { AcutanceError } from '../../shared/errors.ts';

/** Where the frames of a clip are. */
export type FrameFiles =
  | { readonly kind: 'video'; readonly path: string }
  | {
      readonly kind: 'pictures';
      /** The folder. */
      readonly path: string;
      /** File names in order. */
      readonly names: readonly string[];
    };

const PICTURES = new Set(['.png', '.jpg', '.jpeg', '.bmp', '.tif', '.tiff']);
const VIDEOS = new Set(['.mp4', '.mov', '.mkv', '.avi', '.webm', '.m4v', '.mxf', '.mpg', '.mts']);

/** What lies in a folder, as far as it can be frames; hidden files are left out. */
export interface FolderContent {
  readonly path: string;
  readonly folders: readonly string[];
  readonly pictures: readonly string[];
  readonly videos: readonly string[];
}

/** @throws AcutanceError `input-unreadable`. */
export async function listFolder(path: string): Promise<FolderContent> {
  try {
    const entries = (await readdir(path, { withFileTypes: true })).filter(
      ({ name }) => !name.startsWith('.'),
    );
    const folders: string[] = [];
    const files: string[] = [];
    for (const entry of entries) {
      const target = entry.isSymbolicLink() ? await linked(join(path, entry.name)) : entry;
      if (target.isDirectory()) folders.push(entry.name);
      else if (target.isFile()) files.push(entry.name);
    }
    const withExtension = (extensions: ReadonlySet<string>) =>
      files.filter((name) => extensions.has(extname(name).toLowerCase())).sort(inOrder);
    return {
      path,
      folders: folders.sort(inOrder),
      pictures: withExtension(PICTURES),
      videos: withExtension(VIDEOS),
    };
  } catch (thrown) {
    throw unreadable(path, thrown);
  }
}

/** What a link leads to. @throws AcutanceError `input-unreadable` where that is not there: a frame would be missing. */
async function linked(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'))
      throw unreadable(path, thrown);
    throw new AcutanceError('input-unreadable', `"${path}" is a link to a file that does not exist.`, {
      hint: 'Remove it, or bring back what it leads to.',
      cause: thrown,
    });
  }
}

/** Whether a path leads to a folder. @throws AcutanceError `input-unreadable` where it leads nowhere. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (thrown) {
    throw unreadable(path, thrown);
  }
}

/** The paths of the files themselves. */
export function filePaths(files: FrameFiles): string[] {
  return files.kind === 'video' ? [files.path] : files.names.map((name) => join(files.path, name));
}

/**
 * What tells a picture's place in its clip: the last number in its name, else the name.
 */
export function frameKey(name: string): string {
  const stem = basename(name, extname(name));
  const number = /(\d+)\D*$/.exec(stem)?.[1];
  return number === undefined ? stem : String(BigInt(number));
}

/**
 * The pictures of a folder as the frames of one clip, in the order of their numbers.
 *
 * @throws AcutanceError `input-unsupported` where there is none, or two have one number.
 */
export function pictureFrames({ path, pictures }: Pick<FolderContent, 'path' | 'pictures'>): FrameFiles {
  if (pictures.length === 0) {
    throw new AcutanceError('input-unsupported', `There are no pictures in "${path}".`, {
      hint: `Frames are ${[...PICTURES].join(', ')}.`,
    });
  }
  const names = [...pictures].sort((a, b) => inOrder(frameKey(a), frameKey(b)));
  for (const [index, name] of names.entries()) {
    const next = names[index + 1];
    if (next === undefined || frameKey(name) !== frameKey(next)) continue;
    throw new AcutanceError(
      'input-unsupported',
      `"${name}" and "${next}" in "${path}" could both be frame ${frameKey(name)}.`,
      {
        hint: 'Keep the pictures of one clip, each once, in a folder; the last number in a name is the frame.',
      },
    );
  }
  return { kind: 'pictures', path, names };
}

const collator = new Intl.Collator('en', { numeric: true });

/** Order of names as people count: 2 before 10. */
function inOrder(a: string, b: string): number {
  return collator.compare(a, b);
}

function unreadable(path: string, thrown: unknown): AcutanceError {
  if (thrown instanceof AcutanceError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
  const missing = code === 'ENOENT' || code === 'ENOTDIR';
  return new AcutanceError(
    'input-unreadable',
    missing ? `"${path}" does not exist.` : `"${path}" can't be read (${code}).`,
    {
      hint: missing ? 'Check the spelling of the path.' : 'Check the permissions and the disk.',
      cause: thrown,
    },
  );
}
