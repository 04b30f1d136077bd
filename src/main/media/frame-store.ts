import type { AVPixelFormat } from 'node-av/constants';
import { type Frame, avImageGetBufferSize } from 'node-av/lib';

/** Share of the limit above which there is no room to spare. */
const FULL = 0.9;

/** Decoded frames by their number, up to a number of bytes; the one not used for longest goes first. */
export class FrameStore {
  readonly #limit: number;
  readonly #frames = new Map<number, { readonly frame: Frame; readonly bytes: number }>();
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Frames there is room for, judged by those that are kept. */
  get capacity(): number {
    return this.#frames.size === 0 ? 0 : this.#limit / (this.#bytes / this.#frames.size);
  }

  /** Frames that there is still room for, judged by those that are kept; any number where none is. */
  get room(): number {
    return this.#frames.size === 0 ? Infinity : this.capacity - this.#frames.size;
  }

  /** Whether another frame would push one out, or nearly so. */
  get isFull(): boolean {
    return this.room < 1 || this.#bytes > FULL * this.#limit;
  }

  has(number: number): boolean {
    return this.#frames.has(number);
  }

  /** The frame stays the store's own and is good until the next `add` or `clear`. */
  get(number: number): Frame | undefined {
    const entry = this.#frames.get(number);
    if (!entry) return undefined;
    this.#frames.delete(number);
    this.#frames.set(number, entry);
    return entry.frame;
  }

  /** Takes a frame over; it is kept at least until the next one is added. */
  add(number: number, frame: Frame): void {
    this.#remove(number);
    const bytes = sizeOf(frame);
    this.#frames.set(number, { frame, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#frames.keys()) {
      if (this.#bytes <= this.#limit || oldest === number) break;
      this.#remove(oldest);
    }
  }

  /** Removes frames until at most so many bytes are taken. */
  shrink(bytes: number): void {
    for (const oldest of this.#frames.keys()) {
      if (this.#bytes <= bytes) break;
      this.#remove(oldest);
    }
  }

  clear(): void {
    for (const { frame } of this.#frames.values()) frame.free();
    this.#frames.clear();
    this.#bytes = 0;
  }

  #remove(number: number): void {
    const entry = this.#frames.get(number);
    if (!entry) return;
    this.#frames.delete(number);
    this.#bytes -= entry.bytes;
    entry.frame.free();
  }
}

/** Bytes of a frame's planes, about. Looking at the planes themselves would make the garbage collector run. */
function sizeOf({ format, width, height }: Frame): number {
  return Math.max(1, avImageGetBufferSize(format as AVPixelFormat, width, height, 32));
}
