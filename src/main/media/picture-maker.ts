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

  /**
   * The frame in 8 bits: what `FrameConverter.toRgb` gives, clamped to [0, 1], times 255, rounded to the nearest.
   */
  make(frame: VideoFrame, { rotation = 0, maxWidth }: PictureOptions = {}): Picture {
    const { width, height } = frame;
    const upright = turnUpright({ width, height, rgba: this.#converter.toRgba(frame) }, rotation);
    return maxWidth === undefined ? upright : scaleDown(upright, maxWidth);
  }

  /** Compresses a picture: PNG keeps every bit, JPEG is for thumbnails. */
  encode(picture: Picture, format: 'png' | 'jpeg'): Promise<Uint8Array<ArrayBuffer>> {
    return encodePicture(picture, format);
  }

  dispose(): void {
    this.#converter.dispose();
  }
}
