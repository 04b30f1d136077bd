import { AV_FRAME_FLAG_CORRUPT } from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import { AcutanceError } from '../../shared/errors.ts';
import { type IndexOptions, buildFrameIndex, indexByDecoding, requireFrame } from './build-frame-index.ts';
import { DecodingRun } from './decoding-run.ts';
import { throwIfCancelled } from './ffmpeg-failure.ts';
import { type FrameIndex, findAscending, isAscending, keyframeRow } from './frame-index.ts';
import { FrameStore } from './frame-store.ts';
import type { MediaInfo } from './media-info.ts';
import { probe } from './probe.ts';
import { scanPackets, ticks } from './packet-scan.ts';
import { VideoFrame } from './video-frame.ts';

export interface FrameSourceOptions extends IndexOptions {
  /** An index built before, of the very same file. */
  readonly index?: FrameIndex | undefined;
  /** How much memory decoded frames may take, in bytes. */
  readonly cacheBytes?: number | undefined;
}

/** Room for 80 frames of 1920 x 1080 at 4:2:0: a group of pictures as cameras write them, and its neighbours. */
const DEFAULT_CACHE_BYTES = 256 * 2 ** 20;

/** Decoding so many frames that nobody asked for is quicker than seeking. */
const WORTH_DECODING = 3;

/** Only here is "no reference" a promise that no other frame needs the picture; H.265 has exceptions. */
const HURRYING_CODEC = 'h264';

/** Moving by so many frames at most is stepping, not jumping. */
const STEPS_AT_MOST = 4;

/** How many keyframes before the nearest one decoding starts where that one does not lead to the wanted frame. */
const STEPS_BACK = [0, 1, 3] as const;

/**
 * Any frame of a clip by its number, each exactly as `VideoReader.frames()` gives it. A decoder stays open between
 * calls, and frames decoded on the way are kept for a while. Calls take turns.
 */
export class FrameSource {
  readonly info: MediaInfo;
  readonly #store: FrameStore;
  #index: FrameIndex;
  #run: DecodingRun | undefined;
  /** The number of the frame that the decoder gives next, while that is known. */
  #next: number | undefined;
  /** Stops reading ahead. */
  #ahead: AbortController | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  /** The frame asked for last. */
  #last = -1;
  #disposed = false;

  private constructor(info: MediaInfo, index: FrameIndex, cacheBytes: number) {
    this.info = info;
    this.#index = index;
    this.#store = new FrameStore(cacheBytes);
  }

  /** @throws AcutanceError as `probe`; `cancelled` when the signal is aborted. */
  static async open(path: string, options: FrameSourceOptions = {}): Promise<FrameSource> {
    throwIfCancelled(options.signal);
    const info = await probe(path);
    const index = options.index ?? (await buildFrameIndex(info, options));
    return new FrameSource(info, index, options.cacheBytes ?? DEFAULT_CACHE_BYTES);
  }

  /** Another object after a frame turned out to be missing although the file announces it. */
  get index(): FrameIndex {
    return this.#index;
  }

  /**
   * @param number - of the frame in the order of display, from 0.
   * @returns the frame, owned by the caller.
   * @throws AcutanceError `usage` when the clip has no such frame, `cancelled`, and as `VideoReader.frames`.
   */
  frame(number: number, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<VideoFrame> {
    this.#ahead?.abort();
    return this.#inTurn(() => this.#frame(number, options.signal));
  }

  /** Whether a frame is at hand without decoding. */
  has(number: number): boolean {
    return this.#store.has(number);
  }

  /**
   * Decodes frames that will soon be asked for, as far as the clip has them, until the next call of `frame`. Failures
   * show when the frames are asked for.
   */
  async readAhead(from: number, count: number): Promise<void> {
    const { signal } = (this.#ahead = new AbortController());
    for (let number = from; number < Math.min(from + count, this.#index.pts.length); number++) {
      if (this.has(number)) continue;
      try {
        (await this.#inTurn(() => this.#frame(number, signal))).dispose();
      } catch {
        return;
      }
    }
  }

  /** Gives kept frames back until they take no more than a number of bytes. */
  async forget(bytes: number): Promise<void> {
    await this.#turn;
    this.#store.shrink(bytes);
  }

  /** Frees everything; frames given out stay good. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#ahead?.abort();
    await this.#turn;
    await this.#close();
    this.#store.clear();
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #frame(number: number, signal: AbortSignal | undefined): Promise<VideoFrame> {
    if (this.#disposed) throw new AcutanceError('internal', 'The clip was closed.');
    requireFrame(this.#index, number, this.info.path);
    const found = this.#store.get(number) ?? (await this.#decode(number, signal));
    this.#last = number;
    if (found) return this.#handOut(number, found);
    // The packets promised more than the decoder finds: what it finds is the truth.
    await this.#reindex(signal);
    requireFrame(this.#index, number, this.info.path);
    const decoded = await this.#decode(number, signal);
    if (decoded) return this.#handOut(number, decoded);
    throw new AcutanceError('input-corrupt', `Frame ${number} of "${this.info.path}" can't be decoded.`, {
      hint: 'The file may be changing or damaged; copy it again from where it came from.',
    });
  }

  #handOut(number: number, kept: Frame): VideoFrame {
    const native = kept.clone();
    if (!native) throw new AcutanceError('out-of-memory', 'No memory for another frame.');
    const pts = BigInt(this.#index.pts[number]!);
    const duration = BigInt(this.#index.durations[number]!);
    native.pts = pts;
    native.duration = duration;
    return new VideoFrame(number, pts, duration, this.#index.timeBase, native);
  }

  async #reindex(signal: AbortSignal | undefined): Promise<void> {
    await this.#close();
    this.#store.clear();
    const packets = await scanPackets(this.info.path, this.info.bytes, { signal });
    this.#index = await indexByDecoding(this.info, packets, { signal });
  }

  /** Decodes up to a frame; undefined where the index proves wrong. */
  async #decode(number: number, signal: AbortSignal | undefined): Promise<Frame | undefined> {
    const { keyframes } = this.#index;
    const row = keyframeRow(keyframes, number);
    const keyframe = keyframes.frames[row]!;
    const next = this.#next;
    if (next !== undefined && next <= number && keyframe - next <= WORTH_DECODING) {
      const frame = await this.#decodeTo(number, { first: next, afterSeek: false, signal });
      if (typeof frame === 'object') return frame;
    }
    let contradictions = 0;
    for (const back of isAscending(this.#index.decoded) ? STEPS_BACK : []) {
      if (row - back < 0) break;
      // Whoever steps will want the frames around this one, too.
      const steps = this.#last >= 0 && Math.abs(number - this.#last) <= STEPS_AT_MOST;
      const hurry = back === 0 && !steps && this.info.video.codec === HURRYING_CODEC;
      const frame = await this.#decodeFrom(row - back, number, { mayBeDamaged: back > 0, hurry, signal });
      if (typeof frame === 'object') return frame;
      if (frame === 'contradiction' && ++contradictions > 1) return undefined;
    }
    await this.#close();
    this.#run = await DecodingRun.open(this.info.path);
    const frame = await this.#decodeTo(number, { first: 0, afterSeek: false, signal });
    return typeof frame === 'object' ? frame : undefined;
  }

  async #decodeFrom(
    row: number,
    number: number,
    options: {
      readonly mayBeDamaged: boolean;
      readonly hurry: boolean;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<Frame | 'contradiction' | 'damaged' | 'elsewhere'> {
    this.#next = undefined;
    this.#run ??= await DecodingRun.open(this.info.path);
    const landed = await this.#run.seek(this.#index, row);
    const first = landed === undefined ? -1 : findAscending(this.#index.decoded, landed);
    return first < 0 ? 'elsewhere' : this.#decodeTo(number, { first, afterSeek: true, ...options });
  }

  async #decodeTo(
    number: number,
    options: {
      /** Number of the frame that has to come next. */
      readonly first: number;
      /** Whether frames before it may come, which can't be decoded rightly from here. */
      readonly afterSeek: boolean;
      readonly mayBeDamaged?: boolean;
      /** Whether frames on the way may be left out. */
      readonly hurry?: boolean;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<Frame | 'contradiction' | 'damaged'> {
    const { first, afterSeek } = options;
    const { decoded } = this.#index;
    this.#next = afterSeek ? undefined : first;
    const hurry = options.hurry === true;
    // The two fields of a frame may come in packets of their own.
    const end = hurry && this.info.video.fieldOrder === 'progressive';
    this.#run?.hurryTo(hurry ? decoded[number] : undefined, end);
    for (let expected = first; ;) {
      throwIfCancelled(options.signal);
      const frame = await this.#run?.next();
      if (!frame) {
        this.#next = undefined;
        return 'contradiction';
      }
      const time = ticks(frame.bestEffortTimestamp);
      if (afterSeek && time < decoded[first]!) {
        frame.free();
        continue;
      }
      if (hurry) while (expected < number && decoded[expected]! < time) expected++;
      const asTold = time === decoded[expected] || (Number.isNaN(time) && Number.isNaN(decoded[expected]!));
      const unsure = afterSeek && options.mayBeDamaged !== true && isDamaged(frame);
      if (!asTold || unsure) {
        frame.free();
        this.#next = undefined;
        return asTold ? 'damaged' : 'contradiction';
      }
      this.#store.add(expected, frame);
      // What comes after a frame is as the index says only once nothing is left out any more.
      this.#next = end || (hurry && expected < number) ? undefined : expected + 1;
      if (expected++ === number) return frame;
    }
  }

  async #close(): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    this.#next = undefined;
    await run?.dispose();
  }
}

/** A damaged frame may be damaged only because of where decoding began. */
function isDamaged(frame: Frame): boolean {
  return frame.decodeErrorFlags !== 0 || frame.hasFlags(AV_FRAME_FLAG_CORRUPT);
}
