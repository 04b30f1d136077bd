/** The samples of one plane of a picture, seen in place. 8-bit samples clamp and round when stored to. */
export interface SamplePlane {
  readonly data: Uint8ClampedArray | Uint16Array;
  /** Samples from one row to the next. */
  readonly stride: number;
}

/** How integer codes stand for nominal values: `value = (code - offset) * scale`. */
export interface CodeRange {
  readonly lumaOffset: number;
  readonly lumaScale: number;
  readonly chromaOffset: number;
  readonly chromaScale: number;
}
