import type { ProcessOptions } from './deblurrer-types.ts';

/** A frame on its way to a network. */
export interface ShotFrame {
  /** Planar R'G'B', as `Deblurrer.process` takes it. */
  readonly pixels: Float32Array;
  /** Whether the picture before belongs to another shot. */
  readonly startsShot: boolean;
}

/** What shots are given to; see `Deblurrer.process`. */
export interface ShotRestorer<Options = ProcessOptions> {
  process(
    frames: AsyncIterable<Float32Array>,
    options: Options,
  ): AsyncGenerator<Float32Array, void, undefined>;
}

/**
 * Restores every shot as a clip of its own: no window reaches across a cut, the frames at it are treated as the ends of a
 * clip, and a recurrent network starts afresh. N frames in, N frames out, in order.
 */
export async function* restoreShots<Options>(
  restorer: ShotRestorer<Options>,
  frames: AsyncIterable<ShotFrame>,
  options: Options,
): AsyncGenerator<Float32Array, void, undefined> {
  const source = frames[Symbol.asyncIterator]();
  /** The first frame of the next shot. */
  let first = await source.next();
  async function* shot(): AsyncGenerator<Float32Array, void, undefined> {
    do {
      if (first.done === true) return;
      yield first.value.pixels;
      first = await source.next();
    } while (first.done !== true && !first.value.startsShot);
  }
  try {
    while (first.done !== true) yield* restorer.process(shot(), options);
  } finally {
    await source.return?.();
  }
}
