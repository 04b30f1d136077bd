import { packRgba } from '../../shared/picture/packed-picture.ts';
import { FrameConverter } from './frame-converter.ts';
import { encodePicture } from './picture-encoder.ts';
import { scaleDown } from './picture-scaling.ts';
import { turnUpright } from './picture-turning.ts';
import type { Picture } from './picture.ts';
import type { VideoFrame } from './video-frame.ts';

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

  /** The same, packed for `PictureUnpacker`: with the planes of the frame where they can be used as they are. */
  pack(
    frame: VideoFrame,
    options: PictureOptions = {},
  ): Pick<Picture, 'width' | 'height'> & {
    readonly packed: Uint8Array<ArrayBuffer>;
  } {
    const { rotation = 0, maxWidth = Infinity } = options;
    const { width, height } = frame;
    const packed = rotation === 0 && width <= maxWidth ? this.#converter.toPacked(frame) : undefined;
    if (packed) return { width, height, packed };
    const picture = this.make(frame, options);
    return { width: picture.width, height: picture.height, packed: packRgba(picture) };
  }

  /** Compresses a picture: PNG keeps every bit, JPEG is for thumbnails. */
  encode(picture: Picture, format: 'png' | 'jpeg'): Promise<Uint8Array<ArrayBuffer>> {
    return encodePicture(picture, format);
  }

  dispose(): void {
    this.#converter.dispose();
  }
}
