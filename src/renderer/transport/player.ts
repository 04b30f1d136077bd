import type { FrameRange } from '../../shared/api/clip.ts';
import type { Clock } from './clock.ts';
import type { FrameTimes } from './frame-times.ts';

export interface PlayerOptions {
  readonly clock: Clock;
  readonly times: () => FrameTimes;
  readonly onFrame: (index: number) => void;
  /** Playback came to its end by itself. */
  readonly onEnd: () => void;
  /** Calls back before the next picture of the screen; returns a function that calls it off. */
  readonly nextTick: (callback: () => void) => () => void;
}

export interface Playing {
  readonly from: number;
  /** Multiple of the clip's own speed, not 0; negative is backwards. */
  readonly speed: number;
  /** Frames to stay within. */
  readonly span: FrameRange;
  readonly loop: boolean;
}

/** Plays a clip at its own timing: asks the clock which frame is due, however many were left out meanwhile. */
export class Player {
  readonly #options: PlayerOptions;
  #playing: Playing | undefined;
  #callOff: (() => void) | undefined;
  /** The frame shown last: a sound that was sent somewhere may say for a moment that it is a little before that. */
  #last = 0;

  constructor(options: PlayerOptions) {
    this.#options = options;
  }

  play(playing: Playing): void {
    this.stop();
    this.#playing = playing;
    this.#last = playing.from;
    this.#options.clock.start(this.#startOf(playing), playing.speed);
    this.#schedule();
  }

  stop(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    if (this.#playing) this.#options.clock.stop();
    this.#playing = undefined;
  }

  /** Backwards, a frame is shown from its end on; a little less, so that it is not taken for the next one. */
  #startOf({ from, speed }: Pick<Playing, 'from' | 'speed'>): number {
    const times = this.#options.times();
    return speed > 0 ? times.at(from) : times.at(from + 1) - 1e-6;
  }

  #schedule(): void {
    this.#callOff = this.#options.nextTick(() => this.#tick());
  }

  #tick(): void {
    const playing = this.#playing;
    if (!playing) return;
    const { clock, times, onFrame, onEnd } = this.#options;
    const { span, speed, loop } = playing;
    const seconds = clock.seconds();
    const passed = speed > 0 ? seconds >= times().at(span.to) : seconds < times().at(span.from);
    if (passed && !loop) {
      this.stop();
      onFrame(speed > 0 ? span.to - 1 : span.from);
      onEnd();
      return;
    }
    if (passed) {
      const from = speed > 0 ? span.from : span.to - 1;
      clock.start(this.#startOf({ from, speed }), speed);
      this.#last = from;
      onFrame(from);
    } else {
      const due = times().indexAt(seconds);
      this.#last = speed > 0 ? Math.max(this.#last, due) : Math.min(this.#last, due);
      onFrame(this.#last);
    }
    this.#schedule();
  }
}
