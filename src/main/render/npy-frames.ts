import { open, type FileHandle } from 'node:fs/promises';
import { AcutanceError } from '../../shared/errors.ts';
import { decodeNpy, parseNpyHeader, type NpyHeader } from '../../shared/npy.ts';

/** More than any header NumPy writes for four axes. */
const HEADER_BYTES = 65_536 + 12;

/** An array of frames in a file, N x 3 x H x W, of which one frame at a time is in memory. */
export class NpyFrames {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #header: NpyHeader;

  private constructor(path: string, file: FileHandle, header: NpyHeader) {
    const [frames = 0, , height = 0, width = 0] = header.dims;
    this.frames = frames;
    this.height = height;
    this.width = width;
    this.#path = path;
    this.#file = file;
    this.#header = header;
  }

  /** @throws AcutanceError `input-unreadable`, `input-corrupt`, `input-unsupported`. */
  static async open(path: string): Promise<NpyFrames> {
    let file: FileHandle | undefined;
    try {
      file = await open(path);
      const head = Buffer.alloc(HEADER_BYTES);
      const { bytesRead } = await file.read(head, 0, HEADER_BYTES, 0);
      const header = parseNpyHeader(head.subarray(0, bytesRead), path);
      checkFrames(header, path);
      const { size } = await file.stat();
      // The whole-file reader words the message about what is missing.
      if (size < header.dataOffset + header.dataBytes) decodeNpy(head.subarray(0, bytesRead), path);
      return new NpyFrames(path, file, header);
    } catch (error) {
      await file?.close();
      if (error instanceof AcutanceError) throw error;
      throw unreadable(path, error);
    }
  }

  get dims(): readonly number[] {
    return this.#header.dims;
  }

  /**
   * Every frame as 3 x H x W; an array is overwritten when the next frame is asked for.
   * @throws AcutanceError `input-corrupt` at a frame that is cut off or has values that are not finite.
   */
  async *read(): AsyncGenerator<Float32Array, void, undefined> {
    const values = 3 * this.height * this.width;
    const wide = this.#header.type === 'float64';
    const bytes = new Uint8Array(values * (wide ? 8 : 4));
    for (let index = 0; index < this.frames; index++) {
      await this.#fill(bytes, this.#header.dataOffset + index * bytes.byteLength);
      const frame = wide ? Float32Array.from(new Float64Array(bytes.buffer)) : new Float32Array(bytes.buffer);
      // A network would spread it over the picture, and the weights would get the blame.
      if (!frame.every(Number.isFinite)) {
        throw new AcutanceError(
          'input-corrupt',
          `Frame ${index} of ${this.#path} has values that are not finite.`,
          {
            hint: 'Replace NaN and infinities: numpy.nan_to_num(array).',
          },
        );
      }
      yield frame;
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #fill(bytes: Uint8Array, position: number): Promise<void> {
    for (let filled = 0; filled < bytes.byteLength;) {
      const { bytesRead } = await this.#file.read(
        bytes,
        filled,
        bytes.byteLength - filled,
        position + filled,
      );
      if (bytesRead === 0)
        throw new AcutanceError('input-corrupt', `${this.#path} became shorter while it was read.`);
      filled += bytesRead;
    }
  }
}

function checkFrames({ dims, type, fortranOrder }: NpyHeader, path: string): void {
  const [frames = 0, channels, height = 0, width = 0] = dims;
  const isFrames = dims.length === 4 && channels === 3;
  if (isFrames && (frames < 1 || height < 1 || width < 1)) {
    throw new AcutanceError(
      'input-unsupported',
      `${path} has no pixels: its shape is (${dims.join(', ')}).`,
      { hint: 'Give at least one frame.' },
    );
  }
  if (!isFrames) {
    throw new AcutanceError(
      'input-unsupported',
      `${path} has the shape (${dims.join(', ')}), not N x 3 x H x W.`,
      {
        hint: 'Frames are on the first axis, red, green and blue on the second.',
      },
    );
  }
  if (type === 'uint8') {
    throw new AcutanceError(
      'input-unsupported',
      `${path} holds uint8 elements; frames are float32 or float64.`,
      {
        hint: 'Divide by 255: numpy.save(path, array.astype("float32") / 255).',
      },
    );
  }
  if (fortranOrder) {
    throw new AcutanceError('input-unsupported', `${path} is in column-major (Fortran) order.`, {
      hint: 'Save it in row-major order: numpy.save(path, numpy.ascontiguousarray(array)).',
    });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
};

function unreadable(path: string, error: unknown): AcutanceError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
  return new AcutanceError('input-unreadable', `Can't read ${path}: ${reason}.`, {
    hint: 'Check the name and that you may read it.',
    cause: error,
  });
}
