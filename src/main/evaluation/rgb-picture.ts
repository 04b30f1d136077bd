/** A frame as numbers: planar R, G, B, rows from the top, nominally in [0, 1], not linear. */
export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  /** 3 x height x width. */
  readonly rgb: Float32Array;
}

/** Throws a RangeError unless two pictures have one size. */
export function requireSameSize(first: RgbPicture, second: RgbPicture): void {
  if (first.width === second.width && first.height === second.height) return;
  throw new RangeError(
    `A picture of ${first.width} x ${first.height} can't be compared with one of ${second.width} x ${second.height}.`,
  );
}
