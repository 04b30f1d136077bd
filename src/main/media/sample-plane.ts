import type { Frame } from 'node-av/lib';
import type { SamplePlane } from '../../shared/picture/samples.ts';

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
