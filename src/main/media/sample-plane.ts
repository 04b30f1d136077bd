import type { Frame } from 'node-av/lib';

/** The samples of one plane of a frame, seen in place. 8-bit samples clamp and round when stored to. */
export interface SamplePlane {
  readonly data: Uint8ClampedArray | Uint16Array;
  /** Samples from one row to the next. */
  readonly stride: number;
}

/** Views plane `index` of a frame in system memory; 16-bit words where `bits` is above 8. */
export function planeOf(frame: Frame, index: number, bits: number): SamplePlane {
  const buffer = frame.data?.[index];
  const linesize = frame.linesize[index];
  if (!buffer || linesize === undefined || linesize <= 0) {
    throw new RangeError(`The frame has no plane ${index} in system memory.`);
  }
  if (bits <= 8) {
    return {
      data: new Uint8ClampedArray(buffer.buffer, buffer.byteOffset, buffer.byteLength),
      stride: linesize,
    };
  }
  return {
    data: new Uint16Array(buffer.buffer, buffer.byteOffset, buffer.byteLength >> 1),
    stride: linesize >> 1,
  };
}
