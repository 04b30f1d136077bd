export interface Turn {
  /** Rows become columns; done before the flips. */
  readonly transposes: boolean;
  /** Upside down. */
  readonly flipsRows: boolean;
  /** Left to right. */
  readonly flipsColumns: boolean;
}

/** One of the eight ways to lay a planar frame (3 x height x width): exact, and reversible. */
export class Orientation {
  /** The place in a plane that each place of the turned plane is read from. */
  readonly #origin: Int32Array;

  /** `height` and `width` are those of the frame as it is. */
  constructor(height: number, width: number, { transposes, flipsRows, flipsColumns }: Turn) {
    const [rows, columns] = transposes ? [width, height] : [height, width];
    this.#origin = Int32Array.from({ length: rows * columns }, (_, place) => {
      const row = Math.floor(place / columns);
      const column = place % columns;
      const y = flipsRows ? rows - 1 - row : row;
      const x = flipsColumns ? columns - 1 - column : column;
      return transposes ? x * width + y : y * width + x;
    });
  }

  /** Writes `frame`, turned, into `target`. */
  turn(frame: Float32Array, target: Float32Array): void {
    const plane = this.#origin.length;
    for (let start = 0; start < frame.length; start += plane) {
      for (let place = 0; place < plane; place++)
        target[start + place] = frame[start + this.#origin[place]!]!;
    }
  }

  /** Adds a share of a turned frame, turned back, to `sum`. */
  addBack(turned: Float32Array, sum: Float32Array, share: number): void {
    const plane = this.#origin.length;
    for (let start = 0; start < turned.length; start += plane) {
      for (let place = 0; place < plane; place++)
        sum[start + this.#origin[place]!]! += share * turned[start + place]!;
    }
  }
}
