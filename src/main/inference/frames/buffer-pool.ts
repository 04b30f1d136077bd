/** Lends float buffers and takes them back, so that a stream allocates nothing once it is running. */
export class BufferPool {
  readonly #free = new Map<number, Float32Array[]>();

  /** A buffer of exactly `length` values; its content is arbitrary. */
  take(length: number): Float32Array {
    return this.#free.get(length)?.pop() ?? new Float32Array(length);
  }

  /** Gives a buffer back; the caller must not use it any more. */
  give(buffer: Float32Array): void {
    const shelf = this.#free.get(buffer.length);
    if (shelf === undefined) this.#free.set(buffer.length, [buffer]);
    else shelf.push(buffer);
  }

  clear(): void {
    this.#free.clear();
  }
}
