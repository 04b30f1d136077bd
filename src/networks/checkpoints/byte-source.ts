/** Random access to the bytes of a weight file, so that a reader fetches only the parts it needs. */
export interface ByteSource {
  /** Length in bytes. */
  readonly size: number;
  /**
   * Reads `length` bytes from `offset`. Both are checked by the caller against `size`; a source that can't deliver
   * all of them (a file that shrank meanwhile) throws.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A source over bytes already in memory; what it returns are views, not copies. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.byteLength,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}
