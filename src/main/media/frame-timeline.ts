import { AV_NOPTS_VALUE } from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import { rescaleTicks } from '../../shared/time.ts';
import type { MediaInfo } from './media-info.ts';

/** Gives every frame a timestamp after the one before it. */
export class FrameTimeline {
  /** Frames whose own timestamp was missing or not after the one before. */
  retimed = 0;
  readonly #fallback: bigint;
  #last: { pts: bigint; duration: bigint } | undefined;

  constructor(info: MediaInfo) {
    const { averageFrameRate, nominalFrameRate, timeBase } = info.video;
    const rate = averageFrameRate ?? nominalFrameRate ?? { num: 25, den: 1 };
    const ticks = rescaleTicks(1n, { num: rate.den, den: rate.num }, timeBase);
    this.#fallback = ticks > 0n ? ticks : 1n;
  }

  /** Where the last frame ends. */
  get end(): bigint {
    return this.#last ? this.#last.pts + this.#last.duration : 0n;
  }

  /** Writes the time of the next frame into it. */
  place(native: Frame): { readonly pts: bigint; readonly duration: bigint } {
    const duration = native.duration > 0n ? native.duration : this.#fallback;
    const best = native.bestEffortTimestamp;
    const last = this.#last;
    let pts = best;
    if (best === AV_NOPTS_VALUE) pts = last ? last.pts + last.duration : 0n;
    else if (last && best <= last.pts) pts = last.pts + 1n;
    if (pts !== best) this.retimed++;
    this.#last = { pts, duration };
    native.pts = pts;
    native.duration = duration;
    return { pts, duration };
  }
}
