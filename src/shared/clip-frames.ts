/** `raw`: rows of R, G, B, A bytes from the top, A always 255. */
export type PictureFormat = 'raw' | 'packed' | 'png' | 'jpeg';

/** Gives a frame of a clip as a picture for the screen: 8 bits, upright. */
export interface FrameRequest {
  readonly input: string;
  /** Number of the frame in the order of display, from 0. */
  readonly frame: number;
  readonly format: PictureFormat;
  /** Pictures wider than this are scaled down, keeping their shape. */
  readonly maxWidth?: number | undefined;
  /** How many of the frames behind it will probably be asked for next. */
  readonly ahead: number;
  /** A file of the caller's, which takes the bytes of a large picture: much quicker than a message. */
  readonly transfer: string;
}

export interface FrameResult {
  readonly width: number;
  readonly height: number;
  /** The picture, or how many bytes of it lie at the beginning of the transfer file. */
  readonly bytes: Uint8Array<ArrayBuffer> | number;
  /** Whether the file has other frames than its index said, so that the caller has to ask for the index again. */
  readonly reindexed: boolean;
}

/** Compresses a picture: PNG without loss, JPEG for small copies. */
export interface EncodeRequest {
  readonly width: number;
  readonly height: number;
  /** Rows of R, G, B, A bytes from the top; alpha is left out. */
  readonly rgba: Uint8Array<ArrayBuffer>;
  readonly format: 'png' | 'jpeg';
}
