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
  readonly onFailed: (frame: FrameRef, thrown: unknown, waitedFor: boolean) => void;
  readonly now?: () => number;
}

interface Load {
  readonly frame: FrameRef;
  readonly aborter: AbortController;
  readonly startedAt: number;
  urgent: boolean;
}

/**
 * Requests at a time for what is fetched ahead. A browser has six connections to a server: one is for events, one for
 * sound, two for both sides of the frame that is waited for.
 */
const AHEAD_STANDING = 2;
const AHEAD_PLAYING = 3;
/** Milliseconds after which a frame that is no longer waited for holds up the next one no more. */
const PATIENCE = 250;
/**
 * Milliseconds without a move after which the playhead is taken to rest; a hand that drags it sends 60 a second. Calling
 * off too early costs little: the decoder goes on from where it was.
 */
const REST = 25;

/** Fetches the frames that are wished for, the latest wishes only: what nobody waits for any more is called off. */
export class FrameLoader<P> {
  readonly #options: FrameLoaderOptions<P>;
  readonly #now: () => number;
  readonly #loads = new Map<string, Load>();
  #wishes: readonly Wish[] = [];
  #playing = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waitedFor: number | undefined;
  #movedAt = -Infinity;
  /** When a frame arrived last that was waited for. */
  #arrivedAt = -Infinity;
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
    return (1000 * AHEAD_PLAYING) / this.#latency;
  }

  /**
   * Says what is wished for from now on, the most wanted first. A frame that was waited for arrives although the
   * playhead has moved on: one that moves faster than frames come would otherwise never show any. Only when it comes to
   * rest, and the picture has moved a moment ago, what it has passed is called off.
   *
   * @param playing whether what is fetched ahead arrives too, although the playhead has passed it
   */
  want(wishes: readonly Wish[], playing = false): void {
    this.#wishes = wishes;
    this.#playing = playing;
    const waitedFor = wishes.find(({ urgent }) => urgent)?.frame.index;
    if (waitedFor !== this.#waitedFor) this.#movedAt = this.#now();
    this.#waitedFor = waitedFor;
    const wanted = new Map(wishes.map((wish) => [keyOf(wish.frame), wish]));
    for (const [key, load] of this.#loads) {
      const wish = wanted.get(key);
      if (wish) load.urgent = wish.urgent;
      else if (!playing && !load.urgent) this.#callOff(key, load);
    }
    this.#pump();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#wishes = [];
    for (const [key, load] of this.#loads) this.#callOff(key, load);
  }

  #callOff(key: string, load: Load): void {
    this.#loads.delete(key);
    load.aborter.abort();
  }

  #pump(): void {
    clearTimeout(this.#timer);
    for (const { frame, urgent } of this.#wishes) {
      if (this.#loads.has(keyOf(frame))) continue;
      const loads = [...this.#loads.values()];
      const waitedFor = loads.filter((load) => load.urgent);
      if (urgent) {
        const others = waitedFor.filter((load) => load.frame.index !== frame.index);
        if (this.#holdUp(others)) return;
      } else {
        // What is fetched ahead waits until nothing else is waited for.
        const most = this.#playing ? AHEAD_PLAYING : AHEAD_STANDING;
        if (waitedFor.length > 0 || loads.length >= most) return;
      }
      void this.#start(frame, urgent);
    }
  }

  /** Whether frames that the playhead has passed are nearly there, so that the next one is better asked for after. */
  #holdUp(others: readonly Load[]): boolean {
    const first = others[0]?.frame.index;
    if (first === undefined) return false;
    const rest = REST - (this.#now() - this.#movedAt);
    if (rest <= 0 && this.#now() - this.#arrivedAt < PATIENCE) {
      for (const load of others) this.#callOff(keyOf(load.frame), load);
      return false;
    }
    const age = this.#now() - Math.min(...others.map(({ startedAt }) => startedAt));
    const left = others.every(({ frame }) => frame.index === first) ? PATIENCE - age : Infinity;
    if (left <= 0) return false;
    const next = rest > 0 ? Math.min(left, rest) : left;
    if (next < Infinity) this.#timer = setTimeout(() => this.#pump(), next);
    return true;
  }

  async #start(frame: FrameRef, urgent: boolean): Promise<void> {
    const key = keyOf(frame);
    const load: Load = { frame, aborter: new AbortController(), startedAt: this.#now(), urgent };
    this.#loads.set(key, load);
    try {
      const picture = await this.#options.load(frame, load.aborter.signal);
      this.#latency += (this.#now() - load.startedAt - this.#latency) / 8;
      if (load.urgent) this.#arrivedAt = this.#now();
      this.#options.onLoaded(frame, picture, load.urgent);
    } catch (thrown) {
      if (!load.aborter.signal.aborted) this.#options.onFailed(frame, thrown, load.urgent);
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
