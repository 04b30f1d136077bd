import type { Frame } from 'node-av/lib';
import type { Rational } from '../../shared/time.ts';

/**
 * One picture with its place in time. It owns native memory: whoever holds it last calls `dispose()`.
 */
export class VideoFrame {
  /** Position in the range that was read, from 0. */
  readonly index: number;
  /** Time of display in ticks of `timeBase`, in the source's own timeline. */
  readonly pts: bigint;
  /** How long it is shown, in ticks; 0 where nothing is known. */
  readonly duration: bigint;
  /** Length of a tick in seconds. */
  readonly timeBase: Rational;
  readonly native: Frame;

  constructor(index: number, pts: bigint, duration: bigint, timeBase: Rational, native: Frame) {
    this.index = index;
    this.pts = pts;
    this.duration = duration;
    this.timeBase = timeBase;
    this.native = native;
  }

  get width(): number {
    return this.native.width;
  }

  get height(): number {
    return this.native.height;
  }

  dispose(): void {
    this.native.free();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
