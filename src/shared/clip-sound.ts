/** The sound of a clip as a WAV file that exists only piece by piece: 16-bit PCM, 48 kHz. */
export interface SoundDescription {
  readonly codec: string;
  /** As served: 1 or 2. */
  readonly channels: number;
  /** From the first frame of the picture to the end of picture and sound. */
  readonly durationSeconds: number;
  /** Length of the whole WAV file. */
  readonly bytes: number;
}

/** Looks for the sound that belongs to a clip's picture. */
export interface SoundRequest {
  readonly input: string;
}

export interface SoundResult {
  /** Undefined where the clip has no sound. */
  readonly sound: SoundDescription | undefined;
}

/** Decodes the bytes `from <= i < to` of a clip's sound as a WAV file. */
export interface WaveRequest {
  readonly input: string;
  readonly from: number;
  readonly to: number;
  /** A file of the caller's, which takes the bytes where they are many: much quicker than a message. */
  readonly transfer: string;
}

export interface WaveResult {
  /** The bytes, or how many of them lie at the beginning of the transfer file. */
  readonly bytes: Uint8Array<ArrayBuffer> | number;
}
