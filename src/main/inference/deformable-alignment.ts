import type { Tensor } from '../../shared/tensor.ts';
import type { At, FrameWork } from './frame-work.ts';
import type { TensorSpec } from './runtime.ts';

export interface DeformableAlignmentOptions {
  readonly work: FrameWork;
  /** Size of the frames, or of the tiles of them, in pixels. */
  readonly height: number;
  readonly width: number;
  /** What the program `centre` gives. */
  readonly centreOutputs: readonly TensorSpec[];
}

/** Three consecutive frames (or the same tile of them), 1 x 3 x H x W each. */
export interface AlignmentWindow {
  readonly previous: Tensor;
  readonly middle: Tensor;
  readonly next: Tensor;
  /** At a mirrored end both neighbours are the same frame. */
  readonly sameNeighbour: boolean;
}

/** Aligns both neighbours of a frame, or of a tile of it, to what is in the middle. */
export class DeformableAlignment {
  readonly #work: FrameWork;
  readonly #centre: Readonly<Record<string, Tensor>>;
  readonly #deblurred: Tensor;
  readonly #warped: readonly [Tensor, Tensor];

  constructor({ work, height, width, centreOutputs }: DeformableAlignmentOptions) {
    this.#work = work;
    const outputs = centreOutputs.filter(({ name }) => name !== 'deblurred');
    this.#centre = Object.fromEntries(outputs.map(({ name, dims }) => [name, work.borrow(dims)]));
    const image = [1, 3, height, width];
    this.#deblurred = work.borrow(image);
    this.#warped = [work.borrow(image), work.borrow(image)];
  }

  /** @param describe - gives a neighbour's features, named `neighbour...`; they are needed until it is called again. */
  async align(
    { previous, middle, next, sameNeighbour }: AlignmentWindow,
    describe: (neighbour: 'previous' | 'next') => Promise<Readonly<Record<string, Tensor>>>,
    aligned: Tensor,
    at: At,
  ): Promise<void> {
    const work = this.#work;
    const [toPrevious, toNext] = this.#warped;
    await work.run('centre', { previous, middle, next }, { ...this.#centre, deblurred: this.#deblurred }, at);
    const warp = async (neighbour: 'previous' | 'next', warped: Tensor) => {
      const features = await describe(neighbour);
      await work.run('deform', { ...features, ...this.#centre }, { warped }, at);
    };
    await warp('previous', toPrevious);
    if (!sameNeighbour) await warp('next', toNext);
    const warped = { warped_previous: toPrevious, warped_next: sameNeighbour ? toPrevious : toNext };
    await work.run('align', { middle, deblurred: this.#deblurred, ...warped }, { aligned }, at);
  }

  /** Gives the working buffers back. */
  dispose(): void {
    this.#work.giveBack([...Object.values(this.#centre), this.#deblurred, ...this.#warped]);
  }
}
