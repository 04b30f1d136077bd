import { Frame, avGetPixFmtFromName } from 'node-av/lib';
import { nameOf } from '../../../../src/main/media/frame-converter.ts';
import { VideoFrame } from '../../../../src/main/media/video-frame.ts';
import { describePlanar } from '../../../../src/main/media/pixel-format.ts';
import { planeOf } from '../../../../src/main/media/sample-plane.ts';
import type { SamplePlane } from '../../../../src/shared/picture/samples.ts';

export interface MadeFrame {
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly matrix?: number;
  readonly range?: number;
  readonly chromaLocation?: number;
  /** The code of a sample. */
  readonly code: (plane: number, x: number, y: number) => number;
}

/** A frame of a planar format with codes of one's own choice. */
export function makeFrame({
  format,
  width,
  height,
  matrix = 2,
  range = 0,
  chromaLocation = 0,
  code,
}: MadeFrame): VideoFrame {
  const native = new Frame();
  native.alloc();
  native.format = avGetPixFmtFromName(format);
  native.width = width;
  native.height = height;
  if (native.getBuffer() < 0) throw new Error(`No memory for a frame of ${format}.`);
  Object.assign(native, { colorSpace: matrix, colorRange: range, chromaLocation });
  const frame = new VideoFrame(0, 0n, 1n, { num: 1, den: 25 }, native);
  for (const [index, plane] of planesOf(frame).entries()) {
    for (let y = 0; y < plane.height; y++) {
      for (let x = 0; x < plane.width; x++) plane.data[y * plane.stride + x] = code(index, x, y);
    }
  }
  return frame;
}

/** Every plane of a frame with its size. */
export function planesOf(
  frame: VideoFrame,
): (SamplePlane & { readonly width: number; readonly height: number })[] {
  const format = describePlanar(nameOf(frame.native));
  if (!format) throw new Error('Not a planar format.');
  const count = (format.model === 'gray' ? 1 : 3) + (format.alpha ? 1 : 0);
  return Array.from({ length: count }, (_, index) => {
    const chroma = format.model === 'yuv' && (index === 1 || index === 2);
    const width = chroma ? (frame.width + format.chromaShiftX) >> format.chromaShiftX : frame.width;
    const height = chroma ? (frame.height + format.chromaShiftY) >> format.chromaShiftY : frame.height;
    return { ...planeOf(frame.native, index, format.bits), width, height };
  });
}

/** All codes of a frame, row by row, plane by plane. */
export function codesOf(frame: VideoFrame): number[] {
  return planesOf(frame).flatMap(({ data, stride, width, height }) =>
    Array.from({ length: height }, (_, y) => [...data.subarray(y * stride, y * stride + width)]).flat(),
  );
}

/** Repeatable noise, 0 up to but not including `limit`. */
export function noise(limit: number): (plane: number, x: number, y: number) => number {
  return (plane, x, y) => {
    let hash = Math.imul(x + 1, 0x9e3779b1) ^ Math.imul(y + 1, 0x85ebca6b) ^ Math.imul(plane + 1, 0xc2b2ae35);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return ((hash ^ (hash >>> 13)) >>> 0) % limit;
  };
}
