import type { CodeRange } from '../../shared/picture/samples.ts';

/**
 * The linear map between R'G'B' and luma with two colour differences, for the matrices of ITU-T H.273. Constant
 * luminance and ICtCp variants are not linear in R'G'B'; they take the nearest matrix of this family, which keeps
 * the round trip exact.
 */
export interface ColorMatrix {
  /** Rows give Y (0..1), Cb, Cr (-0.5..0.5) from R, G, B. */
  readonly toYuv: Float64Array;
  /** Rows give R, G, B from Y, Cb, Cr. */
  readonly toRgb: Float64Array;
  /** Whether the tag was honoured exactly. */
  readonly exact: boolean;
}

const LUMA_WEIGHTS: Readonly<Record<number, readonly [red: number, blue: number]>> = {
  1: [0.2126, 0.0722],
  4: [0.3, 0.11],
  5: [0.299, 0.114],
  6: [0.299, 0.114],
  7: [0.212, 0.087],
  9: [0.2627, 0.0593],
};

const YCGCO = 8;
const UNSPECIFIED = 2;

/** Height below which untagged pictures are taken as standard definition (BT.601), as good players do. */
const HIGH_DEFINITION_LINES = 720;

/** The matrix number that applies to a picture: its tag, or the guess for untagged ones. */
export function effectiveMatrix(tag: number, height: number): number {
  if (tag !== UNSPECIFIED && tag !== 3) return tag;
  return height < HIGH_DEFINITION_LINES ? 6 : 1;
}

/** Builds the matrix for an effective number; not for 0 (RGB), which needs none. */
export function colorMatrix(matrix: number): ColorMatrix {
  if (matrix === YCGCO) {
    return {
      toYuv: Float64Array.of(0.25, 0.5, 0.25, -0.25, 0.5, -0.25, 0.5, 0, -0.5),
      toRgb: Float64Array.of(1, -1, 1, 1, 1, 0, 1, -1, -1),
      exact: true,
    };
  }
  const weights = LUMA_WEIGHTS[matrix];
  const [red, blue] = weights ?? (matrix >= 10 ? [0.2627, 0.0593] : [0.2126, 0.0722]);
  const green = 1 - red - blue;
  const perBlue = 2 * (1 - blue);
  const perRed = 2 * (1 - red);
  return {
    toYuv: Float64Array.of(
      ...[red, green, blue],
      ...[-red / perBlue, -green / perBlue, 0.5],
      ...[0.5, -green / perRed, -blue / perRed],
    ),
    toRgb: Float64Array.of(
      ...[1, 0, perRed],
      ...[1, (-blue * perBlue) / green, (-red * perRed) / green],
      ...[1, perBlue, 0],
    ),
    exact: weights !== undefined,
  };
}

/** Code ranges of ITU-T H.273 for a bit depth; `full` as in JPEG, otherwise 16..235 and 16..240 at 8 bits. */
export function codeRange(bits: number, full: boolean): CodeRange {
  const top = 2 ** bits - 1;
  const unit = 2 ** (bits - 8);
  const chromaOffset = 128 * unit;
  return full
    ? { lumaOffset: 0, lumaScale: 1 / top, chromaOffset, chromaScale: 1 / top }
    : { lumaOffset: 16 * unit, lumaScale: 1 / (219 * unit), chromaOffset, chromaScale: 1 / (224 * unit) };
}
