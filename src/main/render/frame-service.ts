import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ClipIndex } from '../../shared/clip-description.ts';
import type { FrameResult, PictureFormat } from '../../shared/clip-frames.ts';
import type { SoundDescription } from '../../shared/clip-sound.ts';
import { AcutanceError } from '../../shared/errors.ts';
import type { EngineClient } from './engine-client.ts';
import { FramesMemory } from './frames-memory.ts';
import { FramesQueue, type Urgency } from './frames-queue.ts';
import { FramesTransfer } from './frames-transfer.ts';

export interface FrameServiceOptions {
  /** How much memory pictures may take, in bytes. */
  readonly memoryBytes?: number | undefined;
  /** Called when a frame is wanted on the screen that has to be decoded. */
  readonly onWanted?: (() => void) | undefined;
}

export interface FrameOptions {
  /** `raw`: rows of R, G, B, A bytes from the top, A always 255; `packed`: the same for `PictureUnpacker`. */
  readonly format: PictureFormat;
  /** Wider pictures are scaled down to this width, in pixels. */
  readonly maxWidth?: number | undefined;
  /** What nobody waits for any more is given up; frames that were decoded for it are kept. */
  readonly signal?: AbortSignal | undefined;
  /** `background` for thumbnails and the like, which let the screen go first. */
  readonly urgency?: 'screen' | 'background' | undefined;
}

/** A picture for the screen, upright, 8 bits; size in pixels. It is shared: it must not be written to. */
export interface ScreenFrame {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

const DEFAULT_MEMORY_BYTES = 256 * 2 ** 20;
const INDEX_MEMORY_BYTES = 64 * 2 ** 20;
/** Frames that are made before they are asked for while the frames of a clip are asked for one after the other. */
const PREPARED = 2;
/** Frames that the decoder goes ahead. */
const DECODED_AHEAD = 4;
/** A file that has ended so many engines is not opened any more until it changes, or for a while. */
const MOST_DEATHS = 2;
const DEATH_PAUSE_MS = 30_000;

/**
 * Frames of clips for the screen. An engine of its own decodes them; pictures are kept in memory, and requests for
 * the same picture share the work.
 */
export class FrameService {
  readonly #engine: EngineClient;
  readonly #onWanted: () => void;
  readonly #queue = new FramesQueue();
  readonly #transfer = new FramesTransfer();
  readonly #pictures: FramesMemory<ScreenFrame>;
  readonly #indexes = new FramesMemory<ClipIndex>(INDEX_MEMORY_BYTES);
  readonly #sounds = new Map<string, SoundDescription | undefined>();
  readonly #deaths = new Map<string, { count: number; at: number }>();
  /** The picture asked for last on the screen, to see whether a clip is being played. */
  #last: { readonly clip: string; readonly frame: number } | undefined;
  #preparing: AbortController | undefined;

  /** @param engine - used for nothing else; the caller disposes of it after this service. */
  constructor(engine: EngineClient, options: FrameServiceOptions = {}) {
    this.#engine = engine;
    this.#onWanted = options.onWanted ?? (() => undefined);
    this.#pictures = new FramesMemory(options.memoryBytes ?? DEFAULT_MEMORY_BYTES);
  }

  /**
   * What a clip is and when its frames are shown.
   *
   * @throws AcutanceError `input-unreadable`, `input-unsupported`, `input-corrupt`, `engine-died`, `cancelled`.
   */
  async index(path: string, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<ClipIndex> {
    const clip = await stampedPath(path);
    const known = this.#indexes.get(clip);
    if (known) return known;
    return this.#queue.ask(
      {
        key: `index ${clip}`,
        urgency: 'screen',
        clip,
        place: -1,
        work: async (signal) => {
          const found = await this.#watched(clip, () =>
            this.#engine.run('index', { input: resolve(path) }, { signal }),
          );
          this.#indexes.set(clip, found, 64 + 17 * found.index.pts.length);
          return found;
        },
      },
      options.signal,
    );
  }

  /**
   * A frame of a clip.
   *
   * @param index - of the frame in the order of display, from 0.
   * @throws AcutanceError `usage` when the clip has no such frame, else as `index`.
   */
  async frame(path: string, index: number, options: FrameOptions): Promise<ScreenFrame> {
    const clip = await stampedPath(path);
    const onScreen = options.urgency !== 'background';
    const sequential = this.#last?.clip === clip && this.#last.frame + 1 === index;
    if (onScreen) {
      if (!sequential && this.#last?.frame !== index) this.#stopPreparing();
      this.#last = { clip, frame: index };
    }
    const picture = await this.#picture(clip, path, index, options, sequential);
    if (onScreen && sequential) this.#prepare(clip, path, index, options);
    return picture;
  }

  /**
   * The sound of a clip as a WAV file, which `readSound` makes piece by piece; undefined where the clip has none.
   *
   * @throws AcutanceError as `index`.
   */
  async sound(
    path: string,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<SoundDescription | undefined> {
    const clip = await stampedPath(path);
    if (this.#sounds.has(clip)) return this.#sounds.get(clip);
    const key = `sound ${clip}`;
    const work = async (): Promise<SoundDescription | undefined> => {
      const { sound } = await this.#watched(clip, () => this.#engine.run('sound', { input: resolve(path) }));
      this.#sounds.set(clip, sound);
      return sound;
    };
    return this.#queue.ask({ key, urgency: 'screen', clip, place: -1, work }, options.signal);
  }

  /**
   * The bytes `from <= i < to` of a clip's sound as a WAV file, as far as there are any. A megabyte is a good size.
   *
   * @throws AcutanceError `usage` when the clip has no sound, else as `index`.
   */
  async readSound(
    path: string,
    from: number,
    to: number,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const clip = await stampedPath(path);
    const key = `wave ${clip} ${from} ${to}`;
    const work = (): Promise<Uint8Array<ArrayBuffer>> =>
      this.#watched(clip, async () => {
        await this.#transfer.prepare();
        const transfer = this.#transfer.path;
        const { bytes } = await this.#engine.run('wave', { input: resolve(path), from, to, transfer });
        return typeof bytes === 'number' ? this.#transfer.read(bytes) : bytes;
      });
    return this.#queue.ask({ key, urgency: 'sound', clip, place: from, work }, options.signal);
  }

  /** Ends every wait with `cancelled` and frees what is kept. */
  async dispose(): Promise<void> {
    this.#stopPreparing();
    this.#queue.dispose();
    this.#pictures.clear();
    this.#indexes.clear();
    this.#sounds.clear();
    await this.#transfer.dispose();
  }

  async #picture(
    clip: string,
    path: string,
    index: number,
    { format, maxWidth, signal, urgency = 'screen' }: FrameOptions,
    sequential: boolean,
  ): Promise<ScreenFrame> {
    const key = `${clip} ${index} ${format} ${maxWidth ?? ''}`;
    const known = this.#pictures.get(key);
    if (known) return known;
    if (urgency === 'screen') this.#onWanted();
    return this.#queue.ask(
      {
        key: `frame ${key}`,
        urgency: urgency satisfies Urgency,
        clip,
        place: index,
        work: async (abandoned) => {
          const ahead = sequential ? DECODED_AHEAD : 0;
          const picture = await this.#watched(clip, async () => {
            await this.#transfer.prepare();
            const request = { input: resolve(path), frame: index, format, maxWidth, ahead };
            return this.#received(
              clip,
              await this.#engine.run(
                'frame',
                { ...request, transfer: this.#transfer.path },
                { signal: abandoned },
              ),
            );
          });
          this.#pictures.set(key, picture, picture.bytes.length);
          return picture;
        },
      },
      signal,
    );
  }

  async #received(clip: string, { width, height, bytes, reindexed }: FrameResult): Promise<ScreenFrame> {
    if (reindexed) {
      this.#indexes.delete(clip);
      this.#pictures.deleteAll(`${clip} `);
    }
    return { width, height, bytes: typeof bytes === 'number' ? await this.#transfer.read(bytes) : bytes };
  }

  /** Makes the next frames while the caller is busy with this one. */
  #prepare(clip: string, path: string, index: number, options: FrameOptions): void {
    const { signal } = (this.#preparing ??= new AbortController());
    const frames = this.#indexes.get(clip)?.index.pts.length ?? Infinity;
    for (let next = index + 1; next <= Math.min(index + PREPARED, frames - 1); next++) {
      const wanted = { ...options, signal, urgency: 'background' as const };
      // A failure is told to whoever asks for the frame itself.
      this.#picture(clip, path, next, wanted, true).catch(() => undefined);
    }
  }

  #stopPreparing(): void {
    this.#preparing?.abort();
    this.#preparing = undefined;
  }

  /** Counts how often a clip ended the engine, and keeps it from doing so again and again. */
  async #watched<Result>(clip: string, work: () => Promise<Result>): Promise<Result> {
    const deaths = this.#deaths.get(clip);
    if (deaths && deaths.count >= MOST_DEATHS && performance.now() - deaths.at < DEATH_PAUSE_MS) {
      throw new AcutanceError('engine-died', 'Reading this clip has ended the engine several times.', {
        hint: 'The file may be damaged; try again in a minute, or copy it again from where it came from.',
      });
    }
    try {
      const result = await work();
      this.#deaths.delete(clip);
      return result;
    } catch (thrown) {
      if (thrown instanceof AcutanceError && thrown.code === 'engine-died') {
        this.#stopPreparing();
        this.#deaths.set(clip, { count: (deaths?.count ?? 0) + 1, at: performance.now() });
        await this.#transfer.dispose();
      }
      throw thrown;
    }
  }
}

/** A path with what tells whether its file is still the same; files that can't be looked at have no such thing. */
async function stampedPath(path: string): Promise<string> {
  try {
    const { size, mtimeMs, ino } = await stat(path);
    return `${resolve(path)} ${size} ${mtimeMs} ${ino}`;
  } catch {
    return resolve(path);
  }
}
