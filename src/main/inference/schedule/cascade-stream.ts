/**
 * The streaming schedule of a cascade: T stages, each mapping three consecutive frames to one, with shared windows
 * (CDVD-TSP Sec. 4: the second iteration takes three consecutive results of the first). A stream computes every
 * stage output once, where the published code computes the first stage three times per frame.
 */

/** How the schedule touches its values. `Value` is a frame or a stage's output; it is never looked into. */
export interface CascadeWork<Value> {
  readonly stages: number;
  /**
   * Computes output `position` of `stage` (1-based) from three consecutive outputs of the stage before. Positions
   * count frames of the clip from 0; those of the virtual frames before and after it are negative or past its end.
   */
  restore(stage: number, position: number, previous: Value, middle: Value, next: Value): Promise<Value>;
  /** Called once for every frame and intermediate output when the schedule needs it no longer. */
  release(value: Value): void;
}

/** A value in the schedule: how many windows hold it, and the ids it was computed from (to recognise a repetition). */
interface Entry<Value> {
  readonly id: number;
  readonly value: Value;
  readonly origin: string;
  holders: number;
}

/**
 * N frames in, N restored frames out, in order.
 *
 * Clip ends follow the published "border option", extended to T stages. The list the first stage sees is
 *
 *     position   -3  -2  -1 | 0   1   2  ...  n-2  n-1 |  n   n+1  n+2
 *     frame      f1  f0  f1 | f0  f1  f2 ...  n-2  n-1 | n-2  n-1  n-2
 *
 * with T extra positions on each side (a clip of one frame repeats it). Stage s yields n + 2(T - s) outputs, so at
 * most n + 2(T - s) runs of it; a triple that repeats among neighbours, as at the mirrored ends, is computed once.
 */
export async function* cascadeStream<Value>(
  source: AsyncIterable<Value>,
  work: CascadeWork<Value>,
): AsyncGenerator<Value, void, undefined> {
  const windows = new CascadeWindows(work);
  try {
    for await (const frame of source) yield* windows.push(frame);
    yield* windows.finish();
  } finally {
    windows.releaseAll();
  }
}

class CascadeWindows<Value> {
  readonly #work: CascadeWork<Value>;
  /** `#windows[s]`: the last outputs of stage s (stage 0: frames) that stage s + 1 still needs, at most three. */
  readonly #windows: Entry<Value>[][];
  readonly #nextPosition: number[];
  /** The two newest frames: at the start the mirror for the head, at the end that for the tail. */
  #lastTwo: Entry<Value>[] = [];
  #started = false;
  #ids = 0;

  constructor(work: CascadeWork<Value>) {
    this.#work = work;
    this.#windows = Array.from({ length: work.stages }, () => []);
    this.#nextPosition = Array.from({ length: work.stages + 1 }, (_, stage) => stage - work.stages);
  }

  async *push(frame: Value): AsyncGenerator<Value> {
    const entry = this.#enter(frame, 'frame');
    this.#hold(entry);
    this.#lastTwo.push(entry);
    if (this.#started) {
      this.#drop(this.#lastTwo.shift());
      yield* this.#advance(0, entry);
    } else if (this.#lastTwo.length === 2) {
      yield* this.#start();
    }
  }

  async *finish(): AsyncGenerator<Value> {
    const only = this.#lastTwo[0];
    if (only === undefined) return;
    if (!this.#started) {
      // One frame: it stands for every virtual neighbour, and for itself once.
      for (let k = 0; k <= 2 * this.#work.stages; k++) yield* this.#advance(0, only);
      return;
    }
    const [lastButOne, last] = this.#lastTwo as [Entry<Value>, Entry<Value>];
    for (let k = 1; k <= this.#work.stages; k++) yield* this.#advance(0, k % 2 === 1 ? lastButOne : last);
  }

  releaseAll(): void {
    for (const window of this.#windows) for (const entry of window.splice(0)) this.#drop(entry);
    for (const entry of this.#lastTwo.splice(0)) this.#drop(entry);
  }

  async *#start(): AsyncGenerator<Value> {
    this.#started = true;
    const [first, second] = this.#lastTwo as [Entry<Value>, Entry<Value>];
    for (let k = this.#work.stages; k >= 1; k--) yield* this.#advance(0, k % 2 === 1 ? second : first);
    yield* this.#advance(0, first);
    yield* this.#advance(0, second);
  }

  /** Adds an output of `stage` and runs every later stage that has three inputs by now. */
  async *#advance(stage: number, entry: Entry<Value>): AsyncGenerator<Value> {
    const window = this.#windows[stage];
    if (window === undefined) {
      yield entry.value;
      return;
    }
    window.push(entry);
    this.#hold(entry);
    if (window.length < 3) return;
    const produced = await this.#produce(stage + 1, window as [Entry<Value>, Entry<Value>, Entry<Value>]);
    this.#drop(window.shift());
    yield* this.#advance(stage + 1, produced);
  }

  async #produce(stage: number, window: [Entry<Value>, Entry<Value>, Entry<Value>]): Promise<Entry<Value>> {
    const [previous, middle, next] = window;
    this.#nextPosition[stage] = (this.#nextPosition[stage] ?? 0) + 1;
    const origin = `${stage}:${previous.id},${middle.id},${next.id}`;
    const repeated = this.#windows[stage]?.find((entry) => entry.origin === origin);
    if (repeated !== undefined) return repeated;
    const position = (this.#nextPosition[stage] ?? 0) - 1;
    const value = await this.#work.restore(stage, position, previous.value, middle.value, next.value);
    return this.#enter(value, origin);
  }

  #enter(value: Value, origin: string): Entry<Value> {
    return { id: this.#ids++, value, origin, holders: 0 };
  }

  #hold(entry: Entry<Value>): void {
    entry.holders++;
  }

  #drop(entry: Entry<Value> | undefined): void {
    if (entry !== undefined && --entry.holders === 0) this.#work.release(entry.value);
  }
}
