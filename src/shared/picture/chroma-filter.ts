/**
 * Taking chroma to the full size of the picture and back. The way up interpolates linearly between the chroma
 * samples where they lie; the way down is the dual filter of the same biorthogonal wavelet (LeGall 5/3 where chroma
 * lies on the luma samples, CDF 3/1 where it lies between them). Such a pair reconstructs perfectly: chroma that
 * nobody changed comes back as it was, and what was changed is low-pass filtered before it is thinned out.
 */

/**
 * Where chroma samples lie along an axis that has half as many of them as luma samples:
 * `even` on luma samples 0, 2, 4...; `between` halfway between samples 0 and 1, 2 and 3...; `odd` on 1, 3, 5...
 */
export type ChromaPhase = 'even' | 'between' | 'odd';

/** Phases of the two axes for FFmpeg's chroma location number; untagged chroma lies as in MPEG-2 and H.264. */
export function chromaPhases(location: number): { readonly x: ChromaPhase; readonly y: ChromaPhase } {
  const x = location === 2 || location === 4 || location === 6 ? 'between' : 'even';
  const y = location === 3 || location === 4 ? 'even' : location === 5 || location === 6 ? 'odd' : 'between';
  return { x, y };
}

/** Weighted inputs of each output sample: `count` pairs of index and weight, one sample after the other. */
export interface Taps {
  readonly count: number;
  readonly index: Int32Array;
  readonly weight: Float64Array;
}

/** Builds the taps that make `fullLength` samples out of ceil(fullLength / 2). */
export function interpolationTaps(fullLength: number, phase: ChromaPhase): Taps {
  const last = Math.ceil(fullLength / 2) - 1;
  const taps = emptyTaps(fullLength, 2);
  for (let x = 0; x < fullLength; x++) {
    // Position on the chroma grid.
    const position = phase === 'even' ? x / 2 : phase === 'odd' ? (x - 1) / 2 : (x - 0.5) / 2;
    const below = Math.floor(position);
    setTap(taps, x, 0, clamp(below, last), 1 - (position - below));
    setTap(taps, x, 1, clamp(below + 1, last), position - below);
  }
  return taps;
}

const LEGALL = [-1 / 8, 2 / 8, 6 / 8, 2 / 8, -1 / 8];
const CDF = [-1 / 4, 3 / 4, 3 / 4, -1 / 4];

/** Builds the taps that make ceil(fullLength / 2) samples out of `fullLength`. */
export function decimationTaps(fullLength: number, phase: ChromaPhase): Taps {
  const outputs = Math.ceil(fullLength / 2);
  const taps = emptyTaps(outputs, 5);
  const filter = phase === 'between' ? CDF : LEGALL;
  const start = phase === 'even' ? -2 : -1;
  for (let k = 0; k < outputs; k++) {
    const weights = new Map<number, number>();
    const add = (index: number, weight: number) => weights.set(index, (weights.get(index) ?? 0) + weight);
    filter.forEach((weight, offset) => {
      const index = 2 * k + start + offset;
      if (index < fullLength || phase !== 'between' || fullLength % 2 === 0 || fullLength === 1) {
        add(clamp(index, fullLength - 1), weight);
      } else {
        // With an odd length the last pair is cut in half; its missing sample is the chroma value itself, which
        // follows from the interpolation of the two samples before it.
        add(fullLength - 1, weight * 1.5);
        add(fullLength - 2, weight * -0.5);
      }
    });
    let slot = 0;
    for (const [index, weight] of weights) setTap(taps, k, slot++, index, weight);
  }
  return taps;
}

function emptyTaps(outputs: number, count: number): Taps {
  return { count, index: new Int32Array(outputs * count), weight: new Float64Array(outputs * count) };
}

function setTap(taps: Taps, output: number, slot: number, index: number, weight: number): void {
  taps.index[output * taps.count + slot] = index;
  taps.weight[output * taps.count + slot] = weight;
}

function clamp(index: number, last: number): number {
  return index < 0 ? 0 : index > last ? last : index;
}
