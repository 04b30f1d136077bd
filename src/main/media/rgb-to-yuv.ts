import { type ChromaPhase, type Taps, decimationTaps } from '../../shared/picture/chroma-filter.ts';
import type { CodeRange, SamplePlane } from '../../shared/picture/samples.ts';
import type { YuvGeometry } from '../../shared/picture/yuv-to-rgb.ts';
import type { ColorMatrix } from './color-matrix.ts';

/** Turns planar R'G'B' into planes of luma and chroma codes, rounding to the nearest. One instance per geometry. */
export class RgbToYuv {
  readonly #geometry: YuvGeometry;
  readonly #chromaWidth: number;
  readonly #chromaHeight: number;
  readonly #columns: Taps | undefined;
  readonly #rows: Taps | undefined;
  readonly #wide: readonly [Float32Array, Float32Array];
  readonly #line: Float32Array;
  /** Chroma, thinned out along the rows only; it waits for the rows around it. */
  readonly #narrow: readonly [Float32Array, Float32Array];

  constructor(geometry: YuvGeometry) {
    this.#geometry = geometry;
    const { width, height, chromaShiftX, chromaShiftY, phases } = geometry;
    this.#chromaWidth = (width + chromaShiftX) >> chromaShiftX;
    this.#chromaHeight = (height + chromaShiftY) >> chromaShiftY;
    this.#columns = chromaShiftX === 0 ? undefined : decimationTaps(width, phases.x);
    this.#rows = chromaShiftY === 0 ? undefined : decimationTaps(height, phases.y);
    this.#wide = [new Float32Array(width), new Float32Array(width)];
    this.#line = new Float32Array(this.#chromaWidth);
    const held = this.#chromaWidth * height;
    this.#narrow = [new Float32Array(held), new Float32Array(held)];
  }

  /** Fills the planes from `rgb` (3 x height x width); codes beyond the bit depth are clamped to it. */
  convert(
    rgb: Float32Array,
    matrix: ColorMatrix,
    codes: CodeRange,
    bits: number,
    planes: readonly SamplePlane[],
  ): void {
    const { width, height, phases } = this.#geometry;
    const [luma, cb, cr] = planes;
    if (!luma || !cb || !cr) throw new RangeError('A YUV picture has three planes.');
    const top = 2 ** bits - 1;
    const [u, v] = this.#wide;
    for (let y = 0; y < height; y++) {
      separateRow(rgb, y, width, height, matrix.toYuv, codes, top, luma, u, v);
      this.#thinOut(u, this.#narrow[0], y, phases.x);
      this.#thinOut(v, this.#narrow[1], y, phases.x);
    }
    for (let row = 0; row < this.#chromaHeight; row++) {
      this.#storeRow(this.#narrow[0], row, codes, top, cb);
      this.#storeRow(this.#narrow[1], row, codes, top, cr);
    }
  }

  /** One row of chroma to its stored width. */
  #thinOut(wide: Float32Array, held: Float32Array, y: number, phase: ChromaPhase): void {
    const start = y * this.#chromaWidth;
    const taps = this.#columns;
    if (!taps) {
      held.set(wide, start);
      return;
    }
    // Away from the ends every output has the same weights.
    const to = Math.max(1, Math.min(this.#chromaWidth, (wide.length - 2) >> 1));
    narrowEnds(wide, held, start, taps, 0, 1);
    if (phase === 'between') narrowBetween(wide, held, start, 1, to);
    else narrowCosited(wide, held, start, 1, to, phase === 'odd' ? 1 : 0);
    narrowEnds(wide, held, start, taps, to, this.#chromaWidth);
  }

  /** Chroma row `row` of the plane from the rows around it. */
  #storeRow(held: Float32Array, row: number, codes: CodeRange, top: number, plane: SamplePlane): void {
    const width = this.#chromaWidth;
    const factor = 1 / codes.chromaScale;
    const line = this.#line;
    const taps = this.#rows;
    if (taps) weighRows(line, held, taps, row, factor, codes.chromaOffset);
    else for (let x = 0; x < width; x++) line[x] = held[row * width + x]! * factor + codes.chromaOffset;
    storeLine(line, plane, row, top);
  }
}

/** The weighted sum of the five rows around a chroma row. */
function weighRows(
  line: Float32Array,
  held: Float32Array,
  taps: Taps,
  row: number,
  factor: number,
  offset: number,
): void {
  const { index, weight } = taps;
  const width = line.length;
  const first = row * 5;
  const a = index[first]! * width;
  const b = index[first + 1]! * width;
  const c = index[first + 2]! * width;
  const d = index[first + 3]! * width;
  const e = index[first + 4]! * width;
  const wa = weight[first]! * factor;
  const wb = weight[first + 1]! * factor;
  const wc = weight[first + 2]! * factor;
  const wd = weight[first + 3]! * factor;
  const we = weight[first + 4]! * factor;
  if (we === 0) {
    for (let x = 0; x < width; x++) {
      line[x] = wa * held[a + x]! + wb * held[b + x]! + wc * held[c + x]! + wd * held[d + x]! + offset;
    }
  } else {
    for (let x = 0; x < width; x++) {
      const outer = wa * held[a + x]! + we * held[e + x]!;
      line[x] = outer + wb * held[b + x]! + wc * held[c + x]! + wd * held[d + x]! + offset;
    }
  }
}

function storeLine(line: Float32Array, plane: SamplePlane, row: number, top: number): void {
  const { data } = plane;
  const out = row * plane.stride;
  if (data instanceof Uint16Array) {
    for (let x = 0; x < line.length; x++) data[out + x] = toWord(line[x]!, top);
  } else {
    // Stores into clamped bytes round and clamp by themselves.
    data.set(line, out);
  }
}

/** Rounds to the nearest code of a sample of more than 8 bits; NaN becomes 0. */
export function toWord(value: number, top: number): number {
  return value > 0 ? (value < top ? (value + 0.5) | 0 : top) : 0;
}

/** Luma codes of a row into the plane, chroma (-0.5..0.5) of its full width into `u` and `v`. */
function separateRow(
  rgb: Float32Array,
  y: number,
  width: number,
  height: number,
  toYuv: Float64Array,
  codes: CodeRange,
  top: number,
  luma: SamplePlane,
  u: Float32Array,
  v: Float32Array,
): void {
  const factor = 1 / codes.lumaScale;
  const offset = codes.lumaOffset;
  const red = y * width;
  const green = red + width * height;
  const blue = green + width * height;
  const out = y * luma.stride;
  const yr = toYuv[0]! * factor;
  const yg = toYuv[1]! * factor;
  const yb = toYuv[2]! * factor;
  const { data } = luma;
  // One loop for each size of samples: the engine compiles a loop well for one type of array only.
  if (data instanceof Uint16Array) {
    for (let x = 0; x < width; x++) {
      const value = yr * rgb[red + x]! + yg * rgb[green + x]! + yb * rgb[blue + x]! + offset;
      data[out + x] = toWord(value, top);
    }
  } else {
    for (let x = 0; x < width; x++) {
      data[out + x] = yr * rgb[red + x]! + yg * rgb[green + x]! + yb * rgb[blue + x]! + offset;
    }
  }
  colorDifferences(rgb, red, green, blue, toYuv, u, v);
}

function colorDifferences(
  rgb: Float32Array,
  red: number,
  green: number,
  blue: number,
  toYuv: Float64Array,
  u: Float32Array,
  v: Float32Array,
): void {
  const ur = toYuv[3]!;
  const ug = toYuv[4]!;
  const ub = toYuv[5]!;
  const vr = toYuv[6]!;
  const vg = toYuv[7]!;
  const vb = toYuv[8]!;
  for (let x = 0; x < u.length; x++) {
    const r = rgb[red + x]!;
    const g = rgb[green + x]!;
    const b = rgb[blue + x]!;
    u[x] = ur * r + ug * g + ub * b;
    v[x] = vr * r + vg * g + vb * b;
  }
}

function narrowEnds(
  wide: Float32Array,
  held: Float32Array,
  start: number,
  taps: Taps,
  from: number,
  to: number,
): void {
  for (let k = from; k < to; k++) {
    let sum = 0;
    for (let slot = k * 5; slot < k * 5 + 5; slot++) sum += taps.weight[slot]! * wide[taps.index[slot]!]!;
    held[start + k] = sum;
  }
}

function narrowCosited(
  wide: Float32Array,
  held: Float32Array,
  start: number,
  from: number,
  to: number,
  first: number,
): void {
  for (let k = from; k < to; k++) {
    const x = 2 * k + first;
    held[start + k] =
      0.75 * wide[x]! + 0.25 * (wide[x - 1]! + wide[x + 1]!) - 0.125 * (wide[x - 2]! + wide[x + 2]!);
  }
}

function narrowBetween(
  wide: Float32Array,
  held: Float32Array,
  start: number,
  from: number,
  to: number,
): void {
  for (let k = from; k < to; k++) {
    const x = 2 * k;
    held[start + k] = 0.75 * (wide[x]! + wide[x + 1]!) - 0.25 * (wide[x - 1]! + wide[x + 2]!);
  }
}
