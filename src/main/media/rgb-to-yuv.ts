import { type Taps, decimationTaps } from './chroma-filter.ts';
import type { CodeRange, ColorMatrix } from './color-matrix.ts';
import type { SamplePlane } from './sample-plane.ts';
import type { YuvGeometry } from './yuv-to-rgb.ts';

/** Turns planar R'G'B' into planes of luma and chroma codes, rounding to the nearest. One instance per geometry. */
export class RgbToYuv {
  readonly #geometry: YuvGeometry;
  readonly #chromaWidth: number;
  readonly #chromaHeight: number;
  readonly #columns: Taps | undefined;
  readonly #rows: Taps | undefined;
  readonly #wide: readonly [Float32Array, Float32Array];
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
      const start = y * this.#chromaWidth;
      if (this.#columns) {
        const between = phases.x === 'between';
        narrowRow(u, this.#narrow[0], start, this.#columns, this.#chromaWidth, width, between);
        narrowRow(v, this.#narrow[1], start, this.#columns, this.#chromaWidth, width, between);
      } else {
        this.#narrow[0].set(u, start);
        this.#narrow[1].set(v, start);
      }
    }
    for (let row = 0; row < this.#chromaHeight; row++) {
      this.#storeRow(this.#narrow[0], row, codes, top, cb);
      this.#storeRow(this.#narrow[1], row, codes, top, cr);
    }
  }

  #storeRow(held: Float32Array, row: number, codes: CodeRange, top: number, plane: SamplePlane): void {
    const width = this.#chromaWidth;
    const factor = 1 / codes.chromaScale;
    const offset = codes.chromaOffset;
    const out = row * plane.stride;
    const taps = this.#rows;
    const at = (slot: number) => (taps ? taps.index[row * 5 + slot]! : row) * width;
    const weight = (slot: number) => (taps ? taps.weight[row * 5 + slot]! : slot === 0 ? 1 : 0) * factor;
    const [a, b, c, d, e] = [at(0), at(1), at(2), at(3), at(4)];
    const [wa, wb, wc, wd, we] = [weight(0), weight(1), weight(2), weight(3), weight(4)];
    const { data } = plane;
    const wordSized = data instanceof Uint16Array;
    for (let x = 0; x < width; x++) {
      const value =
        wa * held[a + x]! +
        wb * held[b + x]! +
        wc * held[c + x]! +
        wd * held[d + x]! +
        we * held[e + x]! +
        offset;
      data[out + x] = wordSized ? toWord(value, top) : value;
    }
  }
}

/** Rounds to the nearest code of a sample of more than 8 bits; NaN becomes 0. */
export function toWord(value: number, top: number): number {
  return value > 0 ? (value < top ? (value + 0.5) | 0 : top) : 0;
}

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
  const [yr = 0, yg = 0, yb = 0, ur = 0, ug = 0, ub = 0, vr = 0, vg = 0, vb = 0] = toYuv;
  const factor = 1 / codes.lumaScale;
  const offset = codes.lumaOffset;
  const red = y * width;
  const green = red + width * height;
  const blue = green + width * height;
  const { data } = luma;
  const wordSized = data instanceof Uint16Array;
  const out = y * luma.stride;
  for (let x = 0; x < width; x++) {
    const r = rgb[red + x]!;
    const g = rgb[green + x]!;
    const b = rgb[blue + x]!;
    const value = (yr * r + yg * g + yb * b) * factor + offset;
    data[out + x] = wordSized ? toWord(value, top) : value;
    u[x] = ur * r + ug * g + ub * b;
    v[x] = vr * r + vg * g + vb * b;
  }
}

function narrowRow(
  wide: Float32Array,
  held: Float32Array,
  start: number,
  taps: Taps,
  outputs: number,
  width: number,
  between: boolean,
): void {
  // Away from the ends every output has the same weights.
  const from = Math.min(1, outputs);
  const to = Math.max(from, Math.min(outputs, (width - 2) >> 1));
  for (let k = 0; k < outputs; k++) {
    if (k === from && to > from) {
      if (between) narrowBetween(wide, held, start, from, to);
      else narrowEven(wide, held, start, from, to);
      k = to;
      if (k >= outputs) break;
    }
    let sum = 0;
    for (let slot = k * 5; slot < k * 5 + 5; slot++) sum += taps.weight[slot]! * wide[taps.index[slot]!]!;
    held[start + k] = sum;
  }
}

function narrowEven(wide: Float32Array, held: Float32Array, start: number, from: number, to: number): void {
  for (let k = from; k < to; k++) {
    const x = 2 * k;
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
