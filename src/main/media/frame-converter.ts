import {
  AVCOL_RANGE_JPEG,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_RGB,
  AVCOL_SPC_UNSPECIFIED,
  type AVColorSpace,
  type AVPixelFormat,
} from 'node-av/constants';
import { Frame, SoftwareScaleContext, avGetPixFmtFromName, avGetPixFmtName } from 'node-av/lib';
import { AcutanceError } from '../../shared/errors.ts';
import { chromaPhases } from '../../shared/picture/chroma-filter.ts';
import { packYuv } from '../../shared/picture/packed-picture.ts';
import type { CodeRange, SamplePlane } from '../../shared/picture/samples.ts';
import { YuvToRgb, type YuvGeometry } from '../../shared/picture/yuv-to-rgb.ts';
import { type ColorMatrix, codeRange, colorMatrix, effectiveMatrix } from './color-matrix.ts';
import { check } from './ffmpeg-failure.ts';
import { type PixelFormat, describePlanar, planarEquivalent } from './pixel-format.ts';
import { RgbToYuv } from './rgb-to-yuv.ts';
import { readDirect, readDirectToBytes, writeDirect } from './rgb-samples.ts';
import { planeOf } from './sample-plane.ts';
import { VideoFrame } from './video-frame.ts';

/** What the codes of a frame mean, with tags and guesses resolved. */
interface Interpretation {
  /** The matrix number that RGB is given when it becomes YUV; undefined where the frame's own tag stays. */
  readonly newMatrix: AVColorSpace | undefined;
  /** Undefined for RGB and gray. */
  readonly matrix: ColorMatrix | undefined;
  readonly full: boolean;
}

/** What becomes of samples: YUV by way of a kernel, or RGB and gray, where every sample stands for itself. */
interface SampleReaders {
  yuv(
    kernel: YuvToRgb,
    planes: readonly SamplePlane[],
    matrix: ColorMatrix,
    codes: CodeRange,
    bits: number,
  ): void;
  direct(planes: readonly SamplePlane[], codes: CodeRange, bits: number): void;
}

/**
 * Frames to display-referred R'G'B' in floating point and back. Nothing but the matrix, the range and the chroma
 * sampling changes: no transfer function, no rotation. A frame that nobody changed comes back with the very codes
 * it had. Keeps scratch memory and FFmpeg contexts for the last geometry; `dispose()` frees them.
 */
export class FrameConverter {
  readonly #notices = new Set<string>();
  #toRgb: { key: string; kernel: YuvToRgb } | undefined;
  #fromRgb: { key: string; kernel: RgbToYuv } | undefined;
  #rearranger: SoftwareScaleContext | undefined;

  /** What a user should know about the conversions so far. */
  get notices(): readonly string[] {
    return [...this.#notices];
  }

  /**
   * @param into - a buffer of 3 x height x width to fill, made where absent.
   * @returns planar R, G, B, rows from the top; nominal range [0, 1], whiter than white and blacker than black stay
   *   outside it. Alpha is left out.
   */
  toRgb(frame: VideoFrame, into?: Float32Array): Float32Array {
    const { width, height } = frame;
    const rgb = into ?? new Float32Array(3 * width * height);
    if (rgb.length !== 3 * width * height) {
      throw new RangeError(`The buffer must hold 3 x ${height} x ${width} values; it holds ${rgb.length}.`);
    }
    this.#read(frame, {
      yuv: (kernel, planes, matrix, codes) => kernel.convert(planes, matrix, codes, rgb),
      direct: (planes, codes) => readDirect(planes, codes, width, height, rgb),
    });
    return rgb;
  }

  /**
   * The frame in 8 bits: what `toRgb` gives, clamped to [0, 1], times 255, rounded to the nearest.
   *
   * @returns rows of R, G, B, A bytes from the top; A is always 255.
   */
  toRgba(frame: VideoFrame): Uint8Array<ArrayBuffer> {
    const { width, height } = frame;
    const rgba = new Uint32Array(width * height);
    this.#read(frame, {
      yuv: (kernel, planes, matrix, codes) => kernel.convertToBytes(planes, matrix, codes, rgba),
      direct: (planes, codes, bits) => readDirectToBytes(planes, codes, bits, width, height, rgba),
    });
    return new Uint8Array(rgba.buffer);
  }

  /**
   * The planes of the frame as `PictureUnpacker` takes them, who makes of them what `toRgba` gives.
   *
   * @returns undefined where they would take more than R, G, B, A, and for frames of RGB or gray.
   */
  toPacked(frame: VideoFrame): Uint8Array<ArrayBuffer> | undefined {
    let packed: Uint8Array<ArrayBuffer> | undefined;
    this.#read(frame, {
      yuv: ({ geometry }, planes, { toRgb }, codes, bits) =>
        (packed = packYuv(planes, bits, { geometry, toRgb, codes })),
      direct: () => undefined,
    });
    return packed;
  }

  /**
   * @param rgb - planar R, G, B as `toRgb` gives it.
   * @param like - the frame whose time, tags, matrix and range the result takes over.
   * @param pixelFormat - FFmpeg's name of a planar format; without it, the planar equivalent of `like`.
   * @param range - `video` for codes in video range even where those of `like` take the full range.
   */
  fromRgb(
    rgb: Float32Array,
    like: VideoFrame,
    pixelFormat?: string,
    range: 'video' | 'same' = 'same',
  ): VideoFrame {
    const { width, height } = like;
    if (rgb.length !== 3 * width * height) {
      throw new RangeError(
        `A frame of ${width} x ${height} takes 3 x ${height} x ${width} values, not ${rgb.length}.`,
      );
    }
    const name = pixelFormat ?? planarEquivalent(nameOf(like.native)).format;
    const format = describePlanar(name);
    if (!format) throw new RangeError(`Frames can't be made in the pixel format ${name}.`);
    const native = allocateFrame(name, width, height, like.native);
    try {
      const same = this.#interpret(like.native, format);
      const narrowed = range === 'video' && same.full && format.model !== 'rgb';
      const meaning = narrowed ? { ...same, full: false } : same;
      if (narrowed) native.colorRange = AVCOL_RANGE_MPEG;
      tagLike(native, meaning, format);
      const planes = [0, 1, 2]
        .slice(0, format.model === 'gray' ? 1 : 3)
        .map((index) => planeOf(native, index, format.bits));
      const codes = codeRange(format.bits, meaning.full);
      if (meaning.matrix) {
        const geometry = geometryOf(like.native, format);
        const key = JSON.stringify(geometry);
        if (this.#fromRgb?.key !== key) this.#fromRgb = { key, kernel: new RgbToYuv(geometry) };
        this.#fromRgb.kernel.convert(rgb, meaning.matrix, codes, format.bits, planes);
      } else {
        writeDirect(rgb, planes, format, codes, width, height);
      }
      if (format.alpha) this.#copyAlpha(like.native, native, format);
      return new VideoFrame(like.index, like.pts, like.duration, like.timeBase, native);
    } catch (thrown) {
      native.free();
      throw thrown;
    }
  }

  dispose(): void {
    this.#rearranger?.freeContext();
    this.#rearranger = undefined;
    this.#toRgb = undefined;
    this.#fromRgb = undefined;
  }

  /** Finds out what a frame's samples mean and hands them to the reader that fits. */
  #read(frame: VideoFrame, read: SampleReaders): void {
    const { native, format, temporary } = this.#planar(frame.native);
    try {
      const meaning = this.#interpret(frame.native, format);
      const codes = codeRange(format.bits, meaning.full);
      const planes = [0, 1, 2]
        .slice(0, format.model === 'gray' ? 1 : 3)
        .map((index) => planeOf(native, index, format.bits));
      if (meaning.matrix) {
        const geometry = geometryOf(native, format);
        const key = JSON.stringify(geometry);
        if (this.#toRgb?.key !== key) this.#toRgb = { key, kernel: new YuvToRgb(geometry) };
        read.yuv(this.#toRgb.kernel, planes, meaning.matrix, codes, format.bits);
      } else {
        read.direct(planes, codes, format.bits);
      }
    } finally {
      if (temporary) native.free();
    }
  }

  /** The matrix and range of a frame's codes when they are held in `format`. */
  #interpret(frame: Frame, format: PixelFormat): Interpretation {
    const name = nameOf(frame);
    const source = describePlanar(name) ?? describePlanar(planarEquivalent(name).format);
    const newMatrix =
      source?.model === 'rgb' && format.model === 'yuv'
        ? (effectiveMatrix(AVCOL_SPC_UNSPECIFIED, frame.height) as AVColorSpace)
        : undefined;
    // RGB that becomes YUV takes video range, which every player expects.
    const full =
      newMatrix === undefined && (frame.colorRange === AVCOL_RANGE_JPEG || source?.fullRangeByName === true);
    const tag = newMatrix ?? frame.colorSpace;
    if (format.model === 'rgb') return { newMatrix, matrix: undefined, full: true };
    if (format.model === 'gray' || tag === AVCOL_SPC_RGB) return { newMatrix, matrix: undefined, full };
    const matrix = colorMatrix(effectiveMatrix(tag, frame.height));
    if (!matrix.exact) {
      this.#notices.add(`Colour matrix ${tag} is not linear; the nearest linear one is used both ways.`);
    }
    return { newMatrix, matrix, full };
  }

  /** The frame itself where its format is worked on directly, else a copy in the planar equivalent. */
  #planar(frame: Frame): { native: Frame; format: PixelFormat; temporary: boolean } {
    const name = nameOf(frame);
    const upright = frame.linesize.every((linesize) => linesize >= 0);
    const direct = describePlanar(name);
    if (direct && upright) return { native: frame, format: direct, temporary: false };
    const equivalent = planarEquivalent(name);
    const format = describePlanar(equivalent.format);
    if (!format)
      throw new AcutanceError('input-unsupported', `Frames in the pixel format ${name} can't be worked on.`);
    if (!equivalent.exact) {
      this.#notices.add(
        `The pixel format ${name} is converted to ${equivalent.format}, with small rounding differences.`,
      );
    }
    const native = allocateFrame(equivalent.format, frame.width, frame.height, frame);
    this.#rearranger ??= new SoftwareScaleContext();
    const context = this.#rearranger;
    context.allocContext();
    check(
      context.scaleFrameSync(native, frame),
      'input-unsupported',
      `Converting ${name} to ${equivalent.format}`,
    );
    return { native, format, temporary: true };
  }

  #copyAlpha(from: Frame, to: Frame, format: PixelFormat): void {
    const source = this.#planar(from);
    try {
      const target = planeOf(to, 3, format.bits);
      if (source.format.alpha && source.format.bits === format.bits) {
        const alpha = planeOf(source.native, 3, format.bits);
        for (let y = 0; y < to.height; y++) {
          target.data.set(
            alpha.data.subarray(y * alpha.stride, y * alpha.stride + to.width),
            y * target.stride,
          );
        }
      } else {
        target.data.fill(2 ** format.bits - 1);
      }
    } finally {
      if (source.temporary) source.native.free();
    }
  }
}

/** Writes what an interpretation decided into the tags of a new frame. */
function tagLike(native: Frame, meaning: Interpretation, format: PixelFormat): void {
  if (meaning.newMatrix !== undefined) {
    native.colorSpace = meaning.newMatrix;
    native.colorRange = AVCOL_RANGE_MPEG;
  } else if (meaning.full && format.model !== 'rgb') {
    native.colorRange = AVCOL_RANGE_JPEG;
  }
}

/** FFmpeg's name of a frame's pixel format. */
export function nameOf(frame: Frame): string {
  return avGetPixFmtName(frame.format as AVPixelFormat) ?? `unknown (${frame.format})`;
}

/** A frame with its own memory and the properties (time, tags, side data) of another. */
function allocateFrame(format: string, width: number, height: number, like: Frame): Frame {
  const frame = new Frame();
  frame.alloc();
  frame.format = avGetPixFmtFromName(format);
  frame.width = width;
  frame.height = height;
  const allocated = frame.getBuffer();
  if (allocated < 0) {
    frame.free();
    check(allocated, 'out-of-memory', `Making a frame of ${width} x ${height}`);
  }
  frame.copyProps(like);
  return frame;
}

function geometryOf(frame: Frame, format: PixelFormat): YuvGeometry {
  const { chromaShiftX, chromaShiftY } = format;
  const phases = chromaPhases(frame.chromaLocation);
  return { width: frame.width, height: frame.height, chromaShiftX, chromaShiftY, phases };
}
