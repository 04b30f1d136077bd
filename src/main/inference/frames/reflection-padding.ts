/** What height and width of a padded frame must be: multiples of a number, and at least another one. */
export interface PaddingRule {
  readonly multiple: number;
  readonly minimum?: number;
}

/**
 * Planar float frames (3 x H x W, row-major) are padded at the bottom and right to the size a network needs, by
 * reflection without repeating the edge, and cropped back.
 */
export class ReflectionPadding {
  readonly height: number;
  readonly width: number;
  readonly paddedHeight: number;
  readonly paddedWidth: number;
  readonly #rows: Int32Array;
  readonly #columns: Int32Array;

  constructor(height: number, width: number, { multiple, minimum = 1 }: PaddingRule) {
    this.height = height;
    this.width = width;
    this.paddedHeight = Math.ceil(Math.max(height, minimum) / multiple) * multiple;
    this.paddedWidth = Math.ceil(Math.max(width, minimum) / multiple) * multiple;
    this.#rows = reflectedIndices(height, this.paddedHeight);
    this.#columns = reflectedIndices(width, this.paddedWidth);
  }

  /** Whether frames already have the padded size. */
  get isIdentity(): boolean {
    return this.height === this.paddedHeight && this.width === this.paddedWidth;
  }

  /** Copies `frame` (3 x height x width) into `padded` (3 x paddedHeight x paddedWidth). */
  pad(frame: Float32Array, padded: Float32Array): void {
    if (this.isIdentity) {
      padded.set(frame);
      return;
    }
    const { width, paddedWidth } = this;
    for (let channel = 0; channel < 3; channel++) {
      const plane = channel * this.height * width;
      for (let row = 0; row < this.paddedHeight; row++) {
        const from = plane + (this.#rows[row] ?? 0) * width;
        const to = (channel * this.paddedHeight + row) * paddedWidth;
        padded.set(frame.subarray(from, from + width), to);
        for (let column = width; column < paddedWidth; column++) {
          padded[to + column] = frame[from + (this.#columns[column] ?? 0)] ?? 0;
        }
      }
    }
  }

  /** Copies the top left 3 x height x width of `padded` into `frame`. */
  crop(padded: Float32Array, frame: Float32Array): void {
    if (this.isIdentity) {
      frame.set(padded);
      return;
    }
    for (let channel = 0; channel < 3; channel++) {
      for (let row = 0; row < this.height; row++) {
        const from = (channel * this.paddedHeight + row) * this.paddedWidth;
        frame.set(padded.subarray(from, from + this.width), (channel * this.height + row) * this.width);
      }
    }
  }
}

/** Index into `length` samples for each of `padded` positions: 0 1 2 3 2 1 0 1 ...; one sample is repeated. */
export function reflectedIndices(length: number, padded: number): Int32Array {
  const period = Math.max(1, 2 * (length - 1));
  return Int32Array.from({ length: padded }, (_, index) => {
    const phase = index % period;
    return phase < length ? phase : period - phase;
  });
}
