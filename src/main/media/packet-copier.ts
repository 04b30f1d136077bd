import {
  AV_CODEC_ID_BIN_DATA,
  AV_NOPTS_VALUE,
  AV_DISPOSITION_ATTACHED_PIC,
  AVDISCARD_ALL,
  AVDISCARD_DEFAULT,
  AVMEDIA_TYPE_ATTACHMENT,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_DATA,
  AVMEDIA_TYPE_VIDEO,
  AVSEEK_FLAG_BACKWARD,
  AVSEEK_FLAG_BYTE,
} from 'node-av/constants';
import {
  Dictionary,
  type FormatContext,
  Packet,
  type Stream,
  avGetCodecName,
  avGetMediaTypeString,
} from 'node-av/lib';
import { AcutanceError } from '../../shared/errors.ts';
import { type Rational, rescaleTicks } from '../../shared/time.ts';
import { containerHolds } from './container-trial.ts';
import { MediaSource } from './media-source.ts';
import { type SubtitleRecoding, subtitleRecoding } from './subtitle-text.ts';

/** The part of the source to copy, in ticks of the picture's time base. */
export interface CopyWindow {
  readonly timeBase: Rational;
  /** What becomes time zero. */
  readonly origin: bigint;
  /** Where the range begins and ends; undefined for the ends of the file. */
  readonly from: bigint | undefined;
  readonly to: bigint | undefined;
}

/** The file that streams are copied into. */
export interface CopyTarget {
  /** FFmpeg's name of the container. */
  readonly container: string;
  /** Whether the writer makes chapters and a timecode of its own, which stand for the source's tracks of them. */
  readonly chapters: boolean;
  readonly timecode: boolean;
}

interface CopiedStream {
  readonly source: Stream;
  readonly target: Stream;
  readonly sound: boolean;
  readonly recode: SubtitleRecoding | undefined;
  lastDts: bigint | undefined;
  done: boolean;
}

/** How far before the range copying starts to look for subtitles that are still shown when it begins, seconds. */
const SUBTITLE_LOOKBACK = 30n;

const SECOND: Rational = { num: 1, den: 1 };

/**
 * Copies sound, subtitles, attachments and data of a source into an output as they are, in step with the picture
 * that is written meanwhile. It reads the source a second time and holds one packet.
 */
export class PacketCopier {
  readonly notices: string[] = [];
  readonly #source: MediaSource;
  readonly #output: FormatContext;
  readonly #copied = new Map<number, CopiedStream>();
  readonly #packet: Packet;
  readonly #allowsPreroll: boolean;
  #window: CopyWindow | undefined;
  #pending = false;
  #ended = false;

  private constructor(source: MediaSource, output: FormatContext, allowsPreroll: boolean) {
    this.#source = source;
    this.#output = output;
    this.#allowsPreroll = allowsPreroll;
    this.#packet = new Packet();
    this.#packet.alloc();
  }

  /**
   * Adds the streams of the source that the container holds to an output whose header is not written yet. Every
   * stream that is left out is named in a notice.
   *
   * @throws AcutanceError `usage` when the container can't hold the sound. Other streams that it can't hold are
   *   left out with a notice.
   */
  static async open(path: string, output: FormatContext, target: CopyTarget): Promise<PacketCopier> {
    const source = await MediaSource.open(path);
    const copier = new PacketCopier(source, output, target.container !== 'matroska');
    try {
      for (const stream of source.format.streams) await copier.#add(stream, target);
      return copier;
    } catch (thrown) {
      await copier.dispose();
      throw thrown;
    }
  }

  async #add(stream: Stream, { container, chapters, timecode }: CopyTarget): Promise<void> {
    const { codecpar } = stream;
    const type = codecpar.codecType;
    if (stream.index === this.#source.video.index) {
      // The alpha layer of VP8 and VP9 is a second picture beside the one that is decoded.
      if (stream.metadata?.get('alpha_mode') === '1')
        this.notices.push('The transparency of the clip lies in a layer that is not read; it is left out.');
      stream.discard = AVDISCARD_ALL;
      return;
    }
    const name = nameOf(stream);
    if (type === AVMEDIA_TYPE_DATA) {
      const tag = codecpar.codecTagString ?? '';
      const rewritten = (tag === 'tmcd' && timecode) || (tag === 'text' && chapters);
      // Without its tag such data means nothing, and containers take none that they don't know.
      const opaque = ['tmcd', 'text'].includes(tag) || codecpar.codecId === AV_CODEC_ID_BIN_DATA;
      if (opaque && !rewritten) this.notices.push(`The ${name} is left out: it can't be copied.`);
      if (opaque) {
        stream.discard = AVDISCARD_ALL;
        return;
      }
    }
    const recode = subtitleRecoding(codecpar.codecId, container);
    const file =
      container === 'matroska' ? 'an .mkv file' : `${container === 'mp4' ? 'an' : 'a'} .${container} file`;
    if (!recode && !(await containerHolds(container, stream))) {
      stream.discard = AVDISCARD_ALL;
      if (type === AVMEDIA_TYPE_AUDIO) {
        throw new AcutanceError(
          'usage',
          `${file.charAt(0).toUpperCase()}${file.slice(1)} can't hold the ${name} of "${this.#source.path}".`,
          {
            hint: 'Write to an .mkv file, which holds nearly every kind of sound.',
          },
        );
      }
      const other = container === 'matroska' ? '' : ' An .mkv file may.';
      this.notices.push(`The ${name} is left out: ${file} can't hold it.${other}`);
      return;
    }
    if (recode) this.notices.push(`The ${name} is converted to ${recode.codecName} for ${file}.`);
    if (type === AVMEDIA_TYPE_VIDEO && !stream.hasDisposition(AV_DISPOSITION_ATTACHED_PIC))
      this.notices.push(`The ${name} is copied as it is: only the main picture is worked on.`);
    const target = this.#output.newStream(null);
    codecpar.copy(target.codecpar);
    target.codecpar.codecTag = 0;
    recode?.apply(target.codecpar);
    target.timeBase = stream.timeBase;
    target.disposition = stream.disposition;
    target.metadata = Dictionary.fromObject(streamMetadata(stream));
    if (type === AVMEDIA_TYPE_VIDEO) target.avgFrameRate = stream.avgFrameRate;
    if (type === AVMEDIA_TYPE_ATTACHMENT) return;
    const sound = type === AVMEDIA_TYPE_AUDIO;
    this.#copied.set(stream.index, {
      source: stream,
      target,
      sound,
      recode,
      lastDts: undefined,
      done: false,
    });
  }

  /** Earliest start of the sound, in ticks of `timeBase`, rounded down. */
  soundStart(timeBase: Rational): bigint | undefined {
    let earliest: bigint | undefined;
    for (const { source, sound } of this.#copied.values()) {
      if (!sound || source.startTime === AV_NOPTS_VALUE) continue;
      const start = rescaleTicks(source.startTime, source.timeBase, timeBase, 'down');
      if (earliest === undefined || start < earliest) earliest = start;
    }
    return earliest;
  }

  /** Sets what to copy and moves there; called once, after the output's header was written. */
  async start(window: CopyWindow): Promise<void> {
    this.#window = window;
    if (window.from === undefined || this.#copied.size === 0) return;
    const target = window.from - rescaleTicks(SUBTITLE_LOOKBACK, SECOND, window.timeBase);
    const { format, video } = this.#source;
    if (target <= (video.startTime === AV_NOPTS_VALUE ? 0n : video.startTime)) return;
    // Some demuxers look for a time among the picture's packets, and find none while those are discarded.
    video.discard = AVDISCARD_DEFAULT;
    const status = await format.seekFrame(video.index, target, AVSEEK_FLAG_BACKWARD);
    video.discard = AVDISCARD_ALL;
    if (status < 0) await format.seekFrame(-1, 0n, AVSEEK_FLAG_BYTE);
  }

  /** Writes the packets that belong before a tick of the output, counted in the window's time base. */
  async copyUntil(tick: bigint | undefined): Promise<void> {
    const window = this.#window;
    if (!window || this.#copied.size === 0) return;
    while (!this.#ended) {
      if (!this.#pending && !(await this.#read())) return;
      const stream = this.#copied.get(this.#packet.streamIndex);
      if (stream && !stream.done) {
        const dts =
          rescaleTicks(decodingTime(this.#packet), stream.source.timeBase, window.timeBase) - window.origin;
        if (tick !== undefined && dts > tick) return;
        await this.#write(stream, window);
      }
      this.#pending = false;
    }
  }

  async #read(): Promise<boolean> {
    this.#packet.unref();
    if ([...this.#copied.values()].every((stream) => stream.done)) this.#ended = true;
    else if ((await this.#source.format.readFrame(this.#packet)) < 0) this.#ended = true;
    this.#pending = !this.#ended;
    return this.#pending;
  }

  async #write(stream: CopiedStream, window: CopyWindow): Promise<void> {
    const packet = this.#packet;
    const { source, target } = stream;
    const inTicks = (tick: bigint) => rescaleTicks(tick, window.timeBase, source.timeBase);
    const start = packet.pts === AV_NOPTS_VALUE ? decodingTime(packet) : packet.pts;
    if (window.to !== undefined && start >= inTicks(window.to)) {
      stream.done = true;
      return;
    }
    if (window.from !== undefined && !this.#reaches(stream, start, inTicks(window.from))) return;
    const origin = inTicks(window.origin);
    let duration = packet.duration;
    if (!stream.sound && window.from !== undefined && start < inTicks(window.from)) {
      // A subtitle that is on screen when the range begins starts with it.
      duration -= inTicks(window.from) - start;
      packet.pts = inTicks(window.from);
      packet.dts = packet.pts;
    }
    if (!stream.sound && window.to !== undefined) {
      const rest = inTicks(window.to) - (packet.pts === AV_NOPTS_VALUE ? start : packet.pts);
      if (duration > rest) duration = rest;
    }
    if (stream.recode) packet.data = stream.recode.convert(packet.data ?? Buffer.alloc(0));
    packet.duration = duration;
    packet.pts = (packet.pts === AV_NOPTS_VALUE ? start : packet.pts) - origin;
    packet.dts = (packet.dts === AV_NOPTS_VALUE ? start : packet.dts) - origin;
    packet.rescaleTs(source.timeBase, target.timeBase);
    if (stream.lastDts !== undefined && packet.dts <= stream.lastDts) {
      packet.dts = stream.lastDts + 1n;
      if (packet.pts < packet.dts) packet.pts = packet.dts;
    }
    stream.lastDts = packet.dts;
    packet.streamIndex = target.index;
    packet.pos = -1n;
    const status = await this.#output.interleavedWriteFrame(packet);
    if (status < 0) throw new CopyError(status, source.index);
  }

  /** Sound may start one packet early where the container can hide it, for the decoder to settle. */
  #reaches(stream: CopiedStream, start: bigint, from: bigint): boolean {
    const { duration } = this.#packet;
    if (!stream.sound) return start + duration > from;
    return this.#allowsPreroll ? start + 2n * duration > from : start >= from;
  }

  async dispose(): Promise<void> {
    this.#packet.free();
    await this.#source.close();
  }
}

/** A packet could not be written; the writer knows what the status means for the file. */
export class CopyError extends Error {
  readonly status: number;

  constructor(status: number, stream: number) {
    super(`Stream ${stream} could not be copied.`);
    this.status = status;
  }
}

/** As it is called in messages: `data stream 2 (gpmd)`. */
function nameOf({ index, codecpar }: Stream): string {
  const { codecType, codecId, codecTagString } = codecpar;
  const readable = /^[\w ]{4}$/.test(codecTagString ?? '') ? codecTagString : undefined;
  const kind = codecId === AV_CODEC_ID_BIN_DATA || codecType === AVMEDIA_TYPE_DATA ? readable : undefined;
  const codec = kind ?? avGetCodecName(codecId) ?? 'unknown';
  return `${avGetMediaTypeString(codecType) ?? 'unknown'} stream ${index} (${codec})`;
}

/** Without what describes the file that the stream was in: its exact length, its muxer's statistics. */
function streamMetadata(stream: Stream): Record<string, string> {
  const stale = /^(duration|encoder|bps|number_of_.*|_statistics_.*|vendor_id|timecode)(-.*)?$/i;
  return Object.fromEntries(
    Object.entries(stream.metadata?.getAll() ?? {}).filter(([key]) => !stale.test(key)),
  );
}

function decodingTime(packet: Packet): bigint {
  return packet.dts === AV_NOPTS_VALUE ? (packet.pts === AV_NOPTS_VALUE ? 0n : packet.pts) : packet.dts;
}
