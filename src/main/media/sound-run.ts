import {
  AVDISCARD_ALL,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  AVMEDIA_TYPE_AUDIO,
  AVSEEK_FLAG_BACKWARD,
} from 'node-av/constants';
import { Codec, CodecContext, Frame, Packet, type Stream, avGetCodecName } from 'node-av/lib';
import { AcutanceError } from '../../shared/errors.ts';
import type { Rational } from '../../shared/time.ts';
import { check } from './ffmpeg-failure.ts';
import { MediaSource } from './media-source.ts';
import { ticks } from './packet-scan.ts';
import { type PlanarSamples, planarSamples } from './sound-samples.ts';

/** Some decoded sound; it belongs to the receiver. */
export interface SoundBlock {
  /** Ticks of the stream; NaN where the container tells no time. */
  readonly pts: number;
  readonly rate: number;
  readonly channels: PlanarSamples;
  /** The positions of the channels as FFmpeg's mask; 0 where unknown. */
  readonly layout: bigint;
}

/** What the container says about a stream of sound. */
export interface SoundStream {
  readonly codec: string;
  readonly timeBase: Rational;
  /** Ticks; undefined where the container does not tell. */
  readonly end: number | undefined;
}

/** A decoder for the sound that belongs to the picture, which can be moved to other times. */
export class SoundRun {
  readonly stream: SoundStream;
  readonly #source: MediaSource;
  readonly #sound: Stream;
  #context: CodecContext;
  readonly #packet = new Packet();
  readonly #frame = new Frame();
  #flushing = false;

  private constructor(source: MediaSource, sound: Stream, context: CodecContext) {
    this.#source = source;
    this.#sound = sound;
    this.#context = context;
    this.#packet.alloc();
    this.#frame.alloc();
    const { num, den } = sound.timeBase;
    const start = ticks(sound.startTime);
    const duration = ticks(sound.duration);
    const end = (Number.isNaN(start) ? 0 : start) + duration;
    this.stream = {
      codec: avGetCodecName(sound.codecpar.codecId) ?? 'unknown',
      timeBase: { num, den },
      end: duration > 0 ? end : undefined,
    };
  }

  /**
   * @returns undefined where the clip has no sound.
   * @throws AcutanceError as `MediaSource.open`, and `input-unsupported` when there is no decoder for the sound.
   */
  static async open(path: string): Promise<SoundRun | undefined> {
    const source = await MediaSource.open(path);
    try {
      const { format, video } = source;
      const sound = format.streams[format.findBestStream(AVMEDIA_TYPE_AUDIO, -1, video.index)];
      if (!sound) {
        await source.close();
        return undefined;
      }
      for (const stream of format.streams) if (stream.index !== sound.index) stream.discard = AVDISCARD_ALL;
      const context = await openDecoder(path, sound);
      return new SoundRun(source, sound, context);
    } catch (thrown) {
      await source.close();
      throw thrown;
    }
  }

  /** Moves to a time at or before one in ticks; where exactly shows with the next block. */
  async seek(target: number): Promise<boolean> {
    const { format } = this.#source;
    const moved = await format.seekFrame(this.#sound.index, BigInt(Math.floor(target)), AVSEEK_FLAG_BACKWARD);
    // Decoders that fill in noise go on from where their generator was; a new one always gives the same.
    const fresh = await openDecoder(this.#source.path, this.#sound);
    this.#context.freeContext();
    this.#context = fresh;
    this.#flushing = false;
    return moved >= 0;
  }

  /** The next block of sound; undefined at the end. Damaged packets give no sound. */
  next(): SoundBlock | undefined {
    for (;;) {
      this.#frame.unref();
      // Sound decodes in microseconds; doing it in other threads would take longer.
      const status = this.#context.receiveFrameSync(this.#frame);
      if (status >= 0) return this.#block();
      if (status === AVERROR_EOF) return undefined;
      if (status === AVERROR_EAGAIN && !this.#feed()) return undefined;
    }
  }

  async dispose(): Promise<void> {
    this.#packet.free();
    this.#frame.free();
    this.#context.freeContext();
    await this.#source.close();
  }

  #feed(): boolean {
    if (this.#flushing) return false;
    for (;;) {
      this.#packet.unref();
      const status = this.#source.format.readFrameSync(this.#packet);
      if (status === AVERROR_EAGAIN) continue;
      if (status < 0) {
        this.#flushing = true;
        this.#context.sendPacketSync(null);
        return true;
      }
      if (this.#packet.streamIndex !== this.#sound.index) continue;
      this.#context.sendPacketSync(this.#packet);
      return true;
    }
  }

  #block(): SoundBlock {
    const frame = this.#frame;
    return {
      pts: ticks(frame.bestEffortTimestamp),
      rate: frame.sampleRate,
      channels: planarSamples(frame),
      layout: frame.channelLayout.mask,
    };
  }
}

async function openDecoder(path: string, { codecpar, timeBase }: Stream): Promise<CodecContext> {
  const codec = Codec.findDecoder(codecpar.codecId);
  const name = avGetCodecName(codecpar.codecId) ?? 'unknown';
  if (!codec) {
    throw new AcutanceError(
      'input-unsupported',
      `"${path}" has ${name} sound, which can't be decoded here.`,
      {
        hint: 'The picture can be used all the same.',
      },
    );
  }
  const opening = `Opening the ${name} decoder for the sound of "${path}"`;
  const context = new CodecContext();
  try {
    context.allocContext3(codec);
    check(context.parametersToContext(codecpar), 'input-unsupported', opening);
    context.pktTimebase = timeBase;
    check(await context.open2(codec, null), 'input-unsupported', opening);
    return context;
  } catch (thrown) {
    context.freeContext();
    throw thrown;
  }
}
