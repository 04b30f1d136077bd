import { basename, extname, join } from 'node:path';
import { AcutanceError } from '../../shared/errors.ts';
import {
  type FolderContent,
  type FrameFiles,
  frameKey,
  isFolder,
  listFolder,
  pictureFrames,
} from './frame-files.ts';

/** A blurry clip and the sharp one it is compared with, as many frames on both sides where that is known. */
export interface ClipPair {
  readonly name: string;
  readonly blurry: FrameFiles;
  readonly sharp: FrameFiles;
}

export interface ClipPairs {
  /** How the folders were understood, one sentence. */
  readonly layout: string;
  readonly pairs: readonly [ClipPair, ...ClipPair[]];
}

export interface PairOptions {
  /** GoPro: takes `blur_gamma` instead of `blur`. */
  readonly gamma: boolean;
}

type Side = 'blurry' | 'sharp';
type LayoutName = 'DVD' | 'GoPro' | 'pictures' | 'videos';

/** One side of the comparison: its clips by name. */
interface SideClips {
  readonly path: string;
  readonly layout: LayoutName;
  /** The folder inside each clip's folder that holds the frames, where the layout has one. */
  readonly inner: string | undefined;
  /** One clip that was named itself: its name need not be that of the other side. */
  readonly single: boolean;
  readonly clips: ReadonlyMap<string, FrameFiles>;
}

/** Folders that data sets come in, and that hold nothing but the folder or the clips that matter. */
const WRAPPERS: Readonly<Record<Side, readonly string[]>> = {
  blurry: ['quantitative_datasets', 'test', 'val', 'val_blur'],
  sharp: ['quantitative_datasets', 'test', 'val', 'val_sharp'],
};

/**
 * Finds out which frames belong together: two video files, two folders of pictures, or two folders of clips laid out as
 * DVD, GoPro or REDS are (one and the same folder where a data set keeps both sides in it).
 *
 * @throws AcutanceError `usage` for the gamma of anything but GoPro, `input-unreadable`, and `input-unsupported` where
 *   a side is empty, or clips, frame counts or frame names of the sides differ.
 */
export async function findClipPairs(blurry: string, sharp: string, options: PairOptions): Promise<ClipPairs> {
  const [from, to] = [await findSide(blurry, 'blurry', options), await findSide(sharp, 'sharp', options)];
  const pairs = from.single && to.single ? [pairOfSingles(from, to)] : pairsByName(from, to);
  if (options.gamma && from.layout !== 'GoPro') {
    throw new AcutanceError('usage', `--gamma needs a folder laid out as GoPro, which "${blurry}" is not.`, {
      hint: 'Leave it out, or give --blurry a folder whose clips have a "blur_gamma" and a "sharp" folder.',
    });
  }
  for (const pair of pairs) requireSameFrames(pair);
  const [first, ...rest] = pairs;
  if (!first) throw new AcutanceError('internal', 'A side without clips went unnoticed.');
  return { layout: describeLayout(from, to, pairs.length), pairs: [first, ...rest] };
}

async function findSide(path: string, side: Side, options: PairOptions): Promise<SideClips> {
  if (!(await isFolder(path))) {
    const name = basename(path, extname(path));
    const clips = new Map<string, FrameFiles>([[name, { kind: 'video', path }]]);
    return { path, layout: 'videos', inner: undefined, single: true, clips };
  }
  const content = await unwrap(await listFolder(path), side);
  const own = innerFolder([content], side, options);
  if (own || content.pictures.length > 0) {
    const folder = own ? await listFolder(join(content.path, own.name)) : content;
    const clips = new Map([[basename(content.path), pictureFrames(folder)]]);
    return { path, layout: own?.layout ?? 'pictures', inner: own?.name, single: true, clips };
  }
  if (content.videos.length > 0) return videosOf(path, content);
  return foldersOf(path, content, side, options);
}

async function unwrap(content: FolderContent, side: Side): Promise<FolderContent> {
  const wrapper = WRAPPERS[side].find((name) => content.folders.includes(name));
  if (wrapper === undefined || content.pictures.length > 0) return content;
  return unwrap(await listFolder(join(content.path, wrapper)), side);
}

function videosOf(path: string, content: FolderContent): SideClips {
  const clips = new Map<string, FrameFiles>();
  for (const file of content.videos) {
    const name = basename(file, extname(file));
    if (clips.has(name)) {
      throw new AcutanceError('input-unsupported', `"${content.path}" has two videos named "${name}".`, {
        hint: 'Keep one of them in the folder.',
      });
    }
    clips.set(name, { kind: 'video', path: join(content.path, file) });
  }
  return { path, layout: 'videos', inner: undefined, single: false, clips };
}

async function foldersOf(
  path: string,
  content: FolderContent,
  side: Side,
  options: PairOptions,
): Promise<SideClips> {
  const folders = await Promise.all(content.folders.map((name) => listFolder(join(content.path, name))));
  const inner = innerFolder(folders, side, options);
  const clips = new Map<string, FrameFiles>();
  for (const folder of folders) {
    if (inner && !folder.folders.includes(inner.name)) {
      throw new AcutanceError('input-unsupported', `"${folder.path}" has no folder "${inner.name}".`, {
        hint: `The other clips have one: this looks like ${inner.layout}, where every clip has it.`,
      });
    }
    const frames = inner ? await listFolder(join(folder.path, inner.name)) : folder;
    clips.set(basename(folder.path), pictureFrames(frames));
  }
  if (clips.size === 0) {
    throw new AcutanceError('input-unsupported', `There are no frames in "${path}".`, {
      hint: 'Give a video file, a folder of pictures, or a folder of clips as in DVD, GoPro or REDS.',
    });
  }
  return { path, layout: inner?.layout ?? 'pictures', inner: inner?.name, single: false, clips };
}

/** The folder inside clips' folders that a data set keeps a side in; undefined where clips hold pictures themselves. */
function innerFolder(
  folders: readonly FolderContent[],
  side: Side,
  { gamma }: PairOptions,
): { readonly layout: LayoutName; readonly name: string } | undefined {
  const has = (name: string) => folders.some((each) => each.folders.includes(name));
  if (has('input') && has('GT')) return { layout: 'DVD', name: side === 'blurry' ? 'input' : 'GT' };
  if (!has('sharp') || !(has('blur') || has('blur_gamma'))) return undefined;
  if (side === 'sharp') return { layout: 'GoPro', name: 'sharp' };
  return { layout: 'GoPro', name: gamma || !has('blur') ? 'blur_gamma' : 'blur' };
}

function pairOfSingles(from: SideClips, to: SideClips): ClipPair {
  const [[name, blurry] = []] = from.clips;
  const [sharp] = to.clips.values();
  if (name === undefined || !blurry || !sharp) throw new AcutanceError('internal', 'A side has no clip.');
  return { name, blurry, sharp };
}

function pairsByName(from: SideClips, to: SideClips): ClipPair[] {
  for (const [one, other] of [
    [from, to],
    [to, from],
  ] as const) {
    const missing = [...one.clips.keys()].filter((name) => !other.clips.has(name));
    if (missing.length === 0) continue;
    const listed = missing.slice(0, 3).map((name) => `"${name}"`);
    const more = missing.length > listed.length ? ` and ${missing.length - listed.length} more` : '';
    throw new AcutanceError(
      'input-unsupported',
      `"${other.path}" has nothing for ${listed.join(', ')}${more} of "${one.path}".`,
      { hint: 'Both sides need clips of the same names, or one clip each.' },
    );
  }
  return [...from.clips].map(([name, blurry]) => ({ name, blurry, sharp: to.clips.get(name)! }));
}

function requireSameFrames({ blurry, sharp }: ClipPair): void {
  if (blurry.kind === 'video' || sharp.kind === 'video') return;
  if (blurry.names.length !== sharp.names.length) {
    throw unequalCounts(blurry.path, blurry.names.length, sharp.path, sharp.names.length);
  }
  const at = blurry.names.findIndex((name, index) => frameKey(name) !== frameKey(sharp.names[index]!));
  if (at < 0) return;
  throw new AcutanceError(
    'input-unsupported',
    `"${blurry.names[at]!}" in "${blurry.path}" has no partner: "${sharp.path}" has "${sharp.names[at]!}" in its place.`,
    { hint: 'Frames belong together by the last number in their names.' },
  );
}

/** The error of two clips that are not equally long. */
export function unequalCounts(
  blurry: string,
  blurryFrames: number | string,
  sharp: string,
  sharpFrames: number | string,
): AcutanceError {
  return new AcutanceError(
    'input-unsupported',
    `"${blurry}" has ${blurryFrames} frames, "${sharp}" has ${sharpFrames}.`,
    { hint: 'Every blurry frame needs its sharp one.' },
  );
}

function describeLayout(from: SideClips, to: SideClips, count: number): string {
  const clips = `${count} clip${count === 1 ? '' : 's'}`;
  const inner = from.inner !== undefined && to.inner !== undefined;
  if (inner && from.layout === to.layout) {
    return `Laid out as ${from.layout}: ${clips}, "${from.inner}" beside "${to.inner}".`;
  }
  if (from.single && to.single) return `One clip: "${from.path}" beside "${to.path}".`;
  if (from.layout === 'videos' && to.layout === 'videos') return `${clips}: videos of the same names.`;
  return `Laid out as REDS: ${clips}, folders of the same names on both sides.`;
}
