import { type FileHandle, open } from 'node:fs/promises';

/** So many bytes are read at once: elements lie close together or far apart. */
const WINDOW_BYTES = 64 * 1024;

/** Looks into a file here and there; small pieces that lie together cost one reading. */
export class FileWindow {
  /** Of the whole file, in bytes, when it was opened. */
  readonly size: number;
  readonly #file: FileHandle;
  #window: Buffer = Buffer.alloc(0);
  #at = 0;

  private constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.size = size;
  }

  static async open(path: string): Promise<FileWindow> {
    const file = await open(path, 'r');
    try {
      return new FileWindow(file, (await file.stat()).size);
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
  }

  /** The bytes from an offset on; fewer than `count` (a thousand or so at most), or none, at the end of the file. */
  async bytes(at: number, count: number): Promise<Buffer> {
    const end = Math.min(at + count, this.size);
    if (at >= end) return Buffer.alloc(0);
    if (at < this.#at || end > this.#at + this.#window.length) {
      const buffer = Buffer.alloc(Math.min(WINDOW_BYTES, this.size - at));
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, at);
      this.#window = buffer.subarray(0, bytesRead);
      this.#at = at;
    }
    return this.#window.subarray(at - this.#at, end - this.#at);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
