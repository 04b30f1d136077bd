/**
 * ARVo written from its paper (Li et al. 2021) and from what was decided where the paper is silent, pixel by pixel in
 * double precision: an independent witness for graphs of it. Slow; for tiny frames. Flow is given to it.
 */
export interface Image {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly data: Float64Array;
}

type Weights = (name: string) => ArrayLike<number>;

export interface PlainArvoSize {
  readonly packing: number;
  readonly channels: readonly number[];
  readonly kernel: number;
  readonly encoderBlocks: readonly number[];
  readonly decoderBlocks: readonly number[];
}

function image(channels: number, height: number, width: number): Image {
  return { channels, height, width, data: new Float64Array(channels * height * width) };
}

export class PlainArvo {
  readonly #weights: Weights;
  readonly #size: PlainArvoSize;
  readonly #layers: number;

  constructor(weights: Weights, size: PlainArvoSize, layers: number) {
    this.#weights = weights;
    this.#size = size;
    this.#layers = layers;
  }

  /** The restored middle frame, from neighbours that are aligned to it. */
  restore(previous: Image, middle: Image, next: Image): Image {
    const { packing, channels } = this.#size;
    const [before, reference, after] = [previous, middle, next].map((frame) =>
      this.#encode(packed(frame, packing)),
    ) as [Image[], Image[], Image[]];
    const query = reference[2]!;
    const found = [before, reference, after].flatMap((frame) => {
      const levels = Array.from({ length: this.#layers }, (_, index) => index + 1);
      return levels.map((level) => {
        const keys = maxPooled(frame[2]!, 2 ** level);
        const values = this.#conv(`values.${level - 1}`, keys, keys.channels, 3, 1);
        return aggregated(query, keys, values);
      });
    });
    const seen = this.#layers === 0 ? [query, before[2]!, after[2]!] : [query, ...found];
    let x = relu(this.#conv('fusion', joined(seen), channels[2]!, 3, 1));
    x = this.#up('decoder.decoder_second', x, 2);
    x = this.#up('decoder.decoder_first', sum(x, reference[1]!), 1);
    const blocks = this.#size.decoderBlocks[0]!;
    x = this.#blocks('decoder.outBlock', sum(x, reference[0]!), blocks, 0);
    const output = this.#conv(`decoder.outBlock.${blocks}`, x, 3 * packing ** 2, this.#size.kernel, 1);
    return unpacked(output, packing);
  }

  /** How alike each feature of a frame, in rows, is to each of another's finest level, in columns; rows have sum 1. */
  likeness(middle: Image, other: Image): { readonly weights: Float64Array; readonly keys: Image } {
    const { packing } = this.#size;
    const query = this.#encode(packed(middle, packing))[2]!;
    const keys = maxPooled(this.#encode(packed(other, packing))[2]!, 2);
    return { weights: likenessOf(query, keys), keys };
  }

  /** Features at full, half and quarter resolution. */
  #encode(frame: Image): Image[] {
    const { channels, kernel, encoderBlocks } = this.#size;
    let x = frame;
    return ['inBlock', 'encoder_first', 'encoder_second'].map((name, index) => {
      const scope = `encoder.${name}`;
      x = relu(this.#conv(`${scope}.0.0`, x, channels[index]!, kernel, index === 0 ? 1 : 2));
      x = this.#blocks(scope, x, encoderBlocks[index]!, 1);
      return x;
    });
  }

  #blocks(scope: string, input: Image, count: number, first: number): Image {
    const { kernel } = this.#size;
    let x = input;
    for (let index = first; index < first + count; index++) {
      const inner = relu(this.#conv(`${scope}.${index}.conv1`, x, x.channels, kernel, 1));
      x = sum(this.#conv(`${scope}.${index}.conv2`, inner, x.channels, kernel, 1), x);
    }
    return x;
  }

  #conv(name: string, x: Image, channels: number, kernel: number, stride: number): Image {
    const [weight, bias] = [this.#weights(`${name}.weight`), this.#weights(`${name}.bias`)];
    const result = image(channels, Math.ceil(x.height / stride), Math.ceil(x.width / stride));
    const reach = (kernel - 1) / 2;
    for (let o = 0, i = 0; o < channels; o++) {
      for (let y = 0; y < result.height; y++) {
        for (let column = 0; column < result.width; column++, i++) {
          let total = bias[o]!;
          for (let c = 0; c < x.channels; c++) {
            for (let ky = 0; ky < kernel; ky++) {
              const row = stride * y + ky - reach;
              if (row < 0 || row >= x.height) continue;
              for (let kx = 0; kx < kernel; kx++) {
                const place = stride * column + kx - reach;
                if (place < 0 || place >= x.width) continue;
                total +=
                  weight[((o * x.channels + c) * kernel + ky) * kernel + kx]! *
                  x.data[(c * x.height + row) * x.width + place]!;
              }
            }
          }
          result.data[i] = total;
        }
      }
    }
    return result;
  }

  /** Residual blocks, and a transposed convolution 3 x 3 that doubles the size: every pixel is spread around its place. */
  #up(scope: string, input: Image, level: 1 | 2): Image {
    const blocks = this.#size.decoderBlocks[level]!;
    const x = this.#blocks(scope, input, blocks, 0);
    const channels = this.#size.channels[level - 1]!;
    const weight = this.#weights(`${scope}.${blocks}.0.weight`);
    const bias = this.#weights(`${scope}.${blocks}.0.bias`);
    const result = image(channels, 2 * x.height, 2 * x.width);
    const plane = result.height * result.width;
    for (let i = 0; i < result.data.length; i++) result.data[i] = bias[Math.floor(i / plane)]!;
    for (let c = 0; c < x.channels; c++) {
      for (let y = 0; y < x.height; y++) {
        for (let column = 0; column < x.width; column++) {
          const value = x.data[(c * x.height + y) * x.width + column]!;
          for (let o = 0; o < channels; o++) {
            for (let ky = 0; ky < 3; ky++) {
              for (let kx = 0; kx < 3; kx++) {
                const [row, place] = [2 * y - 1 + ky, 2 * column - 1 + kx];
                if (row < 0 || row >= result.height || place < 0 || place >= result.width) continue;
                result.data[(o * result.height + row) * result.width + place]! +=
                  weight[((c * channels + o) * 3 + ky) * 3 + kx]! * value;
              }
            }
          }
        }
      }
    }
    return relu(result);
  }
}

/** A frame as it looks at the reference's time: read bilinearly along the flow (pixels, x then y), edges repeated. */
export function warped(frame: Image, flow: ArrayLike<number>): Image {
  const { channels, height, width } = frame;
  const result = image(channels, height, width);
  const plane = height * width;
  const clamp = (value: number, last: number) => Math.min(Math.max(value, 0), last);
  for (let i = 0; i < plane; i++) {
    const x = clamp((i % width) + flow[i]!, width - 1);
    const y = clamp(Math.floor(i / width) + flow[plane + i]!, height - 1);
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
    for (let c = 0; c < channels; c++) {
      const at = (row: number, column: number) => frame.data[c * plane + row * width + column]!;
      const upper = at(top, left) * (1 - x + left) + at(top, right) * (x - left);
      const lower = at(bottom, left) * (1 - x + left) + at(bottom, right) * (x - left);
      result.data[c * plane + i] = upper * (1 - y + top) + lower * (y - top);
    }
  }
  return result;
}

/** Eq. 2 to 4 as they are printed: exponentials of all dot products, divided by their sum, times the values. */
function aggregated(query: Image, keys: Image, values: Image): Image {
  const result = image(values.channels, query.height, query.width);
  const [pixels, candidates] = [query.height * query.width, keys.height * keys.width];
  const weights = likenessOf(query, keys);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let c = 0; c < values.channels; c++) {
      let mean = 0;
      for (let candidate = 0; candidate < candidates; candidate++)
        mean += weights[pixel * candidates + candidate]! * values.data[c * candidates + candidate]!;
      result.data[c * pixels + pixel] = mean;
    }
  }
  return result;
}

/** The whole volume: pixels of the query x candidates. */
function likenessOf(query: Image, keys: Image): Float64Array {
  const [pixels, candidates] = [query.height * query.width, keys.height * keys.width];
  const weights = new Float64Array(pixels * candidates);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const row = weights.subarray(pixel * candidates, (pixel + 1) * candidates);
    for (let candidate = 0; candidate < candidates; candidate++) {
      let dot = 0;
      for (let c = 0; c < query.channels; c++)
        dot += query.data[c * pixels + pixel]! * keys.data[c * candidates + candidate]!;
      row[candidate] = Math.exp(dot);
    }
    const total = row.reduce((all, value) => all + value, 0);
    row.forEach((value, candidate) => (row[candidate] = value / total));
  }
  return weights;
}

/** The largest of every block of pixels; blocks at the lower and right edge may be cut short. */
function maxPooled(x: Image, block: number): Image {
  const result = image(x.channels, Math.ceil(x.height / block), Math.ceil(x.width / block));
  result.data.fill(-Infinity);
  for (let c = 0, i = 0; c < x.channels; c++) {
    for (let y = 0; y < x.height; y++) {
      for (let column = 0; column < x.width; column++, i++) {
        const place = (c * result.height + Math.floor(y / block)) * result.width + Math.floor(column / block);
        result.data[place] = Math.max(result.data[place]!, x.data[i]!);
      }
    }
  }
  return result;
}

/** Blocks of pixels as channels: channel (dy * block + dx) * C + c. */
function packed(x: Image, block: number): Image {
  const result = image(x.channels * block ** 2, x.height / block, x.width / block);
  visitBlocks(x, block, (whole, part) => (result.data[part] = x.data[whole]!));
  return result;
}

function unpacked(x: Image, block: number): Image {
  const result = image(x.channels / block ** 2, x.height * block, x.width * block);
  visitBlocks(result, block, (whole, part) => (result.data[whole] = x.data[part]!));
  return result;
}

function visitBlocks(whole: Image, block: number, visit: (whole: number, part: number) => void): void {
  const [height, width] = [whole.height / block, whole.width / block];
  for (let c = 0, i = 0; c < whole.channels; c++) {
    for (let y = 0; y < whole.height; y++) {
      for (let x = 0; x < whole.width; x++, i++) {
        const channel = ((y % block) * block + (x % block)) * whole.channels + c;
        visit(i, (channel * height + Math.floor(y / block)) * width + Math.floor(x / block));
      }
    }
  }
}

function relu(x: Image): Image {
  return { ...x, data: x.data.map((value) => Math.max(value, 0)) };
}

function sum(a: Image, b: Image): Image {
  return { ...a, data: a.data.map((value, i) => value + b.data[i]!) };
}

function joined(images: readonly Image[]): Image {
  const channels = images.reduce((total, each) => total + each.channels, 0);
  const data = new Float64Array(images.reduce((total, each) => total + each.data.length, 0));
  let start = 0;
  for (const each of images) {
    data.set(each.data, start);
    start += each.data.length;
  }
  return { ...images[0]!, channels, data };
}
