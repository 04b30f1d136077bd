import type { Plane } from './copy-window.ts';
import type { TileSpan } from './tile-plan.ts';

/**
 * How much each tile along an axis counts at each of its pixels, by place in the tile: 1 inside, falling in a straight
 * line over `blend` pixels around every cut, where the tiles on both sides add up to 1.
 */
export function tileWeights(spans: readonly TileSpan[], blend: number): Float32Array[] {
  const total = new Float32Array(spans.at(-1)?.input.end ?? 0);
  const weights = spans.map(({ input, kept }, index) => {
    const isFirst = index === 0;
    const isLast = index === spans.length - 1;
    return Float32Array.from({ length: input.end - input.start }, (_, place) => {
      const at = input.start + place;
      const rise = isFirst ? 1 : ramp(at - kept.start, blend);
      const fall = isLast ? 1 : 1 - ramp(at - kept.end, blend);
      const weight = Math.min(rise, fall);
      total[at] = total[at]! + weight;
      return weight;
    });
  });
  // Tiles shorter than their ramps meet with more neighbours than one.
  for (const [index, { input }] of spans.entries()) {
    const own = weights[index]!;
    for (let place = 0; place < own.length; place++) own[place] = own[place]! / total[input.start + place]!;
  }
  return weights;
}

/** From 0 to 1 over `blend` pixels around a cut, counted from the first pixel behind it; a step without `blend`. */
function ramp(distance: number, blend: number): number {
  if (blend === 0) return distance < 0 ? 0 : 1;
  return Math.min(1, Math.max(0, (distance + 0.5) / blend + 0.5));
}

export interface WeightedTile {
  /** The tile, planar, and the weights of its rows and columns. */
  readonly source: Float32Array;
  readonly rowWeights: Float32Array;
  readonly columnWeights: Float32Array;
  /** What it is added to, and where in it. */
  readonly target: Float32Array;
  readonly targetPlane: Plane;
  readonly top: number;
  readonly left: number;
  readonly channels: number;
}

/** Adds a tile to a picture, as much as its weights say. Where a weight is 0 nothing is read. */
export function addTile(tile: WeightedTile): void {
  const { source, rowWeights, columnWeights, target, targetPlane, top, left, channels } = tile;
  const [height, width] = [rowWeights.length, columnWeights.length];
  const first = columnWeights.findIndex((weight) => weight > 0);
  const end = columnWeights.findLastIndex((weight) => weight > 0) + 1;
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < height; row++) {
      const rowWeight = rowWeights[row]!;
      if (rowWeight === 0) continue;
      const from = (channel * height + row) * width;
      const to = (channel * targetPlane.height + top + row) * targetPlane.width + left;
      for (let column = first; column < end; column++) {
        const weight = rowWeight * columnWeights[column]!;
        target[to + column] = target[to + column]! + weight * source[from + column]!;
      }
    }
  }
}
