import type { Tensor } from '../../shared/tensor.ts';
import type { At, FrameWork, WorkFrame } from './frame-work.ts';
import type { TensorSpec } from './runtime.ts';
import { cascadeStream, type CascadeWork } from './schedule/cascade-stream.ts';

export interface DeformableStageOptions {
  readonly work: FrameWork;
  readonly stages: number;
  readonly alignedChannels: number;
  /** What the program `centre` gives. */
  readonly centreOutputs: readonly TensorSpec[];
}

/** Computes one stage for three frames: the centre, both neighbours aligned to it by their features, reconstruction. */
export class DeformableStage implements CascadeWork<WorkFrame> {
  readonly stages: number;
  /** A result that was yielded belongs to the receiver. */
  readonly keepsResults = false;
  readonly #work: FrameWork;
  readonly #centre: Readonly<Record<string, Tensor>>;
  readonly #deblurred: Tensor;
  readonly #warped: readonly [Tensor, Tensor];
  readonly #aligned: Tensor;

  constructor({ work, stages, alignedChannels, centreOutputs }: DeformableStageOptions) {
    this.stages = stages;
    this.#work = work;
    const outputs = centreOutputs.filter(({ name }) => name !== 'deblurred');
    this.#centre = Object.fromEntries(outputs.map(({ name, dims }) => [name, work.borrow(dims)]));
    this.#deblurred = work.borrowImage(3);
    this.#warped = [work.borrowImage(3), work.borrowImage(3)];
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
    const frames = { previous: work.image(previous), middle: work.image(middle), next: work.image(next) };
    await work.run('centre', frames, { ...this.#centre, deblurred: this.#deblurred }, at);
    const [toPrevious, toNext] = this.#warped;
    await this.#warp(previous, toPrevious, at);
    // At a mirrored end both neighbours are the same frame.
    const sameNeighbour = previous === next;
    if (!sameNeighbour) await this.#warp(next, toNext, at);
    await work.run(
      'align',
      {
        middle: work.image(middle),
        deblurred: this.#deblurred,
        warped_previous: toPrevious,
        warped_next: sameNeighbour ? toPrevious : toNext,
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
    this.#work.giveBack([...Object.values(this.#centre), this.#deblurred, ...this.#warped, this.#aligned]);
  }

  async #warp(neighbour: WorkFrame, warped: Tensor, at: At): Promise<void> {
    await this.#work.describe(neighbour, at);
    await this.#work.run(
      'deform',
      { ...this.#work.featuresAs('neighbour', neighbour), ...this.#centre },
      { warped },
      at,
    );
  }
}
