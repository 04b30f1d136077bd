import type { Network, NetworkSetup } from '../../networks/network.ts';
import { CascadeStage } from './cascade-stage.ts';
import type { Deblurrer, DeblurStatistics, ProcessOptions } from './deblurrer-types.ts';
import { DeformableStage } from './deformable-stage.ts';
import { FrameWork, type WorkFrame } from './frame-work.ts';
import { BufferPool } from './frames/buffer-pool.ts';
import { checkNotBlack, isNearlyBlack } from './frames/output-check.ts';
import type { ReflectionPadding } from './frames/reflection-padding.ts';
import { throwIfCancelled } from './inference-errors.ts';
import type { NetworkPrograms } from './network-programs.ts';
import { RecurrentStage } from './recurrent-stage.ts';
import { RefinedStage } from './refined-stage.ts';
import type { MemoryPlan } from './tiling/memory-plan.ts';

/** A network that is loaded for one frame size. */
export class NetworkDeblurrer implements Deblurrer {
  readonly #network: Network;
  readonly #setup: NetworkSetup;
  readonly #padding: ReflectionPadding;
  readonly #programs: NetworkPrograms;
  readonly #plan: MemoryPlan;
  readonly #pool = new BufferPool();
  #busy = false;

  constructor(
    network: Network,
    setup: NetworkSetup,
    padding: ReflectionPadding,
    programs: NetworkPrograms,
    plan: MemoryPlan,
  ) {
    this.#network = network;
    this.#setup = setup;
    this.#padding = padding;
    this.#programs = programs;
    this.#plan = plan;
  }

  get statistics(): DeblurStatistics {
    const { statistics: programs, buildSeconds } = this.#programs;
    const { rows, columns, height, width } = this.#plan.tiles;
    return {
      programs,
      runSeconds: Object.values(programs).reduce((sum, { seconds }) => sum + seconds, 0),
      buildSeconds,
      tiles: { count: rows.length * columns.length, height, width },
      estimatedPeakBytes: this.#plan.peakBytes,
    };
  }

  async *process(
    frames: AsyncIterable<Float32Array>,
    options: ProcessOptions = {},
  ): AsyncGenerator<Float32Array, void, undefined> {
    if (this.#busy) throw new Error('A Deblurrer restores one clip at a time.');
    this.#busy = true;
    try {
      yield* this.restore(frames, options);
    } finally {
      this.#busy = false;
    }
  }

  /** As `process`, for a caller who restores several clips by turns: never two frames at the same time. */
  async *restore(
    frames: AsyncIterable<Float32Array>,
    options: ProcessOptions = {},
  ): AsyncGenerator<Float32Array, void, undefined> {
    const stage = this.#schedule(options);
    /** Whether each frame that is under way may come out black. */
    const mayBeBlack: boolean[] = [];
    try {
      let index = 0;
      for await (const restored of stage.stream(this.#intake(frames, mayBeBlack, options.signal))) {
        if (mayBeBlack.shift() !== true) checkNotBlack(restored.pixels, `frame ${index}`);
        yield this.#hand(restored, stage.keepsResults);
        index++;
      }
    } finally {
      stage.dispose();
    }
  }

  async dispose(): Promise<void> {
    this.#pool.clear();
    await this.#programs.dispose();
  }

  #schedule(options: ProcessOptions): CascadeStage | DeformableStage | RecurrentStage | RefinedStage {
    const { paddedHeight: height, paddedWidth: width } = this.#padding;
    const { alignedChannels, alignment, schedule } = this.#network;
    const { stages, options: chosen } = this.#setup;
    const shared = { programs: this.#programs, plan: this.#plan.tiles, pool: this.#pool };
    const work = new FrameWork({ ...shared, height, width, ...options });
    if (schedule === 'recurrent')
      return new RecurrentStage({ work, alignedChannels, motion: chosen.motion !== false });
    if (schedule === 'refined') return new RefinedStage({ work, stages });
    if (alignment === 'flow') return new CascadeStage({ work, stages, alignedChannels });
    const { alignmentTiles: tiles } = this.#plan;
    const [centreOutputs, featureOutputs] = [
      this.#programs.outputs('centre'),
      this.#programs.outputs('features'),
    ];
    const outputs = { centreOutputs, featureOutputs };
    return new DeformableStage({ work, stages, alignedChannels, height, width, tiles, ...outputs });
  }

  async *#intake(
    frames: AsyncIterable<Float32Array>,
    mayBeBlack: boolean[],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<WorkFrame> {
    const { height, width, paddedHeight, paddedWidth } = this.#padding;
    for await (const frame of frames) {
      throwIfCancelled(signal);
      if (frame.length !== 3 * height * width) {
        throw new Error(
          `A frame has ${frame.length} values where ${height} x ${width} pixels were expected.`,
        );
      }
      const pixels = this.#pool.take(3 * paddedHeight * paddedWidth);
      this.#padding.pad(frame, pixels);
      mayBeBlack.push(isNearlyBlack(frame));
      yield { pixels, features: undefined };
    }
  }

  #hand(restored: WorkFrame, isKept: boolean): Float32Array {
    if (this.#padding.isIdentity && !isKept) return restored.pixels;
    const frame = new Float32Array(3 * this.#padding.height * this.#padding.width);
    this.#padding.crop(restored.pixels, frame);
    if (!isKept) this.#pool.give(restored.pixels);
    return frame;
  }
}
