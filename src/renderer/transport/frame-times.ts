/** When each frame of a clip is shown, in seconds from the first. */
export class FrameTimes {
  readonly #times: Float64Array;

  /** @param times of each frame, ascending, then the end of the last */
  constructor(times: Float64Array) {
    this.#times = times;
  }

  /** Frames of one length, until the true times are known. */
  static even(frames: number, seconds: number): FrameTimes {
    return new FrameTimes(
      Float64Array.from({ length: frames + 1 }, (_, index) => (index * seconds) / frames),
    );
  }

  get count(): number {
    return this.#times.length - 1;
  }

  /** Seconds from the first frame to the end of the last. */
  get duration(): number {
    return this.#times.at(-1) ?? 0;
  }

  /** Mean frames per second. */
  get rate(): number {
    return this.duration > 0 ? this.count / this.duration : 25;
  }

  /** When a frame is shown; for the number of frames, when the last one ends. */
  at(index: number): number {
    return this.#times[Math.min(this.count, Math.max(0, index))] ?? 0;
  }

  /** The frame that is shown at a moment; before the first that is the first, after the end the last. */
  indexAt(seconds: number): number {
    let low = 0;
    let high = this.count;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.at(middle) <= seconds) low = middle;
      else high = middle;
    }
    return low;
  }
}
