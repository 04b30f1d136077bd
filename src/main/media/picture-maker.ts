import { FrameConverter } from './frame-converter.ts';
import { encodePicture } from './picture-encoder.ts';
import { scaleDown } from './picture-scaling.ts';
import { turnUpright } from './picture-turning.ts';
import type { VideoFrame } from './video-frame.ts';

/** Rows of R, G, B, A bytes from the top; A is always 255. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array<ArrayBuffer>;
}

export interface PictureOptions {
  /** Degrees clockwise by which the frame is turned; only quarter turns are carried out. */
  readonly rotation?: number | undefined;
  /** Wider pictures are scaled down to this width. */
  readonly maxWidth?: number | undefined;
}

/** Makes pictures for the screen out of frames. Keeps scratch memory; `dispose()` frees it. */
export class PictureMaker {
  readonly #converter = new FrameConverter();
  #planes: Float32Array | undefined;

  /**
   * The frame in 8 bits: what `FrameConverter.toRgb` gives, clamped to [0, 1], times 255, rounded to the nearest.
   */
  make(frame: VideoFrame, { rotation = 0, maxWidth }: PictureOptions = {}): Picture {
    const { width, height } = frame;
    const upright = turnUpright({ width, height, rgba: this.#rgba(frame) }, rotation);
    return maxWidth === undefined ? upright : scaleDown(upright, maxWidth);
  }

  /** Compresses a picture: PNG keeps every bit, JPEG is for thumbnails. */
  encode(picture: Picture, format: 'png' | 'jpeg'): Promise<Uint8Array<ArrayBuffer>> {
    return encodePicture(picture, format);
  }

  dispose(): void {
    this.#converter.dispose();
    this.#planes = undefined;
  }

  #rgba(frame: VideoFrame): Uint8Array<ArrayBuffer> {
    const size = frame.width * frame.height;
    if (this.#planes?.length !== 3 * size) this.#planes = new Float32Array(3 * size);
    const planes = this.#converter.toRgb(frame, this.#planes);
    const rgba = new Uint8ClampedArray(4 * size);
    for (let i = 0; i < size; i++) {
      rgba[4 * i] = Math.round(planes[i]! * 255);
      rgba[4 * i + 1] = Math.round(planes[size + i]! * 255);
      rgba[4 * i + 2] = Math.round(planes[2 * size + i]! * 255);
      rgba[4 * i + 3] = 255;
    }
    return new Uint8Array(rgba.buffer);
  }
}
