/** Reads weight files, and keeps a copy where they fit a network. */
export interface ImportWeightsRequest {
  readonly files: readonly {
    readonly path: string;
    /** What it is called, in messages and afterwards. */
    readonly name: string;
    /** Where it is from, in words or as a path. */
    readonly origin: string;
  }[];
  readonly licence?: string | undefined;
  readonly alignCorners?: boolean | undefined;
}
