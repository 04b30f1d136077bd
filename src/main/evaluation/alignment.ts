import type { AlignedQuality } from '../../shared/evaluation.ts';
import { Fourier, transformPlane } from './fourier.ts';
import { psnrOfValues } from './psnr.ts';
import { requireSameSize, type RgbPicture } from './rgb-picture.ts';
import { SSIM_SMALLEST, ssimOfPlane } from './ssim.ts';

/** What the published measurement leaves out on every side before it looks for the translation. */
const CROP = 16;
const LUMA = [0.299, 0.587, 0.114] as const;

/** The smallest width and height that can be aligned and measured. */
export const ALIGNED_SMALLEST = 2 * CROP + SSIM_SMALLEST;

/** A frame may win a place elsewhere only by more than rounding. */
const BETTER_BY = 1 + 1e-12;

/**
 * PSNR and SSIM with the place of a blurred picture left open, as Köhler et al. (2012) measure and Su et al. and PVDNet
 * report: 16 pixels are cut off on every side, the picture is multiplied by the factor that brings it closest to
 * the reference, moved by the whole number of pixels where the circular correlation of the channels' means is largest,
 * and compared in luma. What moves in from outside is black in both and counts as equal.
 *
 * Keeps what belongs to a size, so that the frames of a clip share it.
 */
export class Alignment {
  readonly #width: number;
  readonly #height: number;
  readonly #rows: Fourier;
  readonly #columns: Fourier;

  /** @throws RangeError below `ALIGNED_SMALLEST`. */
  constructor(width: number, height: number) {
    if (width < ALIGNED_SMALLEST || height < ALIGNED_SMALLEST) {
      throw new RangeError(`${width} x ${height} is below ${ALIGNED_SMALLEST} x ${ALIGNED_SMALLEST}.`);
    }
    this.#width = width - 2 * CROP;
    this.#height = height - 2 * CROP;
    this.#rows = new Fourier(this.#width);
    this.#columns = new Fourier(this.#height);
  }

  measure(picture: RgbPicture, reference: RgbPicture): AlignedQuality {
    requireSameSize(picture, reference);
    const moving = this.#crop(picture);
    const still = this.#crop(reference);
    const gain = bestGain(moving, still);
    const { right, down } = this.#translation(moving, still);
    const first = this.#move(luma(moving), right, down, gain);
    const second = this.#cover(luma(still), right, down);
    return {
      psnr: psnrOfValues(first, second),
      ssim: ssimOfPlane(first, second, this.#width, this.#height),
      right,
      down,
    };
  }

  #crop({ rgb, width, height }: RgbPicture): Planes {
    const crop = (channel: number) => {
      const plane = new Float64Array(this.#width * this.#height);
      for (let y = 0; y < this.#height; y++) {
        const start = (channel * height + y + CROP) * width + CROP;
        plane.set(rgb.subarray(start, start + this.#width), y * this.#width);
      }
      return plane;
    };
    return [crop(0), crop(1), crop(2)];
  }

  #translation(moving: Planes, still: Planes): { readonly right: number; readonly down: number } {
    const width = this.#width;
    const height = this.#height;
    // Two real pictures in one transform: the reference as real, the other as imaginary part.
    const plane = { re: meanOf(still), im: meanOf(moving) };
    transformPlane(plane, this.#rows, this.#columns);
    const cross = { re: new Float64Array(width * height), im: new Float64Array(width * height) };
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = y * width + x;
        const opposite = ((height - y) % height) * width + ((width - x) % width);
        const [a, b, c, d] = [plane.re[at]!, plane.im[at]!, plane.re[opposite]!, plane.im[opposite]!];
        const [stillRe, stillIm, movingRe, movingIm] = [(a + c) / 2, (b - d) / 2, (b + d) / 2, (c - a) / 2];
        // The conjugate of the product, so that a forward transform turns it back.
        cross.re[at] = stillRe * movingRe + stillIm * movingIm;
        cross.im[at] = stillRe * movingIm - stillIm * movingRe;
      }
    }
    transformPlane(cross, this.#rows, this.#columns);
    let best = 0;
    for (let at = 1; at < cross.re.length; at++) {
      if (cross.re[at]! > cross.re[best]! * BETTER_BY) best = at;
    }
    return { right: signed(best % width, width), down: signed(Math.floor(best / width), height) };
  }

  #move(plane: Float64Array, right: number, down: number, gain: number): Float64Array {
    const result = new Float64Array(plane.length);
    this.#covered(right, down, (at) => {
      result[at] = gain * plane[at - down * this.#width - right]!;
    });
    return result;
  }

  #cover(plane: Float64Array, right: number, down: number): Float64Array {
    const result = new Float64Array(plane.length);
    this.#covered(right, down, (at) => {
      result[at] = plane[at]!;
    });
    return result;
  }

  /** Visits every place that the moved picture covers. */
  #covered(right: number, down: number, visit: (at: number) => void): void {
    const lastX = this.#width + Math.min(0, right);
    const lastY = this.#height + Math.min(0, down);
    for (let y = Math.max(0, down); y < lastY; y++) {
      for (let x = Math.max(0, right); x < lastX; x++) visit(y * this.#width + x);
    }
  }
}

type Planes = readonly [Float64Array, Float64Array, Float64Array];

/** The factor with the smallest sum of squared differences. A black picture stays black. */
function bestGain(moving: Planes, still: Planes): number {
  let products = 0;
  let squares = 0;
  for (const channel of [0, 1, 2] as const) {
    const [from, to] = [moving[channel], still[channel]];
    for (let i = 0; i < from.length; i++) {
      products += from[i]! * to[i]!;
      squares += from[i]! * from[i]!;
    }
  }
  return squares === 0 ? 1 : products / squares;
}

function meanOf([red, green, blue]: Planes): Float64Array {
  return red.map((value, at) => (value + green[at]! + blue[at]!) / 3);
}

function luma([red, green, blue]: Planes): Float64Array {
  return red.map((value, at) => LUMA[0] * value + LUMA[1] * green[at]! + LUMA[2] * blue[at]!);
}

/** Positions from the middle on are translations to the left or upwards. */
function signed(position: number, length: number): number {
  return position >= Math.floor(length / 2) ? position - length : position;
}
