import type { Transfer } from '../../shared/evaluation.ts';
import { codesToLight, lightToCodes } from './transfer.ts';

export interface PairPlan {
  /** Frames that make one blurry picture; odd. */
  readonly average: number;
  /** Gives the frames from one middle frame to the next, at least 1. */
  readonly nextDistance: () => number;
  readonly transfer: Transfer;
}

/** A blurry picture and its sharp one, in codes; numbers of frames count from 0. */
export interface MadePair {
  readonly first: number;
  readonly middle: number;
  readonly last: number;
  readonly blurry: Float32Array;
  /** The middle frame. */
  readonly sharp: Float32Array;
}

/** A picture whose shutter is open. */
interface Exposure {
  readonly first: number;
  /** Sum of light; double precision, so that the order of frames does not show. */
  readonly light: Float64Array;
  sharp: Float32Array | undefined;
}

/**
 * Makes blurry pictures as a long exposure would, by averaging consecutive frames in linear light (HFR-DVD: 41 frames of
 * 1,000 per second). Windows may overlap; the last one that does not fit is left out.
 */
export class PairMaker {
  readonly #plan: PairPlan;
  readonly #open: Exposure[] = [];
  #frames = 0;
  #nextFirst = 0;

  constructor(plan: PairPlan) {
    if (plan.average < 1 || plan.average % 2 !== 1) throw new RangeError('The number of frames must be odd.');
    this.#plan = plan;
  }

  /** Takes the next frame (codes, not kept) and gives the pair that it completes. */
  add(codes: Float32Array): MadePair | undefined {
    const { average, transfer, nextDistance } = this.#plan;
    const number = this.#frames++;
    if (number === this.#nextFirst) {
      this.#open.push({ first: number, light: new Float64Array(codes.length), sharp: undefined });
      this.#nextFirst += nextDistance();
    }
    if (this.#open.length === 0) return undefined;
    const light = codesToLight(codes, transfer);
    for (const exposure of this.#open) {
      for (let i = 0; i < light.length; i++) exposure.light[i]! += light[i]!;
      if (number === exposure.first + (average - 1) / 2) exposure.sharp = codes.slice();
    }
    const [oldest] = this.#open;
    if (!oldest?.sharp || number !== oldest.first + average - 1) return undefined;
    this.#open.shift();
    const mean = Float32Array.from(oldest.light, (sum) => sum / average);
    return {
      first: oldest.first,
      middle: oldest.first + (average - 1) / 2,
      last: number,
      blurry: lightToCodes(mean, transfer),
      sharp: oldest.sharp,
    };
  }
}
