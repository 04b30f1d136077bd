import { AVCOL_RANGE_JPEG } from 'node-av/constants';
import { Frame, SoftwareScaleContext, avGetPixFmtFromName } from 'node-av/lib';
import { AcutanceError } from '../../shared/errors.ts';
import type { EncoderPlan } from './export-preset.ts';
import { check } from './ffmpeg-failure.ts';
import { FrameConverter, nameOf } from './frame-converter.ts';
import { planarEquivalent } from './pixel-format.ts';
import type { VideoFrame } from './video-frame.ts';

/** Brings frames into the encoder's pixel format: untouched or rearranged where that is possible, else converted. */
export class FrameConformer {
  readonly #plan: EncoderPlan;
  readonly #converter = new FrameConverter();
  #rearranger: SoftwareScaleContext | undefined;
  #buffer: Float32Array | undefined;

  constructor(plan: EncoderPlan) {
    this.#plan = plan;
  }

  get notices(): readonly string[] {
    return this.#converter.notices;
  }

  /** @returns a frame that the caller frees; it may share the samples of the one given. */
  conform(frame: VideoFrame): Frame {
    const { encoderFormat, frameFormat, videoRangeOnly } = this.#plan;
    const name = nameOf(frame.native);
    const full = frame.native.colorRange === AVCOL_RANGE_JPEG || name.startsWith('yuvj');
    const narrow = full && videoRangeOnly;
    const sameSamples = name.replace('yuvj', 'yuv') === encoderFormat;
    if (sameSamples && !narrow) return this.#share(frame.native, name !== encoderFormat);
    const equivalent = planarEquivalent(name);
    if (equivalent.exact && equivalent.format === frameFormat && !narrow)
      return this.#rearrange(frame.native);
    const { width, height } = frame;
    if (this.#buffer?.length !== 3 * width * height) this.#buffer = new Float32Array(3 * width * height);
    const rgb = this.#converter.toRgb(frame, this.#buffer);
    const converted = this.#converter.fromRgb(rgb, frame, frameFormat, narrow ? 'video' : 'same');
    if (frameFormat === encoderFormat) return converted.native;
    try {
      return this.#rearrange(converted.native);
    } finally {
      converted.dispose();
    }
  }

  #share(native: Frame, fullRangeByName: boolean): Frame {
    const shared = native.clone();
    if (!shared) throw new AcutanceError('out-of-memory', 'A frame could not be referenced: out of memory.');
    if (fullRangeByName) {
      shared.format = avGetPixFmtFromName(this.#plan.encoderFormat);
      shared.colorRange = AVCOL_RANGE_JPEG;
    }
    return shared;
  }

  #rearrange(native: Frame): Frame {
    const target = new Frame();
    target.alloc();
    target.format = avGetPixFmtFromName(this.#plan.encoderFormat);
    target.width = native.width;
    target.height = native.height;
    const doing = `Rearranging the samples of a frame into ${this.#plan.encoderFormat}`;
    try {
      check(target.getBuffer(), 'out-of-memory', doing);
      target.copyProps(native);
      if (!this.#rearranger) {
        this.#rearranger = new SoftwareScaleContext();
        this.#rearranger.allocContext();
      }
      check(this.#rearranger.scaleFrameSync(target, native), 'internal', doing);
      return target;
    } catch (thrown) {
      target.free();
      throw thrown;
    }
  }

  dispose(): void {
    this.#rearranger?.freeContext();
    this.#rearranger = undefined;
    this.#converter.dispose();
    this.#buffer = undefined;
  }
}
