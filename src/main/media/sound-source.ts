import type { Rational } from '../../shared/time.ts';
import { throwIfCancelled } from './ffmpeg-failure.ts';
import { resample } from './sound-resampler.ts';
import { type SoundBlock, SoundRun } from './sound-run.ts';

/** Samples per second that sound is served at. */
export const SOUND_RATE = 48_000;

export interface SoundInfo {
  readonly codec: string;
  /** As served: 1 or 2. */
  readonly channels: number;
  /** Samples of each channel, from the first frame of the picture to the end of picture and sound. */
  readonly length: number;
}

/** When the picture starts and ends, in the file's own timeline. */
export interface PictureSpan {
  readonly start: number;
  readonly end: number;
  readonly timeBase: Rational;
}

interface SourceFormat {
  readonly rate: number;
  readonly channels: number;
  readonly layout: bigint;
  /** Ticks of the first sample, and its position in samples from the start of the picture. */
  readonly firstPts: number;
  readonly first: number;
  /** Samples of a block, where all blocks have as many; 0 where they differ. */
  readonly block: number;
}

/** How much before a piece decoding starts, in seconds, until it lands early enough: codecs take time to settle. */
const LEADS = [0.5, 4] as const;
/** Length of a piece, about, in seconds; longer ones where times are too coarse to join pieces without a seam. */
const PIECE_SECONDS = 4;
const COARSE_PIECE_SECONDS = 30;
/** Samples around a piece that the resampler looks at. */
const MARGIN = 512;
const KEPT_PIECES = 12;
const TRIAL_BLOCKS = 12;

/**
 * Any part of a clip's sound as 16-bit samples at 48 kHz. It is made in pieces, always the same ones, so that what is
 * read never depends on how it is cut. Calls take turns.
 */
export class SoundSource {
  readonly info: SoundInfo;
  readonly #path: string;
  readonly #format: SourceFormat;
  readonly #timeBase: Rational;
  /** Samples of the source in a piece and around it; both start on a sample of the output. */
  readonly #piece: number;
  readonly #margin: number;
  readonly #pieces = new Map<number, Int16Array<ArrayBuffer>>();
  #run: SoundRun | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(path: string, run: SoundRun, format: SourceFormat, length: number) {
    this.#path = path;
    this.#run = run;
    this.#format = format;
    this.#timeBase = run.stream.timeBase;
    this.info = { codec: run.stream.codec, channels: Math.min(2, format.channels), length };
    const grid = format.rate / greatestCommonDivisor(format.rate, SOUND_RATE);
    const coarse = format.block === 0 && this.#tolerance() > 2;
    const seconds = coarse ? COARSE_PIECE_SECONDS : PIECE_SECONDS;
    this.#piece = grid * Math.max(1, Math.round((seconds * format.rate) / grid));
    this.#margin = grid * Math.ceil(MARGIN / grid);
  }

  /**
   * @returns undefined where the clip has no sound that can be decoded.
   * @throws AcutanceError as `SoundRun.open`.
   */
  static async open(path: string, picture: PictureSpan): Promise<SoundSource | undefined> {
    const run = await SoundRun.open(path);
    if (!run) return undefined;
    const format = tryOut(run, picture);
    if (!format) {
      await run.dispose();
      return undefined;
    }
    const zero = seconds(picture.start, picture.timeBase);
    const { end = -Infinity, timeBase } = run.stream;
    const last = Math.max(seconds(end, timeBase), seconds(picture.end, picture.timeBase));
    return new SoundSource(path, run, format, Math.max(0, Math.round((last - zero) * SOUND_RATE)));
  }

  /**
   * Samples `from <= i < to`, counted from the first frame of the picture, channels interleaved; silence where the clip
   * has no sound.
   */
  read(from: number, to: number, signal?: AbortSignal): Promise<Int16Array<ArrayBuffer>> {
    const done = this.#turn.then(() =>
      this.#read(from, Math.max(from, Math.min(to, this.info.length)), signal),
    );
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async dispose(): Promise<void> {
    await this.#turn;
    this.#pieces.clear();
    await this.#close();
  }

  async #read(from: number, to: number, signal: AbortSignal | undefined): Promise<Int16Array<ArrayBuffer>> {
    const { channels } = this.info;
    const result = new Int16Array((to - from) * channels);
    const length = (this.#piece / this.#format.rate) * SOUND_RATE;
    for (let number = Math.floor(from / length); number * length < to; number++) {
      throwIfCancelled(signal);
      const piece = this.#pieces.get(number) ?? (await this.#make(number));
      this.#keep(number, piece);
      const start = Math.max(from, number * length);
      const end = Math.min(to, (number + 1) * length);
      const part = piece.subarray((start - number * length) * channels, (end - number * length) * channels);
      result.set(part, (start - from) * channels);
    }
    return result;
  }

  #keep(number: number, piece: Int16Array<ArrayBuffer>): void {
    this.#pieces.delete(number);
    this.#pieces.set(number, piece);
    for (const oldest of this.#pieces.keys()) {
      if (this.#pieces.size <= KEPT_PIECES) break;
      this.#pieces.delete(oldest);
    }
  }

  async #make(number: number): Promise<Int16Array<ArrayBuffer>> {
    const { rate, layout } = this.#format;
    const from = number * this.#piece - this.#margin;
    const samples = await this.#decode(from, from + this.#piece + 2 * this.#margin);
    const { channels } = this.info;
    const resampled = resample(samples, layout, rate, SOUND_RATE);
    const skipped = (this.#margin / rate) * SOUND_RATE * channels;
    const piece = new Int16Array((this.#piece / rate) * SOUND_RATE * channels);
    piece.set(resampled.subarray(skipped, skipped + piece.length));
    return piece;
  }

  /** Samples of the source between two positions. */
  async #decode(from: number, to: number): Promise<Float32Array<ArrayBuffer>[]> {
    const samples = Array.from({ length: this.#format.channels }, () => new Float32Array(to - from));
    let expected: number | undefined;
    for (let block = await this.#firstBlock(from); block; block = this.#run?.next()) {
      if (block.rate !== this.#format.rate || block.channels.length !== samples.length) continue;
      const told = this.#positionOf(block);
      const goesOn = told === undefined || Math.abs(told - (expected ?? Infinity)) <= this.#tolerance();
      const position = (goesOn ? expected : told) ?? 0;
      if (position >= to) break;
      const length = block.channels[0]?.length ?? 0;
      expected = position + length;
      const skipped = Math.max(0, from - position);
      if (skipped >= length) continue;
      block.channels.forEach((channel, index) => {
        samples[index]?.set(
          channel.subarray(skipped, Math.min(length, to - position)),
          position + skipped - from,
        );
      });
    }
    return samples;
  }

  /** Moves so that what is decoded next lies before a position, if there is anything before it, and has settled. */
  async #firstBlock(position: number): Promise<SoundBlock | undefined> {
    const { rate, first, firstPts } = this.#format;
    const perTick = (rate * this.#timeBase.num) / this.#timeBase.den;
    for (const lead of LEADS) {
      const target = position - lead * rate;
      if (!this.#run || target <= first) break;
      if (!(await this.#run.seek(firstPts + (target - first) / perTick))) continue;
      const block = this.#run.next();
      const landed = block && this.#positionOf(block);
      if (landed !== undefined && landed <= target + (lead * rate) / 2) return block;
    }
    await this.#close();
    this.#run = await SoundRun.open(this.#path);
    return this.#run?.next();
  }

  /** Where a block starts, in samples from the start of the picture; on the grid of blocks where they are all equal. */
  #positionOf({ pts }: SoundBlock): number | undefined {
    if (Number.isNaN(pts)) return undefined;
    const { rate, first, firstPts, block } = this.#format;
    const after = ((pts - firstPts) * this.#timeBase.num * rate) / this.#timeBase.den;
    if (block > 0) {
      const onGrid = Math.round(after / block) * block;
      if (Math.abs(onGrid - after) <= this.#tolerance()) return first + onGrid;
    }
    return first + Math.round(after);
  }

  /** How far a time may be off in samples because of the container's ticks. */
  #tolerance(): number {
    return 1 + (1.5 * this.#format.rate * this.#timeBase.num) / this.#timeBase.den;
  }

  async #close(): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    await run?.dispose();
  }
}

/** Decodes the first blocks to see what the sound is like. */
function tryOut(run: SoundRun, picture: PictureSpan): SourceFormat | undefined {
  const blocks: SoundBlock[] = [];
  for (let block = run.next(); block; block = run.next()) {
    blocks.push(block);
    if (blocks.length > TRIAL_BLOCKS) break;
  }
  const [start, second] = blocks;
  if (!start) return undefined;
  const { rate, channels, layout } = start;
  const firstPts = Number.isNaN(start.pts) ? 0 : start.pts;
  const zero = seconds(picture.start, picture.timeBase);
  const first = Math.round((seconds(firstPts, run.stream.timeBase) - zero) * rate);
  const block = (second ?? start).channels[0]?.length ?? 0;
  // The first block may be short of what an encoder put in front, and the last one of what it put behind.
  const even = blocks.slice(1, -1).every((other) => other.channels[0]?.length === block);
  const whole = (start.channels[0]?.length ?? 0) === block;
  return { rate, channels: channels.length, layout, firstPts, first, block: even && whole ? block : 0 };
}

function seconds(ticks: number, { num, den }: Rational): number {
  return (ticks * num) / den;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
