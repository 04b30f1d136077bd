/** The name of the entries in the browser's performance timeline that tell when a frame was on the screen. */
export const FRAME_SHOWN = 'acutance:frame-shown';

export interface FrameShown {
  readonly index: number;
  readonly kind: 'before' | 'after' | 'pair';
  readonly playing: boolean;
  /** Frames that playback has left out since it began. */
  readonly dropped: number;
}

/** More entries than this are of no use to anybody, and they take memory. */
const KEPT = 1000;

/** Measures from the moment a frame was asked for to the next picture of the screen, which has it. */
export class FrameReport {
  #measured = 0;

  /** @param askedAt milliseconds of `performance.now()` */
  shown(detail: FrameShown, askedAt: number): void {
    requestAnimationFrame(() => {
      if (this.#measured >= KEPT) {
        performance.clearMeasures(FRAME_SHOWN);
        this.#measured = 0;
      }
      this.#measured += 1;
      performance.measure(FRAME_SHOWN, { start: askedAt, end: performance.now(), detail });
    });
  }
}
