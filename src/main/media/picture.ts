/** Rows of R, G, B, A bytes from the top; A is always 255. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array<ArrayBuffer>;
}
