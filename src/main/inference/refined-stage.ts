import type { FrameWork, WorkFrame } from './frame-work.ts';
import { checkFinite } from './frames/output-check.ts';
import { cascadeStream, type CascadeWork } from './schedule/cascade-stream.ts';

export interface RefinedStageOptions {
  readonly work: FrameWork;
  readonly stages: number;
}

/** Restores every frame by itself, once, and then from three consecutive results, if there is a second stage. */
export class RefinedStage implements CascadeWork<WorkFrame> {
  /** Of the schedule that the results of the first stage go through. */
  readonly stages = 1;
  /** A result that was yielded belongs to the receiver. */
  readonly keepsResults = false;
  readonly #work: FrameWork;
  readonly #refines: boolean;

  constructor({ work, stages }: RefinedStageOptions) {
    this.#work = work;
    this.#refines = stages > 1;
  }

  stream(frames: AsyncIterable<WorkFrame>): AsyncGenerator<WorkFrame, void, undefined> {
    const singles = this.#restoreSingles(frames);
    return this.#refines ? cascadeStream(singles, this) : singles;
  }

  async restore(
    _stage: number,
    position: number,
    previous: WorkFrame,
    middle: WorkFrame,
    next: WorkFrame,
  ): Promise<WorkFrame> {
    const work = this.#work;
    const at = { stage: 2, position };
    for (const frame of [previous, middle, next]) await work.describe(frame, at);
    const feeds = {
      middle: work.image(middle),
      ...work.featuresAs('previous', previous),
      ...work.featuresAs('middle', middle),
      ...work.featuresAs('next', next),
    };
    const restored = work.borrowImage(3);
    await work.run('fuse', feeds, { restored }, at);
    checkFinite(restored.data, `frame ${position} (stage 2)`);
    return { pixels: restored.data, features: undefined };
  }

  release(frame: WorkFrame): void {
    this.#work.release(frame);
  }

  /** Nothing is held between frames. */
  dispose(): void {
    // Buffers are lent for one run each.
  }

  async *#restoreSingles(frames: AsyncIterable<WorkFrame>): AsyncGenerator<WorkFrame, void, undefined> {
    let position = 0;
    for await (const frame of frames) {
      let pixels: Float32Array;
      try {
        pixels = await this.#work.reconstruct(this.#work.image(frame), { stage: 1, position });
      } finally {
        this.#work.release(frame);
      }
      position++;
      yield { pixels, features: undefined };
    }
  }
}
