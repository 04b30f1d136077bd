import type {
  Network,
  NetworkOptions,
  NetworkProgram,
  NetworkSetup,
  NetworkSize,
} from '../../networks/network.ts';
import { CascadeStage } from './cascade-stage.ts';
import { checkSetup } from './check-setup.ts';
import { DeformableStage } from './deformable-stage.ts';
import { FrameWork, type DeblurPhase, type WorkFrame } from './frame-work.ts';
import { BufferPool } from './frames/buffer-pool.ts';
import { checkNotBlack, isNearlyBlack } from './frames/output-check.ts';
import { ReflectionPadding } from './frames/reflection-padding.ts';
import { throwIfCancelled } from './inference-errors.ts';
import { NetworkPrograms } from './network-programs.ts';
import type { NetworkWeights, ProgramStatistics } from './network-programs.ts';
import { RecurrentStage } from './recurrent-stage.ts';
import { RefinedStage } from './refined-stage.ts';
import type { DeviceId, Runtime, SessionOptions } from './runtime.ts';
import { availableMemoryBytes, memoryBudget } from './tiling/memory-budget.ts';
import { planMemory } from './tiling/memory-plan.ts';
import type { MemoryPlan } from './tiling/memory-plan.ts';

export interface DeblurrerOptions {
  readonly runtime: Runtime;
  readonly network: Network;
  readonly size: NetworkSize;
  readonly stages: number;
  /** Options of this network; those not given have its defaults. */
  readonly options?: NetworkOptions | undefined;
  readonly weights: NetworkWeights;
  /** As settled by `chooseDevice`. */
  readonly device: DeviceId;
  /** Frame size in pixels; any size from 1 x 1. */
  readonly height: number;
  readonly width: number;
  /** Upper limit for everything deblurring holds; from the memory that is free when absent. */
  readonly memoryBudgetBytes?: number | undefined;
  /** Largest tile; chosen from the memory budget when absent. */
  readonly tile?: { readonly height: number; readonly width: number } | undefined;
  readonly sessionOptions?: SessionOptions | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ProcessOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called before every run of a graph; must be quick. */
  readonly onPhase?: ((phase: DeblurPhase) => void) | undefined;
}

export interface DeblurStatistics {
  readonly programs: Readonly<Partial<Record<NetworkProgram, ProgramStatistics>>>;
  /** Seconds in the runtime, all programs together. */
  readonly runSeconds: number;
  /** Seconds spent on building and loading graphs. */
  readonly buildSeconds: number;
  /** Tiles per frame and stage, and their size in pixels. */
  readonly tiles: { readonly count: number; readonly height: number; readonly width: number };
  readonly estimatedPeakBytes: number;
}

/**
 * Loads a network's graphs for one frame size.
 * @throws AcutanceError `usage` (size, stages, options, frame size), `out-of-memory`, `device-unavailable`,
 *   `inference-failed`
 */
export async function createDeblurrer(options: DeblurrerOptions): Promise<Deblurrer> {
  checkSetup(options);
  const { network, size, stages, signal } = options;
  const setup = { stages, options: { ...network.options, ...options.options } };
  const padding = new ReflectionPadding(options.height, options.width, {
    multiple: network.frameMultiple(size),
    minimum: network.frameMinimum(size),
  });
  const { paddedHeight: height, paddedWidth: width } = padding;
  const budget = memoryBudget(options.device, availableMemoryBytes(), options.memoryBudgetBytes);
  const programs = new NetworkPrograms(options);
  try {
    const request = { network, size, setup, height, width, budget, tile: options.tile };
    // Frames far too large are refused before anything is loaded for them.
    let plan = planMemory({ ...request, featureBytes: 0 });
    for (const program of network.programs(setup)) {
      const { tiles, keepMemory } = plan;
      const shape = program === 'reconstruct' ? tiles : { height, width };
      await programs.load(program, { height: shape.height, width: shape.width, keepMemory }, signal);
      if (program === 'features')
        plan = planMemory({ ...request, featureBytes: programs.outputBytes('features') });
    }
    return new Deblurrer(network, setup, padding, programs, plan);
  } catch (thrown) {
    await programs.dispose();
    throw thrown;
  }
}

/** Takes the blur out of clips of one frame size. Made by `createDeblurrer`; one clip at a time. */
export class Deblurrer {
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

  /**
   * Restores a clip: N frames in, N frames out, in order. Frames are planar R'G'B' (3 x height x width) in [0, 1]; results
   * are not clamped. An input array may be reused by its owner once the next frame is asked for; an output array belongs to
   * the receiver.
   * @throws AcutanceError `cancelled`, `out-of-memory`, `inference-failed`, `output-not-finite`, `output-black`
   */
  async *process(
    frames: AsyncIterable<Float32Array>,
    options: ProcessOptions = {},
  ): AsyncGenerator<Float32Array, void, undefined> {
    if (this.#busy) throw new Error('A Deblurrer restores one clip at a time.');
    this.#busy = true;
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
      this.#busy = false;
    }
  }

  /** Frees the graphs and all buffers. */
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
    const centreOutputs = this.#programs.outputs('centre');
    return new DeformableStage({ work, stages, alignedChannels, centreOutputs });
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
