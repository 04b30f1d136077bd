/**
 * MLFA written from its paper (Brehm, Scherer, Lienhart 2020), pixel by pixel in double precision: an independent
 * witness for graphs of it. Slow; for tiny frames.
 */
export interface Image {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly data: Float64Array;
}

type Weights = (name: string) => ArrayLike<number>;

export interface PlainSize {
  readonly entry: number;
  readonly wide: number;
  readonly blocks: number;
  readonly branch: number;
  readonly up: number;
  readonly exit: number;
  readonly levels: readonly number[];
  readonly levelBlocks: number;
  readonly last: number;
}

interface Layer {
  readonly kernel?: number;
  readonly stride?: number;
  readonly rate?: number;
}

function image(channels: number, height: number, width: number): Image {
  return { channels, height, width, data: new Float64Array(channels * height * width) };
}

const at = ({ height, width, data }: Image, c: number, y: number, x: number) =>
  data[(c * height + y) * width + x]!;

function mirrored(index: number, length: number): number {
  if (index < 0) return -index;
  return index < length ? index : 2 * (length - 1) - index;
}

export class PlainMlfa {
  readonly #weights: Weights;
  readonly #size: PlainSize;

  constructor(weights: Weights, size: PlainSize) {
    this.#weights = weights;
    this.#size = size;
  }

  /** A blurry frame in [0, 1], restored by itself. */
  stage1(frame: Image): Image {
    const { entry, wide, blocks, branch, up, exit } = this.#size;
    let x = this.#conv('stage1.down', this.#conv('stage1.entry', signed(frame), entry, { kernel: 9 }), wide, {
      stride: 2,
    });
    for (let block = 0; block < blocks; block++) {
      const name = `stage1.blocks.${block}`;
      const rates = [1, 2, 3, 4].map((rate) => this.#conv(`${name}.rate${rate}`, x, branch, { rate }));
      x = sum(x, this.#conv(`${name}.merge`, joined(rates), wide));
    }
    x = this.#conv('stage1.exit', this.#up('stage1.up', x, up), exit);
    return corrected(frame, this.#linear('stage1.output', x, 3));
  }

  /** Three results of stage 1 in [0, 1]. */
  stage2(previous: Image, middle: Image, next: Image): Image {
    const { levels, levelBlocks, last } = this.#size;
    const features = [previous, middle, next].map((frame) => {
      let x = signed(frame);
      return levels.map((channels, index) => {
        x = this.#conv(`stage2.extractor.${index}`, x, channels, { stride: 2 });
        return unit(x);
      });
    });
    let coarser: Image | undefined;
    for (let level = levels.length - 1; level >= 0; level--) {
      const [before, centre, after] = features.map((each) => each[level]!) as [Image, Image, Image];
      const name = `stage2.levels.${level}`;
      let x = this.#conv(
        `${name}.merge`,
        joined([weighted(before, centre), centre, weighted(after, centre)]),
        levels[level]!,
      );
      for (let block = 0; block < levelBlocks; block++) {
        const inner = this.#conv(`${name}.blocks.${block}.conv1`, x, levels[level]!);
        x = sum(x, this.#conv(`${name}.blocks.${block}.conv2`, inner, levels[level]!));
      }
      if (coarser !== undefined) x = sum(x, coarser);
      coarser = this.#up(`stage2.up.${level}`, x, level > 0 ? levels[level - 1]! : last);
    }
    return corrected(middle, this.#linear('stage2.output', coarser!, 3));
  }

  #conv(name: string, x: Image, channels: number, layer: Layer = {}): Image {
    return leaky(this.#linear(name, x, channels, layer));
  }

  #linear(name: string, x: Image, channels: number, { kernel = 3, stride = 1, rate = 1 }: Layer = {}): Image {
    const [weight, scale, bias] = ['weight', 'scale', 'bias'].map((kind) => this.#weights(`${name}.${kind}`));
    const result = image(channels, x.height / stride, x.width / stride);
    const reach = (kernel - 1) / 2;
    const along = (tap: number, size: number) =>
      Int32Array.from({ length: size / stride }, (_, i) => mirrored(stride * i + rate * (tap - reach), size));
    const taps = Array.from({ length: kernel }, (_, tap) => ({
      rows: along(tap, x.height),
      columns: along(tap, x.width),
    }));
    const plane = result.height * result.width;
    for (let o = 0, tap = 0; o < channels; o++) {
      const total = result.data.subarray(o * plane, (o + 1) * plane);
      for (let c = 0; c < x.channels; c++) {
        for (const { rows } of taps) {
          for (const { columns } of taps) {
            const factor = weight![tap++]!;
            for (let y = 0, i = 0; y < result.height; y++) {
              const start = (c * x.height + rows[y]!) * x.width;
              for (let column = 0; column < result.width; column++, i++)
                total[i]! += factor * x.data[start + columns[column]!]!;
            }
          }
        }
      }
      for (let i = 0; i < plane; i++) total[i] = total[i]! * scale![o]! + bias![o]!;
    }
    return result;
  }

  /** Transposed convolution 4 x 4, stride 2: every input pixel is spread over 4 x 4 output pixels around it. */
  #up(name: string, x: Image, channels: number): Image {
    const [weight, scale, bias] = ['weight', 'scale', 'bias'].map((kind) => this.#weights(`${name}.${kind}`));
    const result = image(channels, 2 * x.height, 2 * x.width);
    for (let c = 0; c < x.channels; c++) {
      for (let y = 0; y < x.height; y++) {
        for (let column = 0; column < x.width; column++) {
          for (let o = 0; o < channels; o++) {
            for (let ky = 0; ky < 4; ky++) {
              for (let kx = 0; kx < 4; kx++) {
                const [row, place] = [2 * y - 1 + ky, 2 * column - 1 + kx];
                if (row < 0 || row >= result.height || place < 0 || place >= result.width) continue;
                result.data[(o * result.height + row) * result.width + place]! +=
                  weight![((c * channels + o) * 4 + ky) * 4 + kx]! * at(x, c, y, column);
              }
            }
          }
        }
      }
    }
    const plane = result.height * result.width;
    for (let i = 0; i < result.data.length; i++) {
      const o = Math.floor(i / plane);
      result.data[i] = result.data[i]! * scale![o]! + bias![o]!;
    }
    return leaky(result);
  }
}

function leaky(x: Image): Image {
  return { ...x, data: x.data.map((value) => (value > 0 ? value : 0.2 * value)) };
}

function sum(a: Image, b: Image): Image {
  return { ...a, data: a.data.map((value, i) => value + b.data[i]!) };
}

function joined(images: readonly Image[]): Image {
  const channels = images.reduce((total, each) => total + each.channels, 0);
  return { ...images[0]!, channels, data: Float64Array.from(images.flatMap(({ data }) => [...data])) };
}

function signed(frame: Image): Image {
  return { ...frame, data: frame.data.map((value) => 2 * value - 1) };
}

function corrected(frame: Image, change: Image): Image {
  return { ...frame, data: frame.data.map((value, i) => (2 * value - 1 + change.data[i]! + 1) / 2) };
}

/** The dot product of two images' vectors at every pixel. */
function dot(a: Image, b: Image): Float64Array {
  const plane = a.height * a.width;
  const result = new Float64Array(plane);
  for (let i = 0; i < a.data.length; i++) result[i % plane]! += a.data[i]! * b.data[i]!;
  return result;
}

function unit(x: Image): Image {
  const squares = dot(x, x);
  return { ...x, data: x.data.map((value, i) => value / Math.sqrt(squares[i % squares.length]!)) };
}

/** Unit vectors times their cosine with those of the centre. */
function weighted(x: Image, centre: Image): Image {
  const cosine = dot(x, centre);
  return { ...x, data: x.data.map((value, i) => value * cosine[i % cosine.length]!) };
}
