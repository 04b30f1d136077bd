import { UnreachableError } from '../api/client.ts';
import { AcutanceError } from '../../shared/errors.ts';
import type { FrameCache, Picture } from './frame-cache.ts';
import { FrameLoader } from './frame-loader.ts';
import { candidatesFor, refsOf, wishesFor, type Plan } from './frame-plan.ts';
import { completePair, revisedPair, type FramePair } from './frame-pair.ts';
import { keyOf, type FrameRef } from './frame-ref.ts';

/** What is looked at now; the rest of a plan follows from how fast frames come. */
export type Look = Omit<Plan, 'lead' | 'stride' | 'ahead'> & {
  /** Frames per second of the clip. */
  readonly rate: number;
};

export interface PresenterOptions<P extends Picture> {
  readonly cache: FrameCache<P>;
  readonly load: (frame: FrameRef, signal: AbortSignal) => Promise<P>;
  /** A frame was said to be rendered and is not there any more. */
  readonly onGone: (frame: FrameRef) => void;
  readonly onProblem: (thrown: unknown) => void;
}

const RETRY_DELAY = 1000;
/** Milliseconds in which a frame that can't be had is not asked for again. */
const FAILURE_KEPT = 3000;
const AHEAD = 10;
/** How far playback goes in asking ahead and leaving out where frames come slowly. */
const MOST_LEAD = 60;
const MOST_STRIDE = 15;

/**
 * Decides what is on the screen. Both sides change together: there is never a restored frame beside, or in place of,
 * an original of another moment, and never a frame of other settings.
 */
export class Presenter<P extends Picture> {
  readonly #options: PresenterOptions<P>;
  readonly #loader: FrameLoader<P>;
  /** Frames that can't be had, as keys: they are not asked for again and again. */
  #failed: Readonly<Record<string, { readonly at: number; readonly told: boolean }>> = {};
  #shown = $state.raw<FramePair<P> | undefined>();
  #look: Look | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #asked = '';
  #askedAt = 0;
  /** Frames that playback left out because they were not there in time. */
  dropped = 0;

  constructor(options: PresenterOptions<P>) {
    this.#options = options;
    this.#loader = new FrameLoader<P>({
      load: options.load,
      onLoaded: (...loaded) => this.#onLoaded(...loaded),
      onFailed: (...failure) => this.#onFailed(...failure),
    });
  }

  get shown(): FramePair<P> | undefined {
    return this.#shown;
  }

  /** When the frame that is shown, or waited for, was asked for: milliseconds of `performance.now()`. */
  get askedAt(): number {
    return this.#askedAt;
  }

  /** Says what is looked at from now on. */
  show(look: Look): void {
    const asked = refsOf(look, look.index).map(keyOf).join();
    if (asked !== this.#asked) this.#askedAt = performance.now();
    this.#asked = asked;
    if (look.speed !== this.#look?.speed) this.dropped = 0;
    this.#look = look;
    this.#present(look);
    this.#wish();
  }

  dispose(): void {
    clearTimeout(this.#retry);
    this.#loader.dispose();
    this.#options.cache.clear();
  }

  readonly #cached = (frame: FrameRef) => this.#options.cache.get(keyOf(frame));

  #present(look: Look, justLoaded?: number): void {
    const plan = this.#planOf(look);
    for (const index of candidatesFor(plan, this.#shown?.index, justLoaded)) {
      const pair = completePair(look, index, this.#cached);
      if (!pair) continue;
      this.#put(pair, look);
      return;
    }
    // The frame stays until the next one is there, but not what has become wrong about it.
    if (this.#shown) this.#put(revisedPair(look, this.#shown, this.#cached), look);
  }

  #put(pair: FramePair<P>, look: Look): void {
    const last = this.#shown;
    if (last && samePair(last, pair)) return;
    if (last && look.speed !== 0) {
      const stride = Math.max(1, Math.round(Math.abs(look.speed)));
      const distance = (pair.index - last.index) * Math.sign(look.speed);
      this.dropped += Math.max(0, distance - stride);
    }
    this.#shown = pair;
  }

  #planOf(look: Look): Plan {
    const perSecond = look.rate * Math.abs(look.speed);
    const parts = Math.max(1, refsOf(look, look.index).length);
    const lead = Math.min(MOST_LEAD, Math.ceil((this.#loader.latency / 1000) * perSecond));
    const sustainable = this.#loader.throughput / parts;
    const stride = Math.max(
      1,
      Math.round(Math.abs(look.speed)),
      Math.min(MOST_STRIDE, Math.floor(perSecond / sustainable)),
    );
    return { ...look, lead, stride, ahead: AHEAD };
  }

  #wish(): void {
    if (!this.#look) return;
    const wishes = wishesFor(this.#planOf(this.#look)).filter(({ frame }) => {
      const key = keyOf(frame);
      return !this.#options.cache.has(key) && !this.#hasFailed(key);
    });
    this.#loader.want(wishes, this.#look.speed !== 0);
  }

  #onLoaded(frame: FrameRef, picture: P, waitedFor: boolean): void {
    this.#options.cache.add(keyOf(frame), picture, [this.#shown?.before, this.#shown?.after]);
    const look = this.#look;
    if (look) this.#present(look, waitedFor || look.speed !== 0 ? frame.index : undefined);
  }

  #onFailed(frame: FrameRef, thrown: unknown, waitedFor: boolean): void {
    const { code } = AcutanceError.from(thrown);
    if (code === 'frame-not-rendered') {
      this.#options.onGone(frame);
      return;
    }
    // A server that was started anew knows no clip until this page has opened it there again.
    const passes = thrown instanceof UnreachableError || code === 'not-found';
    if (!passes) {
      const key = keyOf(frame);
      const told = this.#failed[key]?.told === true;
      this.#failed = { ...this.#failed, [key]: { at: performance.now(), told: told || waitedFor } };
      if (waitedFor && !told) this.#options.onProblem(thrown);
    }
    if (passes || code === 'engine-died') {
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.#wish(), passes ? RETRY_DELAY : FAILURE_KEPT);
    }
  }

  #hasFailed(key: string): boolean {
    const failure = this.#failed[key];
    return failure !== undefined && performance.now() - failure.at < FAILURE_KEPT;
  }
}

function samePair<P>(a: FramePair<P>, b: FramePair<P>): boolean {
  return a.index === b.index && a.before === b.before && a.after === b.after && a.afterState === b.afterState;
}
