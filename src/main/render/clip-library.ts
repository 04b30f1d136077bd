import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Clip, ClipChoices, RecentClip } from '../../shared/api/clip.ts';
import type { ClipIndex } from '../../shared/clip-description.ts';
import { AcutanceError, type ProblemDescription } from '../../shared/errors.ts';
import { DEFAULT_DEBLUR_SETTINGS } from '../../shared/settings.ts';
import type { FrameIndex } from '../../shared/frame-index.ts';
import type { ChoicesPatch, ProjectStore } from '../project/project-store.ts';
import { checkedCuts } from './checked-cuts.ts';
import {
  type FileState,
  type Fingerprint,
  fingerprintOf,
  isSame,
  stateOf,
} from './clip-library-fingerprint.ts';
import { type FileAccess, missing } from './file-access.ts';
import type { RenderClip } from './render-service.ts';

/** Looks into files, outside of this process, and remembers what it found as long as a file does not change. */
export interface ClipReader {
  /** @throws AcutanceError the `input-` codes, `engine-died`, `cancelled`. */
  index(path: string, options: { readonly signal?: AbortSignal | undefined }): Promise<ClipIndex>;
  /** The clip's sound; undefined where it has none that can be played. */
  sound(
    path: string,
    options: { readonly signal?: AbortSignal | undefined },
  ): Promise<Clip['sound'] | undefined>;
}

/** A clip's file, which was just seen to be what it was when it was opened. */
export interface LocatedClip extends FileState {
  readonly id: string;
  readonly path: string;
}

export interface ClipLibraryOptions {
  readonly reader: ClipReader;
  readonly store: ProjectStore;
  readonly access: FileAccess;
  /** The clip that came with Acutance. */
  readonly samplePath: string;
  /** Told what went wrong without keeping a clip from being used. */
  readonly onProblem?: ((problem: ProblemDescription) => void) | undefined;
}

const RECENT_CLIPS = 30;

export const DEFAULT_CHOICES: ClipChoices = {
  deblur: { ...DEFAULT_DEBLUR_SETTINGS, strength: 1 },
  range: null,
};

/** The clips that were opened, by an id that tells their content. Ids stay good after a restart. */
export class ClipLibrary {
  readonly #reader: ClipReader;
  readonly #store: ProjectStore;
  readonly #access: FileAccess;
  readonly #samplePath: string;
  readonly #onProblem: ClipLibraryOptions['onProblem'];
  readonly #located = new Map<string, LocatedClip>();
  /** How many frames clips have, as far as they were looked into. */
  readonly #frames = new Map<string, number>();

  constructor({ reader, store, access, samplePath, onProblem }: ClipLibraryOptions) {
    this.#reader = reader;
    this.#store = store;
    this.#access = access;
    this.#samplePath = samplePath;
    this.#onProblem = onProblem;
  }

  /**
   * Opens a file. Doing so again is quick and gives the same clip, unless the file has changed.
   *
   * @throws AcutanceError `path-refused`, the `input-` codes, `cancelled`, `engine-died`.
   */
  async open(path: string, signal?: AbortSignal): Promise<Clip> {
    const real = await this.#access.file(path);
    const fingerprint = await fingerprintOf(real).catch((cause: unknown) => {
      throw cause instanceof AcutanceError ? cause : missing(path, cause);
    });
    const file = located(real, fingerprint);
    const found = await this.#index(file, signal);
    this.#located.set(file.id, file);
    this.#remember(file);
    return this.#describe(file, found, signal);
  }

  /** @throws AcutanceError `not-found` where the file is gone or changed; as `open`. */
  async clip(id: string, signal?: AbortSignal): Promise<Clip> {
    const file = await this.locate(id);
    return this.#describe(file, await this.#index(file, signal), signal);
  }

  /** What rendering has to know of a clip. @throws AcutanceError as `clip`. */
  async forRendering(id: string, signal?: AbortSignal): Promise<RenderClip> {
    const file = await this.locate(id);
    const { clip, index } = await this.#index(file, signal);
    const { width, height, rotation } = clip;
    const { path } = file;
    return { id, path, name: basename(path), frames: index.pts.length, index, width, height, rotation };
  }

  /** Seconds from the first frame at which each frame is shown, then the end. @throws AcutanceError as `clip`. */
  async times(id: string, signal?: AbortSignal): Promise<Float64Array<ArrayBuffer>> {
    return timesOf((await this.#index(await this.locate(id), signal)).index);
  }

  /**
   * The file of a clip, by its id alone and without looking into it.
   *
   * @throws AcutanceError `not-found` for an unknown id, or where its file is gone, changed or no longer open to us.
   */
  async locate(id: string): Promise<LocatedClip> {
    const known = this.#located.get(id);
    if (known) {
      const state = await stateOf(known.path).catch(() => undefined);
      if (!state || !isSame(state, known)) throw gone(known.path, state !== undefined);
      return known;
    }
    const stored = this.#store.clip(id);
    if (!stored) {
      throw new AcutanceError('not-found', 'This clip was never opened here.', { hint: 'Open its file.' });
    }
    const { path } = stored;
    const found = await this.#access.file(path).then(fingerprintOf, () => undefined);
    if (found?.id !== id) throw gone(path, found !== undefined);
    const file = located(path, found);
    this.#located.set(id, file);
    return file;
  }

  /** Throws unless a file is still what it was. @throws AcutanceError `not-found`. */
  requireUnchanged(file: LocatedClip, state: FileState): void {
    if (!isSame(file, state)) throw gone(file.path, true);
  }

  /** Clips that were opened before, newest first. */
  async recent(): Promise<RecentClip[]> {
    return Promise.all(
      this.#store.recent(RECENT_CLIPS).map(async ({ path, openedAt }) => ({
        path,
        name: basename(path),
        openedAt,
        available: await this.#access.file(path).then(
          () => true,
          () => false,
        ),
      })),
    );
  }

  /**
   * Changes choices of a clip.
   *
   * @returns all of them.
   * @throws AcutanceError `usage` for a range or a cut beyond the end, `not-found`, `disk-full`, `output-unwritable`.
   */
  choose(id: string, patch: ChoicesPatch): ClipChoices {
    const frames = this.#frames.get(id) ?? Infinity;
    const end = patch.range?.to ?? 0;
    if (end > frames) {
      throw new AcutanceError('usage', `The range ends at frame ${end}; the clip has ${frames} frames.`);
    }
    const { deblur } = patch;
    const kept = deblur && { ...deblur, cuts: checkedCuts(deblur.cuts, frames) };
    return this.#store.choose(id, { ...patch, deblur: kept }, DEFAULT_CHOICES);
  }

  /** A full disk keeps nobody from looking at a clip. */
  #remember({ id, path }: LocatedClip): void {
    try {
      this.#store.opened(id, path);
    } catch (thrown) {
      if (!(thrown instanceof AcutanceError)) throw thrown;
      this.#onProblem?.(thrown.toProblem());
    }
  }

  async #index(file: LocatedClip, signal: AbortSignal | undefined): Promise<ClipIndex> {
    const found = await this.#reader.index(file.path, { signal });
    // What was found belongs to the id only if nobody wrote to the file meanwhile.
    const state = await stateOf(file.path).catch(() => undefined);
    if (!state || !isSame(state, file)) throw gone(file.path, state !== undefined);
    this.#frames.set(file.id, found.index.pts.length);
    return found;
  }

  async #describe(
    file: LocatedClip,
    { clip: description, index, notices }: ClipIndex,
    signal: AbortSignal | undefined,
  ): Promise<Clip> {
    const { timecode, frameRate } = description;
    const sound = await this.#reader.sound(file.path, { signal });
    return {
      id: file.id,
      path: file.path,
      name: basename(file.path),
      sample: file.path === (await realpath(this.#samplePath).catch(() => this.#samplePath)),
      bytes: file.bytes,
      container: description.container,
      codec: description.codec,
      pixelFormat: description.pixelFormat,
      bitDepth: description.bitDepth,
      chroma: description.chroma,
      width: description.width,
      height: description.height,
      displayWidth: description.displayWidth,
      displayHeight: description.displayHeight,
      rotation: description.rotation,
      ...(frameRate === undefined ? {} : { frameRate }),
      variableFrameRate: description.variableFrameRate,
      frames: index.pts.length,
      durationSeconds: timesOf(index).at(-1) ?? 0,
      ...(timecode === undefined ? {} : { timecode }),
      matrix: description.matrix,
      range: description.range,
      primaries: description.primaries,
      transfer: description.transfer,
      ...(sound ? { sound: soundOf(sound) } : {}),
      notices: [...notices],
      choices: this.#store.choices(file.id) ?? DEFAULT_CHOICES,
    };
  }
}

function soundOf({ codec, channels, durationSeconds }: NonNullable<Clip['sound']>): Clip['sound'] {
  return { codec, channels, durationSeconds };
}

function timesOf({ pts, durations, timeBase }: FrameIndex): Float64Array<ArrayBuffer> {
  const times = new Float64Array(pts.length + 1);
  const start = pts[0] ?? 0;
  const seconds = (ticks: number) => ((ticks - start) * timeBase.num) / timeBase.den;
  for (const [frame, ticks] of pts.entries()) times[frame] = seconds(ticks);
  times[pts.length] = seconds((pts.at(-1) ?? 0) + (durations.at(-1) ?? 0));
  return times;
}

function located(path: string, { id, bytes, modifiedNs }: Fingerprint): LocatedClip {
  return { id, path, bytes, modifiedNs };
}

function gone(path: string, changed: boolean): AcutanceError {
  return changed
    ? new AcutanceError('not-found', `"${path}" has changed since it was opened.`, { hint: 'Open it again.' })
    : new AcutanceError('not-found', `"${path}" is no longer there.`, {
        hint: 'Put it back, or open it where it is now.',
      });
}
