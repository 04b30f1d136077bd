import type { Tensor } from '../../shared/tensor.ts';
import type { FrameWork, WorkFrame } from './frame-work.ts';
import { recurrentStream, type RecurrentWindow, type RecurrentWork } from './schedule/recurrent-stream.ts';

export interface RecurrentStageOptions {
  readonly work: FrameWork;
  readonly alignedChannels: number;
  /** Whether the previous result is followed along the motion; without it, it is taken from the same place. */
  readonly motion: boolean;
}

/** Computes the result for a frame from its neighbours and the previous result. */
export class RecurrentStage implements RecurrentWork<WorkFrame> {
  /** A result is needed for the next frame, so its receiver gets a copy. */
  readonly keepsResults = true;
  readonly #work: FrameWork;
  readonly #motion: boolean;
  readonly #flow: Tensor;
  readonly #aligned: Tensor;

  constructor({ work, alignedChannels, motion }: RecurrentStageOptions) {
    this.#work = work;
    this.#motion = motion;
    this.#flow = work.borrowImage(2);
    this.#flow.data.fill(0);
    this.#aligned = work.borrowImage(alignedChannels);
  }

  stream(frames: AsyncIterable<WorkFrame>): AsyncGenerator<WorkFrame, void, undefined> {
    return recurrentStream(frames, this);
  }

  async restore(position: number, window: RecurrentWindow<WorkFrame>): Promise<WorkFrame> {
    const work = this.#work;
    const { previous, current, next, restored } = window;
    const at = { stage: 1, position };
    if (this.#motion) {
      for (const frame of [previous, current]) await work.describe(frame, at);
      await work.estimateFlow(current, previous, this.#flow, at);
    }
    await work.run(
      'align',
      {
        previous: work.image(previous),
        middle: work.image(current),
        next: work.image(next),
        restored: work.image(restored),
        flow_previous: this.#flow,
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
    this.#work.giveBack([this.#flow, this.#aligned]);
  }
}
