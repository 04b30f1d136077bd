import type { CascadeNetwork, CascadeProgram, NetworkSize } from '../../networks/network.ts';
import { AcutanceError } from '../../shared/errors.ts';
import { CascadePrograms } from './cascade-programs.ts';
import type { NetworkWeights, ProgramStatistics } from './cascade-programs.ts';
import { CascadeStage } from './cascade-stage.ts';
import type { CascadeFrame, DeblurPhase } from './cascade-stage.ts';
import { BufferPool } from './frames/buffer-pool.ts';
import { checkNotBlack, isNearlyBlack } from './frames/output-check.ts';
import { ReflectionPadding } from './frames/reflection-padding.ts';
import { throwIfCancelled } from './inference-errors.ts';
import type { DeviceId, Runtime, SessionOptions } from './runtime.ts';
import { cascadeStream } from './schedule/cascade-stream.ts';
import { availableMemoryBytes, memoryBudget } from './tiling/memory-budget.ts';
import { planMemory } from './tiling/memory-plan.ts';
import type { MemoryPlan } from './tiling/memory-plan.ts';

export interface DeblurrerOptions {
  readonly runtime: Runtime;
  readonly network: CascadeNetwork;
  readonly size: NetworkSize;
  readonly stages: number;
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
  readonly programs: Readonly<Partial<Record<CascadeProgram, ProgramStatistics>>>;
  /** Seconds in the runtime, all programs together. */
  readonly runSeconds: number;
  /** Seconds spent on building and loading graphs. */
  readonly buildSeconds: number;
  /** Tiles per frame and stage, and their size in pixels. */
  readonly tiles: { readonly count: number; readonly height: number; readonly width: number };
  readonly estimatedPeakBytes: number;
}

/**
 * Loads a cascade's graphs for one frame size.
 * @throws AcutanceError `usage` (stages, frame size), `out-of-memory`, `device-unavailable`, `inference-failed`
 */
export async function createDeblurrer(options: DeblurrerOptions): Promise<Deblurrer> {
  checkOptions(options);
  const { network, size, signal } = options;
  const padding = new ReflectionPadding(options.height, options.width, network.frameMultiple(size));
  const { paddedHeight: height, paddedWidth: width } = padding;
  const budget = memoryBudget(options.device, availableMemoryBytes(), options.memoryBudgetBytes);
  const programs = new CascadePrograms(options);
  try {
    const request = { network, size, stages: options.stages, height, width, budget, tile: options.tile };
    // Frames far too large are refused before anything is loaded for them.
    const { keepMemory } = planMemory({ ...request, pyramidBytes: 0 });
    await programs.load('features', { height, width, keepMemory }, signal);
    const plan = planMemory({ ...request, pyramidBytes: programs.outputBytes('features') });
    const whole = { height, width, keepMemory: plan.keepMemory };
    await programs.load('flow', whole, signal);
    await programs.load('align', whole, signal);
    const { tiles } = plan;
    await programs.load('reconstruct', { ...whole, height: tiles.height, width: tiles.width }, signal);
    return new Deblurrer(options.stages, padding, programs, plan);
  } catch (thrown) {
    await programs.dispose();
    throw thrown;
  }
}

/** Takes the blur out of clips of one frame size. Made by `createDeblurrer`; one clip at a time. */
export class Deblurrer {
  readonly #stages: number;
  readonly #padding: ReflectionPadding;
  readonly #programs: CascadePrograms;
  readonly #plan: MemoryPlan;
  readonly #pool = new BufferPool();
  #busy = false;

  constructor(stages: number, padding: ReflectionPadding, programs: CascadePrograms, plan: MemoryPlan) {
    this.#stages = stages;
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
    const { paddedHeight: height, paddedWidth: width } = this.#padding;
    const stage = new CascadeStage({
      programs: this.#programs,
      stages: this.#stages,
      height,
      width,
      plan: this.#plan.tiles,
      pool: this.#pool,
      ...options,
    });
    /** Whether each frame that is under way may come out black. */
    const mayBeBlack: boolean[] = [];
    try {
      let index = 0;
      for await (const restored of cascadeStream(this.#intake(frames, mayBeBlack, options.signal), stage)) {
        if (mayBeBlack.shift() !== true) checkNotBlack(restored.pixels, `frame ${index}`);
        yield this.#hand(restored);
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

  async *#intake(
    frames: AsyncIterable<Float32Array>,
    mayBeBlack: boolean[],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<CascadeFrame> {
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
      yield { pixels, pyramid: undefined };
    }
  }

  #hand(restored: CascadeFrame): Float32Array {
    if (this.#padding.isIdentity) return restored.pixels;
    const frame = new Float32Array(3 * this.#padding.height * this.#padding.width);
    this.#padding.crop(restored.pixels, frame);
    this.#pool.give(restored.pixels);
    return frame;
  }
}

function checkOptions({ network, size, stages, height, width }: DeblurrerOptions): void {
  const { min, max } = network.stages;
  if (!Number.isInteger(stages) || stages < min || stages > max) {
    throw new AcutanceError('usage', `${network.title} runs with ${min} to ${max} stages, not ${stages}.`, {
      hint: `Use --stages ${network.stages.default}.`,
    });
  }
  if (!network.sizes.includes(size)) {
    throw new AcutanceError('usage', `${network.title} has no size "${size}".`, {
      hint: `Choose one of ${network.sizes.join(', ')}.`,
    });
  }
  if (!Number.isInteger(height) || !Number.isInteger(width) || height < 1 || width < 1) {
    throw new AcutanceError('usage', `A frame cannot have ${width} x ${height} pixels.`);
  }
}
