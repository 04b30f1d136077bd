import { setTimeout } from 'node:timers/promises';
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

/**
 * Whoever moves by so many frames at most within a group is stepping or dragging, and will want the frames on the way,
 * too: they are all decoded, and the decoder stays where it is. Jumping farther, only the wanted frame counts.
 */
const NEARBY = 30;

/** So many moves backwards in a row are a direction: the neighbours of a frame are asked for to and fro. */
const GOING_BACK = 2;

/** Milliseconds without a call after which there is time to read what nobody has asked for yet. */
const REST = 120;

/** How many keyframes before the nearest one decoding starts where that one does not lead to the wanted frame. */
const STEPS_BACK = [0, 1, 3] as const;

/** Where a decoder is. */
interface Position {
  /** Number of the frame that it gives next. */
  readonly next: number;
  /** Whether frames before that one may come first, which can't be decoded rightly from where decoding began. */
  readonly afterSeek: boolean;
  /** Whether a damaged frame is taken as it is, because it is not where decoding began that damaged it. */
  readonly mayBeDamaged: boolean;
}

interface Wish {
  /** Whether frames on the way may be left out. */
  readonly hurry: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Any frame of a clip by its number, each exactly as `VideoReader.frames()` gives it. A decoder stays open between
 * calls, and frames decoded on the way are kept for a while. Calls take turns.
 */
export class FrameSource {
  readonly info: MediaInfo;
  readonly #store: FrameStore;
  #index: FrameIndex;
  #run: DecodingRun | undefined;
  /** The frame that the decoder gives next, while that is known. */
  #position: Position | undefined;
  /** Stops reading ahead. */
  #ahead: AbortController | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  /** The frame asked for last. */
  #last: number | undefined;
  /** How many moves in a row went backwards to a frame nearby. */
  #backwards = 0;
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
    return this.#inTurn(async () => {
      const last = this.#last;
      const back = last === undefined ? 0 : last - number;
      this.#backwards = back > 0 && back <= NEARBY ? this.#backwards + 1 : 0;
      this.#last = number;
      return this.#frame(number, { hurry: !this.#isNearby(number, last), signal: options.signal });
    });
  }

  /** Whether a frame is at hand without decoding. */
  has(number: number): boolean {
    return this.#store.has(number);
  }

  /**
   * Decodes what will probably be asked for next, until the next call of `frame`: the frames after the last one, and
   * where the last ones went backwards, the group before it. Failures show when the frames are asked for.
   *
   * @param ahead - number of frames after the last one.
   */
  async prepare(ahead: number): Promise<void> {
    const { signal } = (this.#ahead = new AbortController());
    const last = this.#last;
    if (last === undefined) return;
    await this.#readAhead(last + 1, last + 1 + ahead, signal);
    if (this.#backwards >= GOING_BACK) await this.#readGroupBefore(last, signal);
  }

  /**
   * Once nobody has asked for a frame for a moment, decodes what lies around the last one, the nearest groups first, until
   * the next call of `frame` or until there is no room but in the place of other frames. Frames before the last one are
   * left out where the way to them is longer than there is room for.
   */
  async readAround(): Promise<void> {
    const signal = this.#ahead?.signal;
    const last = this.#last;
    if (!signal || last === undefined) return;
    try {
      await setTimeout(REST, undefined, { signal, ref: false });
    } catch {
      return;
    }
    const { frames } = this.#index.keyframes;
    const row = keyframeRow(this.#index.keyframes, last);
    const goesOn = (): boolean => !signal.aborted && !this.#store.isFull;
    // The decoder is here already.
    await this.#readAhead(last + 1, frames[row + 1] ?? Infinity, signal, goesOn);
    for (let away = 0; away < frames.length && goesOn(); away++) {
      const [from, to] = [frames[row - away], Math.min(last, frames[row - away + 1] ?? last)];
      const after = away === 0 ? undefined : frames[row + away];
      if (after !== undefined)
        await this.#readAhead(after, frames[row + away + 1] ?? Infinity, signal, goesOn);
      if (from !== undefined && this.#hasRoomFor(from, to)) await this.#readAhead(from, to, signal, goesOn);
    }
  }

  /** Gives kept frames back until they take no more than a number of bytes, and reads on only when it is asked again. */
  async forget(bytes: number): Promise<void> {
    this.#ahead?.abort();
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

  #isNearby(number: number, last: number | undefined): boolean {
    const { keyframes } = this.#index;
    if (last === undefined || Math.abs(number - last) > NEARBY) return false;
    return keyframeRow(keyframes, number) === keyframeRow(keyframes, last);
  }

  /** Whether the frames `from <= number < to` can all be kept without one of the others going. */
  #hasRoomFor(from: number, to: number): boolean {
    let missing = 0;
    for (let number = from; number < to && missing <= this.#store.room; number++)
      if (!this.has(number)) missing++;
    return missing <= this.#store.room;
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #readAhead(
    from: number,
    to: number,
    signal: AbortSignal,
    goesOn = (): boolean => true,
  ): Promise<void> {
    for (let number = from; number < Math.min(to, this.#index.pts.length) && goesOn(); number++) {
      if (this.has(number)) continue;
      try {
        (await this.#inTurn(() => this.#frame(number, { hurry: false, signal }))).dispose();
      } catch {
        return;
      }
    }
  }

  /** The whole group, since its last frame, which comes first, needs most of the others. */
  async #readGroupBefore(number: number, signal: AbortSignal): Promise<void> {
    const { frames } = this.#index.keyframes;
    const row = keyframeRow(this.#index.keyframes, number);
    if (row === 0) return;
    const [from, to] = [frames[row - 1]!, frames[row]!];
    // A group that leaves no room for the one that is looked at would be of no use.
    if (to - from <= this.#store.capacity / 2) await this.#readAhead(from, to, signal);
  }

  async #frame(number: number, wish: Wish): Promise<VideoFrame> {
    if (this.#disposed) throw new AcutanceError('internal', 'The clip was closed.');
    throwIfCancelled(wish.signal);
    requireFrame(this.#index, number, this.info.path);
    const found = this.#store.get(number) ?? (await this.#decode(number, wish));
    if (found) return this.#handOut(number, found);
    // The packets promised more than the decoder finds: what it finds is the truth.
    await this.#reindex(wish.signal);
    requireFrame(this.#index, number, this.info.path);
    const decoded = await this.#decode(number, wish);
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
  async #decode(number: number, wish: Wish): Promise<Frame | undefined> {
    const { keyframes } = this.#index;
    const row = keyframeRow(keyframes, number);
    const keyframe = keyframes.frames[row]!;
    const position = this.#position;
    if (position && position.next <= number && keyframe - position.next <= WORTH_DECODING) {
      const hurry = wish.hurry && number - position.next > NEARBY;
      const frame = await this.#decodeTo(number, position, { ...wish, hurry });
      if (typeof frame === 'object') return frame;
    }
    let contradictions = 0;
    for (const back of isAscending(this.#index.decoded) ? STEPS_BACK : []) {
      if (row - back < 0) break;
      const hurry = wish.hurry && back === 0 && this.info.video.codec === HURRYING_CODEC;
      const frame = await this.#decodeFrom(row - back, number, back > 0, { ...wish, hurry });
      if (typeof frame === 'object') return frame;
      if (frame === 'contradiction' && ++contradictions > 1) return undefined;
    }
    await this.#close();
    this.#run = await DecodingRun.open(this.info.path);
    const start = { next: 0, afterSeek: false, mayBeDamaged: true };
    const frame = await this.#decodeTo(number, start, { ...wish, hurry: false });
    return typeof frame === 'object' ? frame : undefined;
  }

  async #decodeFrom(
    row: number,
    number: number,
    mayBeDamaged: boolean,
    wish: Wish,
  ): Promise<Frame | 'contradiction' | 'damaged' | 'elsewhere'> {
    this.#position = undefined;
    this.#run ??= await DecodingRun.open(this.info.path);
    const landed = await this.#run.seek(this.#index, row);
    const next = landed === undefined ? -1 : findAscending(this.#index.decoded, landed);
    return next < 0 ? 'elsewhere' : this.#decodeTo(number, { next, afterSeek: true, mayBeDamaged }, wish);
  }

  /** A cancelled call leaves the decoder where it is, for the next one to go on from. */
  async #decodeTo(
    number: number,
    from: Position,
    { hurry, signal }: Wish,
  ): Promise<Frame | 'contradiction' | 'damaged'> {
    const { decoded } = this.#index;
    let { next: expected, afterSeek } = from;
    // The two fields of a frame may come in packets of their own.
    const end = hurry && this.info.video.fieldOrder === 'progressive';
    // What comes after a frame is as the index says only where nothing is left out.
    this.#position = hurry ? undefined : from;
    this.#run?.hurryTo(hurry ? decoded[number] : undefined, end);
    for (;;) {
      const frame = await this.#run?.next(signal);
      if (!frame) {
        this.#position = undefined;
        return 'contradiction';
      }
      const time = ticks(frame.bestEffortTimestamp);
      if (afterSeek && time < decoded[from.next]!) {
        frame.free();
        continue;
      }
      if (hurry) while (expected < number && decoded[expected]! < time) expected++;
      const asTold = time === decoded[expected] || (Number.isNaN(time) && Number.isNaN(decoded[expected]!));
      if (!asTold || (!from.mayBeDamaged && isDamaged(frame))) {
        frame.free();
        this.#position = undefined;
        return asTold ? 'damaged' : 'contradiction';
      }
      this.#store.add(expected, frame);
      afterSeek = false;
      expected++;
      if (!hurry || (!end && expected > number)) this.#position = { ...from, next: expected, afterSeek };
      if (expected > number) return frame;
    }
  }

  async #close(): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    this.#position = undefined;
    await run?.dispose();
  }
}

/** A damaged frame may be damaged only because of where decoding began. */
function isDamaged(frame: Frame): boolean {
  return frame.decodeErrorFlags !== 0 || frame.hasFlags(AV_FRAME_FLAG_CORRUPT);
}
