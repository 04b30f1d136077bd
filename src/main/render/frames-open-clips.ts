import { stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { FrameSource, SoundSource } from '../media/index.ts';

interface OpenClip {
  /** Size and time of change of the file, which tell whether it still is the same. */
  readonly stamp: string;
  readonly source: Promise<FrameSource>;
  /** Opened when it is first asked for; undefined inside where the clip has none. */
  sound?: Promise<SoundSource | undefined>;
}

/** Clips that are open at a time: the one on the screen, and those that thumbnails are made of. */
const MOST_OPEN = 3;
const MIB = 2 ** 20;
const IDLE_SHARE = 32 * MIB;

/**
 * Memory for decoded frames of all open clips together, in bytes: a sixteenth of what the machine has. A gigabyte holds 11
 * seconds of 1920 x 1080, so that moving to and fro where somebody works decodes nothing twice.
 *
 * @param memoryBytes - of the machine, or what this process may have of it.
 */
export function decodedFrameBytes(memoryBytes: number): number {
  return Math.round(Math.min(1024 * MIB, Math.max(256 * MIB, memoryBytes / 16)));
}

/** A container may have less than the machine; where there is no limit, that is 0 or more than there is. */
function machineMemoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** The clips that were looked into last, opened once and again only when their file has changed. */
export class OpenClips {
  /** The one used last is the last. */
  readonly #clips = new Map<string, OpenClip>();
  readonly #frameBytes = decodedFrameBytes(machineMemoryBytes());

  /** @throws AcutanceError as `FrameSource.open`. */
  async open(path: string, signal: AbortSignal): Promise<FrameSource> {
    const stamp = await stampOf(path);
    const known = this.#clips.get(path);
    const clip =
      known?.stamp === stamp
        ? known
        : {
            stamp,
            source: FrameSource.open(path, {
              signal,
              cacheBytes: this.#frameBytes - (MOST_OPEN - 1) * IDLE_SHARE,
            }),
          };
    this.#clips.delete(path);
    this.#clips.set(path, clip);
    if (known && known !== clip) void close(known);
    try {
      const source = await clip.source;
      await this.#makeRoom(path);
      return source;
    } catch (thrown) {
      if (this.#clips.get(path) === clip) this.#clips.delete(path);
      throw thrown;
    }
  }

  /**
   * The sound of a clip; undefined where it has none.
   *
   * @throws AcutanceError as `open`, and as `SoundSource.open`.
   */
  async openSound(path: string, signal: AbortSignal): Promise<SoundSource | undefined> {
    const { index } = await this.open(path, signal);
    const clip = this.#clips.get(path);
    if (!clip) return undefined;
    const last = index.pts.length - 1;
    const end = index.pts[last]! + index.durations[last]!;
    clip.sound ??= SoundSource.open(path, { start: index.pts[0]!, end, timeBase: index.timeBase });
    return clip.sound;
  }

  async #makeRoom(path: string): Promise<void> {
    for (const [other, clip] of this.#clips) {
      if (other === path) continue;
      if (this.#clips.size > MOST_OPEN) {
        this.#clips.delete(other);
        await close(clip);
      } else {
        await (await clip.source.catch(() => undefined))?.forget(IDLE_SHARE);
      }
    }
  }
}

async function close(clip: OpenClip): Promise<void> {
  const source = await clip.source.catch(() => undefined);
  await source?.dispose();
  const sound = await clip.sound?.catch(() => undefined);
  await sound?.dispose();
}

/** Files that can't be looked at have no stamp; opening them says why. */
async function stampOf(path: string): Promise<string> {
  try {
    const { size, mtimeMs, ino } = await stat(path);
    return `${size} ${mtimeMs} ${ino}`;
  } catch {
    return 'unreadable';
  }
}
