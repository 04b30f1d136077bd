/**
 * The streaming schedule of a recurrent network: every frame is restored from itself, its two neighbours and the result
 * for the frame before (PVDNet section 3). The state lives as long as the stream: every stream starts afresh.
 */

/** What one frame is restored from. At the ends of a clip a frame stands in for the neighbour it lacks. */
export interface RecurrentWindow<Value> {
  readonly previous: Value;
  readonly current: Value;
  readonly next: Value;
  /** The result for the previous frame; for the first frame, that frame itself. */
  readonly restored: Value;
}

/** How the schedule touches its values. `Value` is a frame or a result; it is never looked into. */
export interface RecurrentWork<Value> {
  /** Computes the result for frame `position` of the clip, counted from 0. */
  restore(position: number, window: RecurrentWindow<Value>): Promise<Value>;
  /** Called once for every frame and every result when the schedule needs it no longer. */
  release(value: Value): void;
}

/**
 * N frames in, N results out, in order, one frame behind the input. A result that was yielded stays the schedule's: it
 * may be read until the next one is asked for.
 */
export async function* recurrentStream<Value>(
  source: AsyncIterable<Value>,
  work: RecurrentWork<Value>,
): AsyncGenerator<Value, void, undefined> {
  /** The newest two frames before the one that has just arrived, and the newest result. */
  let previous: Value | undefined;
  let current: Value | undefined;
  let restored: Value | undefined;
  let position = 0;
  const restore = async (at: Value, next: Value) => {
    const result = await work.restore(position, {
      previous: previous ?? at,
      current: at,
      next,
      restored: restored ?? at,
    });
    position++;
    if (restored !== undefined) work.release(restored);
    restored = result;
    return result;
  };
  let arrived: Value | undefined;
  try {
    for await (const frame of source) {
      arrived = frame;
      if (current !== undefined) {
        yield await restore(current, frame);
        if (previous !== undefined) work.release(previous);
        previous = current;
      }
      current = frame;
      arrived = undefined;
    }
    if (current !== undefined) yield await restore(current, current);
  } finally {
    for (const value of [previous, current, arrived, restored]) if (value !== undefined) work.release(value);
  }
}
