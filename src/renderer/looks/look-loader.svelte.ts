import { AcutanceError, type ProblemDescription } from '../../shared/errors.ts';
import type { LookName, LookPartName } from '../../shared/looks.ts';
import { FrameCache, type Picture } from '../viewer/frame-cache.ts';

/** A look of a frame, by what it is made of. */
export interface LookRef {
  readonly clip: string;
  readonly recipe: string;
  readonly name: LookName;
  readonly part: LookPartName;
  readonly index: number;
}

export interface LoadedLook<P extends Picture> {
  readonly picture: P;
  /** What full colour, or white, stands for. */
  readonly fullScale: number;
}

export interface ShownLook<P extends Picture> extends LoadedLook<P> {
  readonly ref: LookRef;
}

export interface LookLoaderOptions<P extends Picture> {
  readonly load: (ref: LookRef, signal: AbortSignal) => Promise<LoadedLook<P>>;
  /** The server does not know the recipe any more: it has to be asked for anew. */
  readonly onForgotten: (ref: LookRef) => void;
}

/** Milliseconds that the playhead has to rest: computing a look takes seconds, and scrubbing would pile them up. */
const REST = 250;
/** Bytes of pictures that are kept for a way back. */
const MEMORY = 100_000_000;

/** Fetches the look that is wanted, the latest only: what nobody waits for any more is called off. */
export class LookLoader<P extends Picture> {
  readonly #options: LookLoaderOptions<P>;
  readonly #cache = new FrameCache<Picture & LoadedLook<P>>(MEMORY);
  #wanted: LookRef | undefined;
  #shown = $state.raw<ShownLook<P> | undefined>();
  #waiting = $state(false);
  #problem = $state.raw<ProblemDescription | undefined>();
  #asked: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What was asked for once more after it was forgotten. */
  #forgotten: string | undefined;

  constructor(options: LookLoaderOptions<P>) {
    this.#options = options;
  }

  /** The look that is wanted, once it is there. */
  get shown(): ShownLook<P> | undefined {
    return this.#shown;
  }

  /** Whether it is on its way, or waits for the playhead to rest. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** Why it can't be had. */
  get problem(): ProblemDescription | undefined {
    return this.#problem;
  }

  /** Says what is wanted from now on; wanting the same once more tries again what has failed. */
  want(ref: LookRef | undefined): void {
    const before = this.#wanted;
    const same = ref !== undefined && before !== undefined && keyOf(ref) === keyOf(before);
    if (same && this.#problem === undefined) return;
    this.#callOff();
    this.#wanted = ref;
    this.#problem = undefined;
    this.#waiting = false;
    this.#shown = ref && this.#known(ref);
    if (ref === undefined || this.#shown !== undefined) return;
    this.#waiting = true;
    // A change of anything but the frame is a choice, which is made once.
    const moved = before !== undefined && !same && keyOf({ ...before, index: ref.index }) === keyOf(ref);
    this.#timer = setTimeout(() => void this.#load(ref), moved ? REST : 0);
  }

  dispose(): void {
    this.#callOff();
    this.#wanted = undefined;
    this.#shown = undefined;
    this.#waiting = false;
    this.#cache.clear();
  }

  #callOff(): void {
    clearTimeout(this.#timer);
    this.#asked?.abort();
    this.#asked = undefined;
  }

  #known(ref: LookRef): ShownLook<P> | undefined {
    const known = this.#cache.get(keyOf(ref));
    return known && { ref, picture: known.picture, fullScale: known.fullScale };
  }

  async #load(ref: LookRef): Promise<void> {
    const asked = new AbortController();
    this.#asked = asked;
    const key = keyOf(ref);
    try {
      const loaded = await this.#options.load(ref, asked.signal);
      if (asked.signal.aborted) {
        loaded.picture.close();
        return;
      }
      this.#forgotten = undefined;
      const { width, height } = loaded.picture;
      this.#cache.add(key, { ...loaded, width, height, close: () => loaded.picture.close() });
      this.#shown = { ref, ...loaded };
      this.#waiting = false;
    } catch (thrown) {
      if (asked.signal.aborted) return;
      this.#waiting = false;
      const problem = AcutanceError.from(thrown).toProblem();
      this.#problem = problem;
      if (problem.code !== 'not-found' || this.#forgotten === key) return;
      this.#forgotten = key;
      this.#options.onForgotten(ref);
    }
  }
}

function keyOf({ clip, recipe, name, part, index }: LookRef): string {
  return [clip, recipe, name, part, index].join('/');
}
