import type { Tensor } from '../../shared/tensor.ts';
import type { FrameWork, WorkFrame } from './frame-work.ts';
import { cascadeStream, type CascadeWork } from './schedule/cascade-stream.ts';

export interface CascadeStageOptions {
  readonly work: FrameWork;
  readonly stages: number;
  readonly alignedChannels: number;
}

/** Computes one stage for three frames: flow to both neighbours, alignment, reconstruction. */
export class CascadeStage implements CascadeWork<WorkFrame> {
  readonly stages: number;
  /** A result that was yielded belongs to the receiver. */
  readonly keepsResults = false;
  readonly #work: FrameWork;
  readonly #flows: readonly [Tensor, Tensor];
  readonly #aligned: Tensor;

  constructor({ work, stages, alignedChannels }: CascadeStageOptions) {
    this.stages = stages;
    this.#work = work;
    this.#flows = [work.borrowImage(2), work.borrowImage(2)];
    this.#aligned = work.borrowImage(alignedChannels);
  }

  stream(frames: AsyncIterable<WorkFrame>): AsyncGenerator<WorkFrame, void, undefined> {
    return cascadeStream(frames, this);
  }

  async restore(
    stage: number,
    position: number,
    previous: WorkFrame,
    middle: WorkFrame,
    next: WorkFrame,
  ): Promise<WorkFrame> {
    const work = this.#work;
    const at = { stage, position };
    for (const frame of [previous, middle, next]) await work.describe(frame, at);
    await work.estimateFlow(middle, previous, this.#flows[0], at);
    // At a mirrored end both neighbours are the same frame.
    const sameNeighbour = previous === next;
    if (!sameNeighbour) await work.estimateFlow(middle, next, this.#flows[1], at);
    await work.run(
      'align',
      {
        previous: work.image(previous),
        middle: work.image(middle),
        next: work.image(next),
        flow_previous: this.#flows[0],
        flow_next: this.#flows[sameNeighbour ? 0 : 1],
      },
      { aligned: this.#aligned },
      at,
    );
    return { pixels: await work.reconstruct(this.#aligned, at), features: undefined };
  }

  release(frame: WorkFrame): void {
    this.#work.release(frame);
  }

  /** Gives the working buffers back. */
  dispose(): void {
    this.#work.giveBack([...this.#flows, this.#aligned]);
  }
}
