import { keyOf, type FrameRef } from './frame-ref.ts';

export interface Wish {
  readonly frame: FrameRef;
  /** Whether the screen waits for it; the others are fetched ahead. */
  readonly urgent: boolean;
}

export interface FrameLoaderOptions<P> {
  readonly load: (frame: FrameRef, signal: AbortSignal) => Promise<P>;
  /** @param waitedFor whether the screen waits, or waited a moment ago, for this frame */
  readonly onLoaded: (frame: FrameRef, picture: P, waitedFor: boolean) => void;
  /** Not called for what was called off. */
  readonly onFailed: (frame: FrameRef, thrown: unknown) => void;
  readonly now?: () => number;
}

interface Load {
  readonly frame: FrameRef;
  readonly aborter: AbortController;
  readonly startedAt: number;
  urgent: boolean;
}

/** As many at a time as keep the server busy without making the frame that is waited for wait for others. */
const AHEAD_AT_ONCE = 3;
const URGENT_AT_ONCE = 4;

/** Fetches the frames that are wished for, the latest wishes only: what nobody waits for any more is called off. */
export class FrameLoader<P> {
  readonly #options: FrameLoaderOptions<P>;
  readonly #now: () => number;
  readonly #loads = new Map<string, Load>();
  #wishes: readonly Wish[] = [];
  /** Mean milliseconds that a load takes. */
  #latency = 40;

  constructor(options: FrameLoaderOptions<P>) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Mean milliseconds from a frame's request to its arrival, of late. */
  get latency(): number {
    return this.#latency;
  }

  /** Frames fetched ahead per second while nothing else is asked for. */
  get throughput(): number {
    return (1000 * AHEAD_AT_ONCE) / this.#latency;
  }

  /**
   * Says what is wished for from now on, the most wanted first.
   * @param keep whether loads under way go on though they are not among the wishes, as playback does
   */
  want(wishes: readonly Wish[], keep = false): void {
    this.#wishes = wishes;
    const wanted = new Map(wishes.map((wish) => [keyOf(wish.frame), wish]));
    const outdated = [...this.#loads].filter(([key]) => !wanted.has(key));
    // One frame that was waited for may still arrive: a playhead that moves faster than frames come would otherwise
    // never show any.
    const passing = outdated.find(([, load]) => load.urgent)?.[1].frame.index;
    for (const [key, load] of outdated) {
      if (!keep && !(load.urgent && load.frame.index === passing)) this.#callOff(key, load);
    }
    for (const [key, wish] of wanted) {
      const load = this.#loads.get(key);
      if (load) load.urgent = wish.urgent;
    }
    this.#pump();
  }

  dispose(): void {
    this.#wishes = [];
    for (const [key, load] of this.#loads) this.#callOff(key, load);
  }

  #callOff(key: string, load: Load): void {
    this.#loads.delete(key);
    load.aborter.abort();
  }

  #pump(): void {
    for (const { frame, urgent } of this.#wishes) {
      if (this.#loads.has(keyOf(frame))) continue;
      const loads = [...this.#loads.values()];
      const urgentLoads = loads.filter((load) => load.urgent).length;
      // What is fetched ahead waits until nothing else is waited for.
      if (urgent ? urgentLoads >= URGENT_AT_ONCE : urgentLoads > 0 || loads.length >= AHEAD_AT_ONCE) return;
      void this.#start(frame, urgent);
    }
  }

  async #start(frame: FrameRef, urgent: boolean): Promise<void> {
    const key = keyOf(frame);
    const load: Load = { frame, aborter: new AbortController(), startedAt: this.#now(), urgent };
    this.#loads.set(key, load);
    try {
      const picture = await this.#options.load(frame, load.aborter.signal);
      this.#latency += (this.#now() - load.startedAt - this.#latency) / 8;
      this.#options.onLoaded(frame, picture, load.urgent);
    } catch (thrown) {
      if (!load.aborter.signal.aborted) this.#options.onFailed(frame, thrown);
    } finally {
      if (this.#loads.get(key) === load) {
        this.#loads.delete(key);
        // Wishes are fulfilled once: a failure is not tried again until it is wished for anew.
        this.#wishes = this.#wishes.filter((wish) => keyOf(wish.frame) !== key);
      }
      this.#pump();
    }
  }
}
