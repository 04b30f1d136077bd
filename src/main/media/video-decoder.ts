import { availableParallelism } from 'node:os';
import { AVERROR_EAGAIN, AVERROR_EOF, AV_PKT_FLAG_CORRUPT } from 'node-av/constants';
import { Codec, CodecContext, Frame, Packet, avGetCodecName } from 'node-av/lib';
import { AcutanceError } from '../../shared/errors.ts';
import { check, describeStatus, throwIfCancelled } from './ffmpeg-failure.ts';
import type { MediaSource } from './media-source.ts';

/** Frame threads hold a decoded frame each, so their number bounds the memory of a decoder. */
export const MAX_THREADS = 4;

/** Elsewhere only a packet that the file ends within is marked; here also one at the seam of two recordings. */
const MARKS_SEAMS = 'mpegts';

/** Decodes the picture stream of a source, frame by frame, going on over damaged parts as players do. */
export class VideoDecoder {
  /** Packets that could not be decoded or read. */
  damagedPackets = 0;
  /** Frames before this timestamp that no other frame refers to are left out; it changes no other frame. */
  hurryTo: bigint | undefined;
  /** The packet with this timestamp is taken for the last one: its frame comes at once, and then no more. */
  endWith: bigint | undefined;
  /** Why reading ended before the end of the file; undefined while it did not. */
  endedEarly: string | undefined;
  readonly #source: MediaSource;
  readonly #context: CodecContext;
  readonly #packet: Packet;
  #flushing = false;
  #waiting = false;
  #hurrying = false;

  private constructor(source: MediaSource, context: CodecContext) {
    this.#source = source;
    this.#context = context;
    this.#packet = new Packet();
    this.#packet.alloc();
  }

  /**
   * @param threads - more of them than there are processors make up for those that wait for each other.
   * @throws AcutanceError `input-unsupported` when this FFmpeg has no decoder for the picture.
   */
  static async open(
    source: MediaSource,
    threads = Math.min(MAX_THREADS, availableParallelism()),
  ): Promise<VideoDecoder> {
    const { codecpar, timeBase } = source.video;
    const codec = Codec.findDecoder(codecpar.codecId);
    if (!codec) {
      const name = avGetCodecName(codecpar.codecId) ?? 'unknown';
      throw new AcutanceError(
        'input-unsupported',
        `"${source.path}" holds ${name} video, which can't be decoded here.`,
        {
          hint: 'Convert the clip to H.264, H.265, ProRes or FFV1 first.',
        },
      );
    }
    const context = new CodecContext();
    context.allocContext3(codec);
    try {
      const opening = `Opening the ${codec.name} decoder for "${source.path}"`;
      check(context.parametersToContext(codecpar), 'input-unsupported', opening);
      context.pktTimebase = timeBase;
      context.threadCount = threads;
      check(await context.open2(codec, null), 'input-unsupported', opening);
      return new VideoDecoder(source, context);
    } catch (thrown) {
      context.freeContext();
      throw thrown;
    }
  }

  /**
   * The next frame in the order of display, owned by the caller; undefined at the end.
   *
   * @throws AcutanceError `cancelled` when the signal is aborted; the next call gives the frame that this one owes.
   */
  async next(signal?: AbortSignal): Promise<Frame | undefined> {
    const frame = new Frame();
    frame.alloc();
    for (;;) {
      if (signal?.aborted) frame.free();
      throwIfCancelled(signal);
      const status = await this.#context.receiveFrame(frame);
      if (status >= 0) return frame;
      if (status === AVERROR_EOF) {
        frame.free();
        return undefined;
      }
      if (status === AVERROR_EAGAIN) await this.#feed();
      // Any other status reports a damaged picture; the decoder goes on with the next one.
      else this.damagedPackets++;
    }
  }

  /** Forgets everything it was fed, after its source was moved to another place. */
  restart(): void {
    this.#context.flushBuffers();
    this.#flushing = false;
    this.#waiting = false;
    this.endedEarly = undefined;
  }

  /** The packet that will be decoded next, which belongs to the decoder; undefined at the end of the file. */
  async peek(): Promise<Packet | undefined> {
    if (!this.#waiting) {
      const status = await this.#read();
      if (status !== AVERROR_EOF && status < 0) this.endedEarly = describeStatus(status);
      this.#waiting = status >= 0;
    }
    return this.#waiting ? this.#packet : undefined;
  }

  async #feed(): Promise<void> {
    if (this.#flushing) return;
    if (!(await this.peek())) {
      this.#flushing = true;
      await this.#context.sendPacket(null);
      return;
    }
    this.#waiting = false;
    const { pts } = this.#packet;
    this.#hurry(this.hurryTo !== undefined && pts < this.hurryTo);
    if ((await this.#context.sendPacket(this.#packet)) < 0) this.damagedPackets++;
    if (pts !== this.endWith) return;
    this.#flushing = true;
    await this.#context.sendPacket(null);
  }

  #hurry(hurry: boolean): void {
    if (hurry === this.#hurrying) return;
    this.#hurrying = hurry;
    this.#context.setOption('skip_frame', hurry ? 'noref' : 'default');
  }

  /** Reads the next packet of the picture. */
  async #read(): Promise<number> {
    for (;;) {
      this.#packet.unref();
      const status = await this.#source.format.readFrame(this.#packet);
      if (status === AVERROR_EAGAIN) continue;
      if (status >= 0 && this.#endsFile()) this.endedEarly = 'it ends within a packet';
      if (status < 0 || this.#packet.streamIndex === this.#source.video.index) return status;
    }
  }

  #endsFile(): boolean {
    const marked = (this.#packet.flags & AV_PKT_FLAG_CORRUPT) !== 0;
    return marked && this.#source.format.iformat?.name !== MARKS_SEAMS;
  }

  dispose(): void {
    this.#packet.free();
    this.#context.freeContext();
  }
}
