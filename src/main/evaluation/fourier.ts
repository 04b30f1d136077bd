/** Complex numbers, real and imaginary parts apart. */
export interface ComplexPlane {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * Discrete Fourier transform of any length, by mixed radix: quick where the length has small prime factors. The inverse
 * of a transform is the transform of the conjugate, conjugated and divided by the length.
 */
export class Fourier {
  readonly length: number;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #factors: readonly number[];
  readonly #in: ComplexPlane;
  readonly #out: ComplexPlane;
  readonly #terms: ComplexPlane;

  constructor(length: number) {
    this.length = length;
    const angle = (-2 * Math.PI) / length;
    this.#cos = Float64Array.from({ length }, (_, k) => Math.cos(angle * k));
    this.#sin = Float64Array.from({ length }, (_, k) => Math.sin(angle * k));
    this.#factors = primeFactors(length);
    this.#in = zeros(length);
    this.#out = zeros(length);
    this.#terms = zeros(Math.max(1, ...this.#factors));
  }

  /** Transforms the values at `offset`, `offset + stride`, ... in place. */
  transform({ re, im }: ComplexPlane, offset: number, stride: number): void {
    for (let k = 0; k < this.length; k++) {
      this.#in.re[k] = re[offset + k * stride]!;
      this.#in.im[k] = im[offset + k * stride]!;
    }
    this.#divide(0, this.length, 0, 1, 0);
    for (let k = 0; k < this.length; k++) {
      re[offset + k * stride] = this.#out.re[k]!;
      im[offset + k * stride] = this.#out.im[k]!;
    }
  }

  /** Decimation in time: transforms every `radix`-th value on its own and puts the results together. */
  #divide(level: number, length: number, from: number, step: number, to: number): void {
    const radix = this.#factors[level];
    if (radix === undefined) {
      this.#out.re[to] = this.#in.re[from]!;
      this.#out.im[to] = this.#in.im[from]!;
      return;
    }
    const part = length / radix;
    for (let r = 0; r < radix; r++)
      this.#divide(level + 1, part, from + r * step, step * radix, to + r * part);
    for (let k = 0; k < part; k++) this.#combine(radix, part, to + k, k * step);
  }

  #combine(radix: number, part: number, at: number, turn: number): void {
    const { re, im } = this.#out;
    const terms = this.#terms;
    for (let r = 0; r < radix; r++) {
      const cos = this.#cos[(r * turn) % this.length]!;
      const sin = this.#sin[(r * turn) % this.length]!;
      const index = at + r * part;
      terms.re[r] = re[index]! * cos - im[index]! * sin;
      terms.im[r] = re[index]! * sin + im[index]! * cos;
    }
    const unit = this.length / radix;
    for (let q = 0; q < radix; q++) {
      let sumRe = terms.re[0]!;
      let sumIm = terms.im[0]!;
      for (let r = 1; r < radix; r++) {
        const angle = ((r * q) % radix) * unit;
        const cos = this.#cos[angle]!;
        const sin = this.#sin[angle]!;
        sumRe += terms.re[r]! * cos - terms.im[r]! * sin;
        sumIm += terms.re[r]! * sin + terms.im[r]! * cos;
      }
      re[at + q * part] = sumRe;
      im[at + q * part] = sumIm;
    }
  }
}

/** Transforms rows, then columns, in place. */
export function transformPlane(plane: ComplexPlane, rows: Fourier, columns: Fourier): void {
  const width = rows.length;
  const height = columns.length;
  for (let y = 0; y < height; y++) rows.transform(plane, y * width, 1);
  for (let x = 0; x < width; x++) columns.transform(plane, x, width);
}

function zeros(length: number): ComplexPlane {
  return { re: new Float64Array(length), im: new Float64Array(length) };
}

function primeFactors(length: number): number[] {
  const factors: number[] = [];
  let rest = length;
  for (let factor = 2; rest > 1; factor++) {
    if (factor * factor > rest) factor = rest;
    for (; rest % factor === 0; rest /= factor) factors.push(factor);
  }
  return factors;
}
