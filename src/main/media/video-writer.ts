import {
  AV_DISPOSITION_DEFAULT,
  AV_PICTURE_TYPE_NONE,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  AVFMT_GLOBALHEADER,
} from 'node-av/constants';
import { type CodecContext, Dictionary, FormatContext, Packet, type Stream } from 'node-av/lib';
import { AcutanceError } from '../../shared/errors.ts';
import type { ClipRange, ExportPreset } from '../../shared/settings.ts';
import { advanceTimecode, rescaleTicks, ticksToSeconds } from '../../shared/time.ts';
import { addChapterBox } from './chapter-boxes.ts';
import { addChapterElement } from './chapter-elements.ts';
import { cutChapters } from './chapters.ts';
import { type EncoderPlan, planEncoder } from './export-preset.ts';
import { check, diskFull, isDiskFull } from './ffmpeg-failure.ts';
import { fileUrl } from './file-url.ts';
import { FrameConformer } from './frame-conformer.ts';
import { CopyError, PacketCopier } from './packet-copier.ts';
import { PartialFile, unwritable } from './partial-file.ts';
import type { VideoStreamInfo } from './media-info.ts';
import { addSideData } from './picture-tags.ts';
import { openEncoder } from './video-encoder.ts';
import type { VideoFrame } from './video-frame.ts';
import type { VideoReader } from './video-reader.ts';

export interface WriteOptions {
  /** Where the frames come from: its tags, sound, subtitles and metadata are carried over. */
  readonly source: VideoReader;
  readonly preset: ExportPreset;
  /** The range whose frames will be written; decides which sound and subtitles go along. */
  readonly range?: ClipRange | undefined;
  /** Whether an existing file may be replaced. */
  readonly overwrite?: boolean | undefined;
  /** Told the path of the partial file before it exists. */
  readonly onTemporary?: ((path: string) => void) | undefined;
}

export interface WriteResult {
  readonly path: string;
  readonly frames: number;
  readonly bytes: number;
  readonly notices: readonly string[];
}

/** Metadata of the container itself, which the output has its own of. */
const CONTAINER_METADATA = new Set([
  'major_brand',
  'minor_version',
  'compatible_brands',
  'encoder',
  'timecode',
]);

/**
 * Encodes frames into a file that appears under its name only when it is complete. Everything else that the source
 * holds is copied alongside. Memory stays bounded: nothing but the encoder's own look-ahead is held.
 */
export class VideoWriter {
  /** The planar format that frames are best made in (`FrameConverter.fromRgb`). */
  readonly framePixelFormat: string;
  /** Exists until the file is finished or aborted. */
  readonly temporaryPath: string;
  readonly #plan: EncoderPlan;
  readonly #source: VideoReader;
  readonly #range: ClipRange;
  readonly #file: PartialFile;
  readonly #format: FormatContext;
  readonly #conformer: FrameConformer;
  readonly #packet = new Packet();
  readonly #notices: string[];
  #encoder: CodecContext | undefined;
  #stream: Stream | undefined;
  #copier: PacketCopier | undefined;
  /** The tick of the source that is time zero of the output; known with the first frame. */
  #origin: bigint | undefined;
  #frames = 0;
  #open = true;

  private constructor(plan: EncoderPlan, options: WriteOptions, file: PartialFile) {
    this.#plan = plan;
    this.#source = options.source;
    this.#range = options.range ?? {};
    this.#file = file;
    this.framePixelFormat = plan.frameFormat;
    this.temporaryPath = file.temporaryPath;
    this.#format = new FormatContext();
    this.#conformer = new FrameConformer(plan);
    this.#packet.alloc();
    this.#notices = [...plan.notices];
    if (options.source.tags.dolbyVision) {
      this.#notices.push('The Dolby Vision data of the clip describes its old frames and is left out.');
    }
  }

  /**
   * Opens encoder and file, so that whatever stands in the way is said before any work is done.
   *
   * @throws AcutanceError `usage` (preset, container and sound don't go together), `output-exists`,
   *   `output-same-as-input`, `output-unwritable`, `disk-full`, `input-unsupported` (no encoder for such a picture).
   */
  static async create(path: string, options: WriteOptions): Promise<VideoWriter> {
    const { info } = options.source;
    const plan = planEncoder(path, options.preset, info.video);
    options.source.ticksOf(options.range ?? {});
    const file = await PartialFile.create(path, info.path, options.overwrite ?? false, options.onTemporary);
    const writer = new VideoWriter(plan, options, file);
    try {
      await writer.#start();
      return writer;
    } catch (thrown) {
      await writer.abort();
      throw thrown;
    }
  }

  async #start(): Promise<void> {
    const { info, tags } = this.#source;
    const writing = `Writing "${this.#file.finalPath}"`;
    const format = this.#format;
    const url = fileUrl(this.temporaryPath);
    check(format.allocOutputContext2(null, this.#plan.container, url), 'output-unwritable', writing);
    const metadata = Object.entries(info.metadata).filter(
      ([key]) => !CONTAINER_METADATA.has(key.toLowerCase()),
    );
    format.metadata = Dictionary.fromObject(Object.fromEntries(metadata));
    this.#encoder = await openEncoder(
      this.#plan,
      this.#source,
      format.oformat?.hasFlags(AVFMT_GLOBALHEADER) ?? false,
    );
    const stream = format.newStream(null);
    this.#stream = stream;
    check(stream.codecpar.fromContext(this.#encoder), 'internal', 'Describing the encoded picture');
    if (this.#plan.codecTag) stream.codecpar.codecTag = this.#plan.codecTag;
    addSideData(stream.codecpar, tags);
    stream.timeBase = this.#encoder.timeBase;
    // Matroska would make the average the duration of every frame.
    if (this.#plan.container !== 'matroska' || isSteady(info.video))
      stream.avgFrameRate = this.#encoder.framerate;
    stream.disposition = AV_DISPOSITION_DEFAULT;
    stream.sampleAspectRatio = this.#encoder.sampleAspectRatio;
    stream.metadata = Dictionary.fromObject({ ...info.video.metadata, timecode: this.#timecode() });
    this.#copier = await PacketCopier.open(info.path, format, {
      container: this.#plan.container,
      chapters: info.chapters.length > 0,
      timecode: info.timecode !== undefined,
    });
    this.#notices.push(...this.#copier.notices);
    this.#check(await format.openOutput());
    const options = Dictionary.fromObject(this.#muxerOptions());
    this.#check(await format.writeHeader(options));
    options.free();
  }

  /** Chapters are added to the finished file, which rules out a leading index and checksums. */
  #muxerOptions(): Record<string, string> {
    const chapters = this.#source.info.chapters.length > 0;
    if (this.#plan.container === 'matroska') return chapters ? { write_crc32: '0' } : {};
    // Phones tell place and camera in keys of their own, which are written in another form than titles are.
    const ownKeys = Object.keys(this.#source.info.metadata).some((key) => /^com\.\w+\./.test(key));
    const flags = [...(chapters ? [] : ['faststart']), ...(ownKeys ? ['use_metadata_tags'] : [])];
    return flags.length > 0 ? { movflags: flags.map((flag) => `+${flag}`).join('') } : {};
  }

  async #addChapters(): Promise<void> {
    const { chapters, video } = this.#source.info;
    const { to } = this.#source.ticksOf(this.#range);
    const start = ticksToSeconds(this.#origin ?? 0n, video.timeBase);
    const end = to === undefined ? undefined : ticksToSeconds(to, video.timeBase);
    const kept = cutChapters(chapters, start, end);
    if (kept.length === 0) return;
    const add = this.#plan.container === 'matroska' ? addChapterElement : addChapterBox;
    try {
      await add(this.temporaryPath, kept);
    } catch (thrown) {
      throw unwritable(this.#file.finalPath, thrown);
    }
  }

  #timecode(): string | undefined {
    const { timecode, video } = this.#source.info;
    const rate = video.averageFrameRate ?? video.nominalFrameRate;
    const { from } = this.#source.ticksOf(this.#range);
    if (!timecode || !rate || from === undefined) return timecode;
    const frames = rescaleTicks(
      from - video.startTicks,
      video.timeBase,
      { num: rate.den, den: rate.num },
      'nearest',
    );
    return advanceTimecode(timecode, frames, rate);
  }

  /**
   * Encodes a frame; frames come in the order of their timestamps. The frame stays the caller's.
   *
   * @throws AcutanceError `disk-full`, `output-unwritable`; `input-unsupported` when the size has changed.
   */
  async write(frame: VideoFrame): Promise<void> {
    const encoder = this.#encoder;
    if (!this.#open || !encoder) throw new AcutanceError('internal', 'The writer is closed.');
    const { video } = this.#source.info;
    if (frame.width !== video.width || frame.height !== video.height) {
      throw new AcutanceError(
        'input-unsupported',
        `The picture changes from ${video.width}x${video.height} to ${frame.width}x${frame.height} at frame ${frame.index}.`,
        { hint: 'Cut the clip where its size changes and export the parts one by one.' },
      );
    }
    const origin = (this.#origin ??= await this.#begin(frame.pts));
    const native = this.#conformer.conform(frame);
    try {
      native.pts = frame.pts - origin;
      native.duration = frame.duration;
      // The encoder decides where its key frames are, not the source's encoder.
      native.pictType = AV_PICTURE_TYPE_NONE;
      this.#check(await encoder.sendFrame(native));
    } finally {
      native.free();
    }
    this.#frames++;
    await this.#drain();
  }

  /** Fixes time zero of the output: the first frame of a range, or the earliest of picture and sound. */
  async #begin(firstPts: bigint): Promise<bigint> {
    const { video } = this.#source.info;
    const { from, to } = this.#source.ticksOf(this.#range);
    const soundStart = this.#copier?.soundStart(video.timeBase);
    let origin = firstPts;
    if (from === undefined && soundStart !== undefined && soundStart < origin) origin = soundStart;
    await this.#copier?.start({ timeBase: video.timeBase, origin, from: from && firstPts, to });
    return origin;
  }

  async #drain(): Promise<void> {
    const { timeBase } = this.#source.info.video;
    const [encoder, stream] = [this.#encoder, this.#stream];
    if (!encoder || !stream) return;
    for (;;) {
      this.#packet.unref();
      const status = await encoder.receivePacket(this.#packet);
      if (status === AVERROR_EAGAIN || status === AVERROR_EOF) return;
      this.#check(status);
      await this.#copy(this.#packet.dts);
      this.#packet.streamIndex = stream.index;
      this.#packet.rescaleTs(timeBase, stream.timeBase);
      this.#check(await this.#format.interleavedWriteFrame(this.#packet));
    }
  }

  async #copy(until: bigint | undefined): Promise<void> {
    try {
      await this.#copier?.copyUntil(until);
    } catch (thrown) {
      if (thrown instanceof CopyError) this.#check(thrown.status);
      throw thrown;
    }
  }

  /**
   * Flushes the encoder, copies the rest of the sound and gives the file its name.
   *
   * @throws AcutanceError as `write`; the temporary file is removed then.
   */
  async finish(): Promise<WriteResult> {
    if (!this.#open || !this.#encoder) throw new AcutanceError('internal', 'The writer is closed.');
    try {
      if (this.#frames === 0) throw new AcutanceError('internal', 'No frame was written.');
      this.#check(await this.#encoder.sendFrame(null));
      await this.#drain();
      await this.#copy(undefined);
      this.#check(await this.#format.writeTrailer());
      this.#check(this.#format.pb?.error ?? 0);
      await this.#close();
      await this.#addChapters();
      const bytes = await this.#file.complete();
      return { path: this.#file.finalPath, frames: this.#frames, bytes, notices: this.notices };
    } catch (thrown) {
      await this.abort();
      throw thrown;
    }
  }

  /** What a user should know about the output so far. */
  get notices(): readonly string[] {
    return [...this.#notices, ...this.#conformer.notices];
  }

  /** Gives up and removes what was written; harmless after `finish` or a second time. */
  async abort(): Promise<void> {
    await this.#close();
    await this.#file.remove();
  }

  async #close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#packet.free();
    this.#conformer.dispose();
    this.#encoder?.freeContext();
    await this.#copier?.dispose();
    await this.#format.closeOutput();
    this.#format.freeContext();
  }

  #check(status: number): void {
    if (isDiskFull(status)) throw diskFull(`Writing "${this.#file.finalPath}"`);
    check(status, 'output-unwritable', `Writing "${this.#file.finalPath}"`);
  }
}

/** Whether every frame lasts as long as the average, give or take what containers round. */
function isSteady({ averageFrameRate: average, nominalFrameRate: nominal }: VideoStreamInfo): boolean {
  if (!average || !nominal) return true;
  return Math.abs((average.num * nominal.den) / (average.den * nominal.num) - 1) < 0.01;
}
