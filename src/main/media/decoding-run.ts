import { AVDISCARD_ALL, AVSEEK_FLAG_BACKWARD, AVSEEK_FLAG_BYTE } from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import type { FrameIndex } from './frame-index.ts';
import { MediaSource } from './media-source.ts';
import { ticks } from './packet-scan.ts';
import { MAX_THREADS, VideoDecoder } from './video-decoder.ts';

/** What a demuxer is told to find a keyframe by; which of them it understands differs between containers. */
type SeekBy = 'dts' | 'pts' | 'position';

/** A decoder that can be moved to the keyframes of an index, and makes sure that it got there. */
export class DecodingRun {
  readonly #source: MediaSource;
  readonly #decoder: VideoDecoder;
  /** The most promising way first: the one that worked last. */
  #ways: readonly SeekBy[] = ['dts', 'pts', 'position'];
  #untouched = true;

  private constructor(source: MediaSource, decoder: VideoDecoder) {
    this.#source = source;
    this.#decoder = decoder;
  }

  /** @throws AcutanceError as `MediaSource.open` and `VideoDecoder.open`. */
  static async open(path: string): Promise<DecodingRun> {
    const source = await MediaSource.open(path);
    try {
      for (const stream of source.format.streams) {
        if (stream.index !== source.video.index) stream.discard = AVDISCARD_ALL;
      }
      return new DecodingRun(source, await VideoDecoder.open(source, MAX_THREADS));
    } catch (thrown) {
      await source.close();
      throw thrown;
    }
  }

  /** Whether nothing was read yet, so that decoding starts with the first frame of the clip. */
  get untouched(): boolean {
    return this.#untouched;
  }

  /**
   * Moves to a keyframe, or to one before it where the container finds no better.
   *
   * @param row - of the index's table of keyframes.
   * @returns the timestamp of the keyframe that will be decoded next; undefined where every way of seeking ends up
   *   behind the wanted one, after which the run is of no use but for another seek.
   */
  async seek(index: FrameIndex, row: number): Promise<number | undefined> {
    this.#untouched = false;
    const { frames, dts, positions } = index.keyframes;
    const wanted = index.decoded[frames[row]!]!;
    const targets: Readonly<Record<SeekBy, number>> = {
      dts: dts[row]!,
      pts: wanted,
      position: positions[row]!,
    };
    const ways = this.#ways.filter((way) => targets[way] >= (way === 'position' ? 0 : -Infinity));
    for (const exactly of [true, false]) {
      for (const way of ways) {
        const landed = await this.#seekBy(way, targets[way]);
        if (landed === undefined || (exactly ? landed !== wanted : landed > wanted)) continue;
        this.#ways = [way, ...this.#ways.filter((other) => other !== way)];
        return landed;
      }
    }
    return undefined;
  }

  /** @returns the timestamp of the packet arrived at, if it is a keyframe. */
  async #seekBy(way: SeekBy, target: number): Promise<number | undefined> {
    const { format, video } = this.#source;
    const flags = way === 'position' ? AVSEEK_FLAG_BYTE : AVSEEK_FLAG_BACKWARD;
    if ((await format.seekFrame(video.index, BigInt(target), flags)) < 0) return undefined;
    this.#decoder.restart();
    const packet = await this.#decoder.peek();
    return packet?.isKeyframe ? ticks(packet.pts) : undefined;
  }

  /**
   * The frame of this tick is wanted as soon as possible: from now on, frames before it that no other frame refers to
   * are left out. Undefined for every frame in turn.
   *
   * @param end - whether it may be the last one until the next seek; only where a packet holds a whole frame.
   */
  hurryTo(tick: number | undefined, end: boolean): void {
    this.#decoder.hurryTo = tick === undefined ? undefined : BigInt(tick);
    this.#decoder.endWith = end ? this.#decoder.hurryTo : undefined;
  }

  /** As `VideoDecoder.next`. */
  async next(signal?: AbortSignal): Promise<Frame | undefined> {
    this.#untouched = false;
    return this.#decoder.next(signal);
  }

  async dispose(): Promise<void> {
    this.#decoder.dispose();
    await this.#source.close();
  }
}
