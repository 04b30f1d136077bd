import { type ChromaPhase, type Taps, interpolationTaps } from './chroma-filter.ts';
import type { CodeRange, SamplePlane } from './samples.ts';

/** Shape of a subsampled picture, with everything that the conversion of one row needs prepared. */
export interface YuvGeometry {
  readonly width: number;
  readonly height: number;
  readonly chromaShiftX: number;
  readonly chromaShiftY: number;
  readonly phases: { readonly x: ChromaPhase; readonly y: ChromaPhase };
}

/** Rows of `toRgb` give R, G, B from Y, Cb, Cr. */
type ToRgb = { readonly toRgb: Float64Array };

/** Turns planes of luma and chroma codes into planar R'G'B'. Holds scratch rows, so one instance per geometry. */
export class YuvToRgb {
  readonly geometry: YuvGeometry;
  readonly #rows: Taps | undefined;
  readonly #narrow: readonly [Float32Array, Float32Array];
  readonly #wide: readonly [Float32Array, Float32Array];

  constructor(geometry: YuvGeometry) {
    this.geometry = geometry;
    const { width, height, chromaShiftX, chromaShiftY, phases } = geometry;
    const chromaWidth = (width + chromaShiftX) >> chromaShiftX;
    this.#rows = chromaShiftY === 0 ? undefined : interpolationTaps(height, phases.y);
    this.#narrow = [new Float32Array(chromaWidth), new Float32Array(chromaWidth)];
    this.#wide = [new Float32Array(width), new Float32Array(width)];
  }

  /** Fills `rgb` (3 x height x width). Values outside the nominal range stay outside [0, 1]. */
  convert(planes: readonly SamplePlane[], matrix: ToRgb, codes: CodeRange, rgb: Float32Array): void {
    const { width, height } = this.geometry;
    this.#rowByRow(planes, codes, (luma, y, u, v) =>
      combineRow(luma, y, width, height, u, v, matrix.toRgb, codes, rgb),
    );
  }

  /**
   * Fills `rgba` with a little-endian word per pixel, red in its lowest byte: what `convert` gives, clamped to [0, 1],
   * times 255 and rounded.
   */
  convertToBytes(planes: readonly SamplePlane[], matrix: ToRgb, codes: CodeRange, rgba: Uint32Array): void {
    const { width } = this.geometry;
    this.#rowByRow(planes, codes, (luma, y, u, v) =>
      combineRowToBytes(luma, y, width, u, v, matrix.toRgb, codes, rgba),
    );
  }

  #rowByRow(
    planes: readonly SamplePlane[],
    codes: CodeRange,
    combine: (luma: SamplePlane, y: number, u: Float32Array, v: Float32Array) => void,
  ): void {
    const { width, height, chromaShiftX, phases } = this.geometry;
    const [luma, cb, cr] = planes;
    if (!luma || !cb || !cr) throw new RangeError('A YUV picture has three planes.');
    const [u, v] = chromaShiftX > 0 ? this.#wide : this.#narrow;
    for (let y = 0; y < height; y++) {
      this.#chromaRow(cb, y, codes, this.#narrow[0]);
      this.#chromaRow(cr, y, codes, this.#narrow[1]);
      if (chromaShiftX > 0) {
        widen(this.#narrow[0], this.#wide[0], width, phases.x);
        widen(this.#narrow[1], this.#wide[1], width, phases.x);
      }
      combine(luma, y, u, v);
    }
  }

  /** Chroma values (-0.5..0.5) at the height of luma row `y`. */
  #chromaRow(plane: SamplePlane, y: number, codes: CodeRange, out: Float32Array): void {
    const { data, stride } = plane;
    const { chromaOffset, chromaScale } = codes;
    const taps = this.#rows;
    const above = (taps ? taps.index[2 * y]! : y) * stride;
    const below = (taps ? taps.index[2 * y + 1]! : y) * stride;
    const weightAbove = (taps ? taps.weight[2 * y]! : 1) * chromaScale;
    const weightBelow = (taps ? taps.weight[2 * y + 1]! : 0) * chromaScale;
    const bias = chromaOffset * (weightAbove + weightBelow);
    if (weightBelow === 0) {
      for (let x = 0; x < out.length; x++) out[x] = data[above + x]! * weightAbove - bias;
    } else {
      for (let x = 0; x < out.length; x++) {
        out[x] = data[above + x]! * weightAbove + data[below + x]! * weightBelow - bias;
      }
    }
  }
}

/** Linear interpolation to twice the number of samples, ends repeated; the same taps as `interpolationTaps`. */
function widen(narrow: Float32Array, wide: Float32Array, width: number, phase: ChromaPhase): void {
  const last = narrow.length - 1;
  const pairs = width >> 1;
  let before = narrow[0]!;
  let here = before;
  if (phase === 'between') {
    for (let k = 0; k < pairs; k++) {
      const next = narrow[k < last ? k + 1 : last]!;
      wide[2 * k] = 0.25 * before + 0.75 * here;
      wide[2 * k + 1] = 0.75 * here + 0.25 * next;
      before = here;
      here = next;
    }
    if (width & 1) wide[width - 1] = 0.25 * before + 0.75 * here;
    return;
  }
  for (let k = 0; k < pairs; k++) {
    const next = narrow[k < last ? k + 1 : last]!;
    wide[2 * k] = here;
    wide[2 * k + 1] = 0.5 * (here + next);
    here = next;
  }
  if (width & 1) wide[width - 1] = here;
}

function combineRow(
  luma: SamplePlane,
  y: number,
  width: number,
  height: number,
  u: Float32Array,
  v: Float32Array,
  toRgb: Float64Array,
  codes: CodeRange,
  rgb: Float32Array,
): void {
  const ru = toRgb[1]!;
  const rv = toRgb[2]!;
  const gu = toRgb[4]!;
  const gv = toRgb[5]!;
  const bu = toRgb[7]!;
  const bv = toRgb[8]!;
  const { data, stride } = luma;
  const { lumaScale } = codes;
  const bias = codes.lumaOffset * lumaScale;
  const source = y * stride;
  const red = y * width;
  const green = red + width * height;
  const blue = green + width * height;
  for (let x = 0; x < width; x++) {
    const lightness = data[source + x]! * lumaScale - bias;
    const cb = u[x]!;
    const cr = v[x]!;
    rgb[red + x] = lightness + ru * cb + rv * cr;
    rgb[green + x] = lightness + gu * cb + gv * cr;
    rgb[blue + x] = lightness + bu * cb + bv * cr;
  }
}

/** The sums of `combineRow`, in single precision as there, made into bytes. */
function combineRowToBytes(
  luma: SamplePlane,
  y: number,
  width: number,
  u: Float32Array,
  v: Float32Array,
  toRgb: Float64Array,
  codes: CodeRange,
  rgba: Uint32Array,
): void {
  const ru = toRgb[1]!;
  const rv = toRgb[2]!;
  const gu = toRgb[4]!;
  const gv = toRgb[5]!;
  const bu = toRgb[7]!;
  const bv = toRgb[8]!;
  const { data, stride } = luma;
  const { lumaScale } = codes;
  const bias = codes.lumaOffset * lumaScale;
  const source = y * stride;
  const target = y * width;
  for (let x = 0; x < width; x++) {
    const lightness = data[source + x]! * lumaScale - bias;
    const cb = u[x]!;
    const cr = v[x]!;
    const red = (Math.fround(lightness + ru * cb + rv * cr) * 255 + 0.5) | 0;
    const green = (Math.fround(lightness + gu * cb + gv * cr) * 255 + 0.5) | 0;
    const blue = (Math.fround(lightness + bu * cb + bv * cr) * 255 + 0.5) | 0;
    rgba[target + x] =
      (red | green | blue) >>> 8 === 0
        ? red | (green << 8) | (blue << 16) | OPAQUE
        : toByte(red) | (toByte(green) << 8) | (toByte(blue) << 16) | OPAQUE;
  }
}

const OPAQUE = 0xff000000 | 0;

function toByte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
