import type { JobProgress } from '../../shared/engine-protocol.ts';

/** The rate is that of the last few seconds, so that the time left follows what the machine is doing now. */
const WINDOW_MS = 10_000;
/** A slow network may need longer than the window for one frame; a rate needs some frames to mean anything. */
const MIN_FRAMES = 8;

/** Counts frames and estimates rate and time left. */
export class ProgressMeter {
  readonly #total: number | undefined;
  readonly #now: () => number;
  /** When the last frames were done, the start first; the oldest entry is the one to measure from. */
  readonly #times: { readonly done: number; readonly at: number }[];
  #done = 0;

  /** `total` where it is known; `now` gives milliseconds and never goes back. */
  constructor(total: number | undefined, now: () => number = () => performance.now()) {
    this.#total = total;
    this.#now = now;
    this.#times = [{ done: 0, at: now() }];
  }

  /** Counts one more frame. A total that turns out too small is corrected upwards. */
  frame(): JobProgress {
    this.#done++;
    const at = this.#now();
    this.#times.push({ done: this.#done, at });
    while (this.#times.length > MIN_FRAMES + 1 && at - (this.#times[1]?.at ?? at) >= WINDOW_MS)
      this.#times.shift();
    const oldest = this.#times[0] ?? { done: 0, at };
    const seconds = (at - oldest.at) / 1000;
    const fps = seconds > 0 ? (this.#done - oldest.done) / seconds : undefined;
    const framesTotal = this.#total === undefined ? undefined : Math.max(this.#total, this.#done);
    const etaSeconds =
      fps === undefined || framesTotal === undefined ? undefined : (framesTotal - this.#done) / fps;
    return { framesDone: this.#done, framesTotal, fps, etaSeconds };
  }
}
