import type { Deblurrer, DeblurStatistics, ProcessOptions } from './deblurrer-types.ts';
import { Orientation } from './frames/orientation.ts';
import type { NetworkDeblurrer } from './network-deblurrer.ts';

export interface SelfEnsembleOptions {
  readonly upright: NetworkDeblurrer;
  /** For frames of width x height; without it, there are four members instead of eight. */
  readonly sideways: NetworkDeblurrer | undefined;
  /** Frame size in pixels. */
  readonly height: number;
  readonly width: number;
}

/**
 * Geometric self-ensemble: the mean of what a network makes of a clip and of its mirror images (4: those that keep the
 * frame's shape; 8: also those that lie on their side), each turned back. Every member is a clip of its own, so
 * recurrent networks keep a state for each.
 */
export class SelfEnsemble implements Deblurrer {
  readonly #upright: NetworkDeblurrer;
  readonly #sideways: NetworkDeblurrer | undefined;
  readonly #members: readonly { readonly deblurrer: NetworkDeblurrer; readonly orientation: Orientation }[];
  readonly #length: number;
  #busy = false;

  constructor({ upright, sideways, height, width }: SelfEnsembleOptions) {
    this.#upright = upright;
    this.#sideways = sideways;
    this.#length = 3 * height * width;
    const deblurrers = sideways === undefined ? [upright] : [upright, sideways];
    this.#members = deblurrers.flatMap((deblurrer, isSideways) =>
      [false, true].flatMap((flipsRows) =>
        [false, true].map((flipsColumns) => ({
          deblurrer,
          orientation: new Orientation(height, width, {
            transposes: isSideways === 1,
            flipsRows,
            flipsColumns,
          }),
        })),
      ),
    );
  }

  get statistics(): DeblurStatistics {
    const upright = this.#upright.statistics;
    const sideways = this.#sideways?.statistics;
    if (sideways === undefined) return upright;
    const programs = Object.fromEntries(
      Object.entries(upright.programs).map(([program, { runs, seconds }]) => {
        const other = sideways.programs[program as keyof typeof sideways.programs];
        return [program, { runs: runs + (other?.runs ?? 0), seconds: seconds + (other?.seconds ?? 0) }];
      }),
    );
    return {
      programs,
      runSeconds: upright.runSeconds + sideways.runSeconds,
      buildSeconds: upright.buildSeconds + sideways.buildSeconds,
      tiles: upright.tiles,
      estimatedPeakBytes: upright.estimatedPeakBytes + sideways.estimatedPeakBytes,
    };
  }

  async *process(
    frames: AsyncIterable<Float32Array>,
    options: ProcessOptions = {},
  ): AsyncGenerator<Float32Array, void, undefined> {
    if (this.#busy) throw new Error('A Deblurrer restores one clip at a time.');
    this.#busy = true;
    const shared = new SharedFrames(frames, this.#members.length);
    const streams = this.#members.map(({ deblurrer, orientation }) => ({
      orientation,
      results: deblurrer.restore(turned(shared, orientation), options),
    }));
    try {
      for (;;) {
        const mean = new Float32Array(this.#length);
        for (const { orientation, results } of streams) {
          const next = await results.next();
          if (next.done === true) return;
          orientation.addBack(next.value, mean, 1 / streams.length);
        }
        yield mean;
      }
    } finally {
      for (const { results } of streams) await results.return();
      await shared.close();
      this.#busy = false;
    }
  }

  async dispose(): Promise<void> {
    await this.#upright.dispose();
    await this.#sideways?.dispose();
  }
}

/** Frames of one source for several readers that are never far apart. */
class SharedFrames {
  readonly #source: AsyncIterator<Float32Array>;
  readonly #readers: number;
  /** Frames that not all readers have had: by their number, with how many are still to come. */
  readonly #waiting = new Map<number, { readonly frame: Float32Array; readers: number }>();
  #taken = 0;

  constructor(source: AsyncIterable<Float32Array>, readers: number) {
    this.#source = source[Symbol.asyncIterator]();
    this.#readers = readers;
  }

  /** Each reader asks for every frame once, in order; undefined after the last. */
  async frame(index: number): Promise<Float32Array | undefined> {
    if (index === this.#taken) {
      const next = await this.#source.next();
      if (next.done === true) return undefined;
      // The source may reuse its array when the next frame is asked for.
      this.#waiting.set(index, { frame: next.value.slice(), readers: this.#readers });
      this.#taken++;
    }
    const entry = this.#waiting.get(index);
    if (entry === undefined) throw new Error(`Frame ${index} was read too often.`);
    if (--entry.readers === 0) this.#waiting.delete(index);
    return entry.frame;
  }

  async close(): Promise<void> {
    this.#waiting.clear();
    await this.#source.return?.();
  }
}

async function* turned(
  shared: SharedFrames,
  orientation: Orientation,
): AsyncGenerator<Float32Array, void, undefined> {
  let buffer: Float32Array | undefined;
  for (let index = 0; ; index++) {
    const frame = await shared.frame(index);
    if (frame === undefined) return;
    buffer ??= new Float32Array(frame.length);
    orientation.turn(frame, buffer);
    yield buffer;
  }
}
