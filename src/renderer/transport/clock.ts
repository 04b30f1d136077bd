/** What playback goes by: seconds of the clip. */
export interface Clock {
  /** Runs from a moment of the clip at a multiple of its speed; negative is backwards. */
  start(seconds: number, speed: number): void;
  /** The moment of the clip that is due now. */
  seconds(): number;
  stop(): void;
}

/** Goes by the computer's own clock. */
export class SystemClock implements Clock {
  readonly #now: () => number;
  #startedAt = 0;
  #from = 0;
  #speed = 0;

  /** @param now milliseconds, steadily rising */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  start(seconds: number, speed: number): void {
    this.#startedAt = this.#now();
    this.#from = seconds;
    this.#speed = speed;
  }

  seconds(): number {
    return this.#from + ((this.#now() - this.#startedAt) / 1000) * this.#speed;
  }

  stop(): void {
    this.#from = this.seconds();
    this.#speed = 0;
  }
}
