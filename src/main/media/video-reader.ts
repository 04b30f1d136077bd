import { AV_FRAME_FLAG_CORRUPT, AV_NOPTS_VALUE, AVSEEK_FLAG_BACKWARD } from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import { AcutanceError } from '../../shared/errors.ts';
import type { ClipRange, ClipTime } from '../../shared/settings.ts';
import { type Rational, rescaleTicks, ticksToSeconds, timeToTicks } from '../../shared/time.ts';
import { cutOff } from './announced-size.ts';
import { throwIfCancelled } from './ffmpeg-failure.ts';
import { FrameTimeline } from './frame-timeline.ts';
import type { MediaInfo } from './media-info.ts';
import { MediaSource } from './media-source.ts';
import { probeWithTags } from './probe.ts';
import type { PictureTags } from './picture-tags.ts';
import { endsWithinTransportPacket } from './transport-packets.ts';
import { VideoDecoder } from './video-decoder.ts';
import { VideoFrame } from './video-frame.ts';

export interface ReadOptions {
  readonly range?: ClipRange | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was found in reading the frames of a range. */
interface Damage {
  readonly decoder: VideoDecoder;
  frames: number;
  /** Whether reading came to the end of what the file has. */
  atEnd: boolean;
  missing: boolean;
}

/** How far before the wanted time a seek aims, in seconds, until it lands on a frame that is early enough. */
const SEEK_MARGINS = [0, 2, 15] as const;

/** Reads the frames of a clip in the order of display, exactly, one at a time. */
export class VideoReader {
  readonly info: MediaInfo;
  /** Raw tags of the picture stream, for a writer. */
  readonly tags: PictureTags;
  readonly #notices: string[] = [];
  #damage: Damage | undefined;

  private constructor(info: MediaInfo, tags: PictureTags) {
    this.info = info;
    this.tags = tags;
    if (!['progressive', 'unknown'].includes(info.video.fieldOrder)) {
      this.#notices.push('The clip is interlaced; its frames are worked on whole, without deinterlacing.');
    }
  }

  /** @throws AcutanceError as `probe`. */
  static async open(
    path: string,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<VideoReader> {
    throwIfCancelled(options.signal);
    const { info, tags } = await probeWithTags(path);
    throwIfCancelled(options.signal);
    return new VideoReader(info, tags);
  }

  /** What a user should know about the clip; damage shows up after the frames were read. */
  get notices(): readonly string[] {
    return this.#notices;
  }

  /** How the file itself shows that its end is not there, in a sentence; undefined where it does not. */
  get cutOff(): string | undefined {
    return cutOff(this.info);
  }

  /**
   * What of the clip could not be read as it was meant, in a sentence; undefined while nothing is known to be wrong.
   * It is up to date after every frame; that the clip is cut off may show only at its end.
   */
  get damage(): string | undefined {
    if (!this.#damage) return undefined;
    const { decoder, frames, atEnd, missing } = this.#damage;
    if (atEnd && this.cutOff) return this.cutOff;
    if (decoder.endedEarly) return `it can't be read to its end (${decoder.endedEarly})`;
    if (decoder.damagedPackets > 0) return "a part of it can't be decoded";
    if (frames > 0) return 'a frame is damaged and was patched up by the decoder';
    return missing ? 'its picture ends before the file says it does, so it seems to be cut off' : undefined;
  }

  /**
   * First and one-past-last tick of a range, in the stream's timeline. Half a tick of
   * slack, where ticks are a millisecond or finer, absorbs the rounding of containers that store coarser times than the frame rate.
   */
  ticksOf(range: ClipRange): { readonly from: bigint | undefined; readonly to: bigint | undefined } {
    const { startTicks, timeBase } = this.info.video;
    const from = range.in && startTicks + ticksAtOrAfter(range.in, timeBase);
    const to = range.out && startTicks + ticksAtOrAfter(range.out, timeBase);
    if (to !== undefined && to <= (from ?? startTicks)) {
      throw new AcutanceError('usage', 'The out time is not after the in time.', {
        hint: 'The range starts at the in time and ends just before the out time.',
      });
    }
    return { from, to };
  }

  /**
   * The frames with `in <= t < out`, t counted from the first frame of the clip. Each call reads the file afresh.
   * Every frame yielded belongs to the caller, who disposes of it; at most a few frames exist at a time.
   *
   * @throws AcutanceError `usage` when the range holds no frame, `input-corrupt` when nothing can be decoded or the
   *   range lies in what was cut off, `cancelled` when the signal is aborted.
   */
  async *frames(options: ReadOptions = {}): AsyncGenerator<VideoFrame, void, undefined> {
    const { from, to } = this.ticksOf(options.range ?? {});
    const opened = await this.#openAt(from);
    const timeline = new FrameTimeline(this.info);
    let first: Frame | undefined = opened.first;
    const damage: Damage = { decoder: opened.decoder, frames: 0, atEnd: false, missing: false };
    this.#damage = damage;
    let index = 0;
    try {
      for (;;) {
        throwIfCancelled(options.signal);
        const native: Frame | undefined = first ?? (await opened.decoder.next());
        first = undefined;
        if (!native) {
          damage.atEnd = true;
          break;
        }
        const { pts, duration } = timeline.place(native);
        if (to !== undefined && pts >= to) {
          native.free();
          break;
        }
        if (from !== undefined && pts < from) {
          native.free();
          continue;
        }
        if (native.decodeErrorFlags !== 0 || native.hasFlags(AV_FRAME_FLAG_CORRUPT)) damage.frames++;
        yield new VideoFrame(index++, pts, duration, this.info.video.timeBase, native);
      }
    } finally {
      first?.free();
      opened.decoder.dispose();
      await opened.source.close();
    }
    if (index === 0) throw this.#noFrames(from);
    this.#report(damage, timeline, index, from === undefined && to === undefined);
    if (damage.atEnd) await this.#reportOpenEnd();
  }

  /** Opens the file so that decoding starts at or before a tick; the first frame was decoded to make sure. */
  async #openAt(
    tick: bigint | undefined,
  ): Promise<{ source: MediaSource; decoder: VideoDecoder; first: Frame | undefined }> {
    const { startTicks, timeBase } = this.info.video;
    const margins = tick === undefined || tick <= startTicks ? [] : SEEK_MARGINS;
    for (const margin of [...margins, undefined]) {
      const source = await MediaSource.open(this.info.path);
      let decoder: VideoDecoder | undefined;
      try {
        decoder = await VideoDecoder.open(source);
        if (margin === undefined || tick === undefined) return { source, decoder, first: undefined };
        const target = tick - rescaleTicks(BigInt(margin), { num: 1, den: 1 }, timeBase);
        if ((await source.format.seekFrame(source.video.index, target, AVSEEK_FLAG_BACKWARD)) >= 0) {
          const first = await decoder.next();
          const landed = first?.bestEffortTimestamp ?? AV_NOPTS_VALUE;
          if (first && landed !== AV_NOPTS_VALUE && landed <= tick) {
            return { source, decoder, first };
          }
          first?.free();
        }
      } catch (thrown) {
        decoder?.dispose();
        await source.close();
        throw thrown;
      }
      decoder.dispose();
      await source.close();
    }
    throw new AcutanceError('internal', 'Opening without a seek always returns.');
  }

  #noFrames(from: bigint | undefined): AcutanceError {
    const { path } = this.info;
    if (this.cutOff !== undefined) {
      return new AcutanceError('input-corrupt', `"${path}" has no frame where asked for: ${this.cutOff}.`, {
        hint: 'Get another copy of it.',
      });
    }
    return from === undefined
      ? new AcutanceError('input-corrupt', `"${path}" holds no frame that can be decoded.`)
      : new AcutanceError('usage', `"${path}" has no frame in the range asked for.`, {
          hint: 'Times count from the first frame of the clip.',
        });
  }

  /** How much of the announced picture is not there; 0 where the difference may be rounding or is not known. */
  #secondsMissing(lastEnd: bigint): number {
    const { container, announcedBytes, video } = this.info;
    const { durationTicks, durationIsOwn, startTicks, timeBase } = video;
    if (durationTicks === undefined || !durationIsOwn) return 0;
    // The head of an AVI file that was never completed tells neither its size nor its length.
    if (container === 'avi' && announcedBytes === undefined) return 0;
    const missing = ticksToSeconds(startTicks + durationTicks - lastEnd, timeBase);
    return missing > 0.25 + ticksToSeconds(durationTicks, timeBase) * 0.01 ? missing : 0;
  }

  /** A transport stream may be a part of a recording and whole all the same, so this is no damage. */
  async #reportOpenEnd(): Promise<void> {
    const { path, container } = this.info;
    if (container !== 'mpegts' || !(await endsWithinTransportPacket(path))) return;
    this.#notices.push(
      'The file ends within a packet. A transport stream does not tell how long it is: its end may be missing.',
    );
  }

  #report(damage: Damage, timeline: FrameTimeline, frames: number, whole: boolean): void {
    const { decoder, atEnd } = damage;
    const damagedFrames = damage.frames;
    const missing = whole ? this.#secondsMissing(timeline.end) : 0;
    if (atEnd && this.cutOff) {
      this.#notices.push(`The end of the file is missing: ${this.cutOff}. ${frames} frames were read.`);
    } else if (decoder.endedEarly) {
      this.#notices.push(
        `The file can't be read to its end (${decoder.endedEarly}); ${frames} frames were read.`,
      );
    } else if (missing > 0) {
      damage.missing = true;
      this.#notices.push(
        `The picture ends ${missing.toFixed(1)} s before the file says it does; it may be cut off. ` +
          `${frames} frames were read.`,
      );
    }
    if (decoder.damagedPackets > 0 || damagedFrames > 0) {
      this.#notices.push(`The clip is damaged: ${describeDamage(decoder.damagedPackets, damagedFrames)}.`);
    }
    if (timeline.retimed > 0) {
      this.#notices.push(
        `${timeline.retimed} frames had missing or repeated timestamps and were given later ones.`,
      );
    }
  }
}

function describeDamage(packets: number, frames: number): string {
  const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
  const parts: string[] = [];
  if (packets > 0) parts.push(`${counted(packets, 'packet')} could not be decoded`);
  if (frames > 0) {
    parts.push(`${counted(frames, 'frame')} ${frames === 1 ? 'was' : 'were'} patched up by the decoder`);
  }
  return parts.join(' and ');
}

/** The first tick that is not before a time, give or take half a tick of at most a millisecond. */
export function ticksAtOrAfter(time: ClipTime, base: Rational): bigint {
  const fine = base.num * 1000 <= base.den;
  return timeToTicks(time, base, fine ? 'nearest' : 'up');
}
