import type { Tensor } from '../../shared/tensor.ts';
import { DeformableAlignment } from './deformable-alignment.ts';
import { DeformableTiles } from './deformable-tiles.ts';
import type { FrameWork, WorkFrame } from './frame-work.ts';
import type { TensorSpec } from './runtime.ts';
import { cascadeStream, type CascadeWork } from './schedule/cascade-stream.ts';
import type { TilePlan } from './tiling/tile-plan.ts';

export interface DeformableStageOptions {
  readonly work: FrameWork;
  readonly stages: number;
  readonly alignedChannels: number;
  /** Padded frame size in pixels. */
  readonly height: number;
  readonly width: number;
  /** Of alignment; it takes whole frames, and keeps their features, where absent. */
  readonly tiles: TilePlan | undefined;
  /** What the programs `centre` and `features` give. */
  readonly centreOutputs: readonly TensorSpec[];
  readonly featureOutputs: readonly TensorSpec[];
}

/** Computes one stage for three frames: the centre, both neighbours aligned to it by their features, reconstruction. */
export class DeformableStage implements CascadeWork<WorkFrame> {
  readonly stages: number;
  /** A result that was yielded belongs to the receiver. */
  readonly keepsResults = false;
  readonly #work: FrameWork;
  readonly #alignment: DeformableAlignment | DeformableTiles;
  readonly #aligned: Tensor;

  constructor(options: DeformableStageOptions) {
    const { work, tiles } = options;
    this.stages = options.stages;
    this.#work = work;
    this.#alignment =
      tiles === undefined ? new DeformableAlignment(options) : new DeformableTiles({ ...options, tiles });
    this.#aligned = work.borrowImage(options.alignedChannels);
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
    const images = { previous: work.image(previous), middle: work.image(middle), next: work.image(next) };
    const window = { ...images, sameNeighbour: previous === next };
    if (this.#alignment instanceof DeformableTiles) {
      await this.#alignment.align(window, this.#aligned, at);
    } else {
      const describe = async (neighbour: 'previous' | 'next') => {
        const frame = neighbour === 'previous' ? previous : next;
        await work.describe(frame, at);
        return work.featuresAs('neighbour', frame);
      };
      await this.#alignment.align(window, describe, this.#aligned, at);
    }
    return { pixels: await work.reconstruct(this.#aligned, at), features: undefined };
  }

  release(frame: WorkFrame): void {
    this.#work.release(frame);
  }

  /** Gives the working buffers back. */
  dispose(): void {
    this.#alignment.dispose();
    this.#work.giveBack([this.#aligned]);
  }
}
