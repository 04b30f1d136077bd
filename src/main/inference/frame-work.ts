import type { NetworkProgram } from '../../networks/network.ts';
import { elementCount } from '../../shared/tensor.ts';
import type { Tensor } from '../../shared/tensor.ts';
import type { BufferPool } from './frames/buffer-pool.ts';
import { checkFinite } from './frames/output-check.ts';
import type { NetworkPrograms } from './network-programs.ts';
import { copyWindow } from './tiling/copy-window.ts';
import type { TilePlan, TileSpan } from './tiling/tile-plan.ts';
import { addTile, tileWeights } from './tiling/tile-weights.ts';

/** A padded frame, or what was made of one: 3 x H x W, and its features once motion estimation has asked for them. */
export interface WorkFrame {
  readonly pixels: Float32Array;
  features: Readonly<Record<string, Tensor>> | undefined;
}

/** What is being computed right now. */
export interface DeblurPhase {
  readonly program: NetworkProgram;
  /** 1-based. */
  readonly stage: number;
  /** Frame of the clip from 0; negative or past the end for the virtual frames at its ends. */
  readonly position: number;
  /** The part of the frame, where it is cut into tiles. */
  readonly tile?: FrameTile | undefined;
}

/** A part of a padded frame, whose size is in pixels. */
export interface FrameTile {
  readonly row: TileSpan;
  readonly column: TileSpan;
  readonly frameHeight: number;
  readonly frameWidth: number;
}

/** What a frame is to the others in a window. */
export type FeatureRole = 'reference' | 'neighbour' | 'previous' | 'middle' | 'next';

/** A place in the schedule. */
export type At = Omit<DeblurPhase, 'program'>;

/** A run of a program that has ended. Its arrays are used again: what is kept is copied. */
export interface ProgramRun {
  readonly phase: DeblurPhase;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly results: Readonly<Record<string, Tensor>>;
}

export interface FrameWorkOptions {
  readonly programs: NetworkPrograms;
  /** Padded frame size in pixels. */
  readonly height: number;
  readonly width: number;
  readonly plan: TilePlan;
  readonly pool: BufferPool;
  readonly signal?: AbortSignal | undefined;
  readonly onPhase?: ((phase: DeblurPhase) => void) | undefined;
  readonly onRun?: ((run: ProgramRun) => void) | undefined;
}

/** What the schedules of all networks are made of: features, motion and reconstruction of single frames. */
export class FrameWork {
  readonly #options: FrameWorkOptions;

  constructor(options: FrameWorkOptions) {
    this.#options = options;
  }

  async run(
    program: NetworkProgram,
    feeds: Readonly<Record<string, Tensor>>,
    outputs: Readonly<Record<string, Tensor>>,
    at: At,
  ): Promise<void> {
    const { onPhase, onRun, programs, signal } = this.#options;
    const phase = { program, ...at };
    onPhase?.(phase);
    const results = await programs.run(program, at.stage, feeds, outputs, signal);
    onRun?.({ phase, feeds, results });
  }

  /** Computes a frame's features, once however often it is asked for. */
  async describe(frame: WorkFrame, at: At): Promise<void> {
    if (frame.features !== undefined) return;
    const specs = this.#options.programs.outputs('features');
    const features = Object.fromEntries(specs.map(({ name, dims }) => [name, this.borrow(dims)]));
    await this.run('features', { frame: this.image(frame) }, features, at);
    frame.features = features;
  }

  /** The flow from one described frame to another, written into `flow`. */
  async estimateFlow(reference: WorkFrame, neighbour: WorkFrame, flow: Tensor, at: At): Promise<void> {
    const feeds = {
      ...this.featuresAs('reference', reference),
      ...this.featuresAs('neighbour', neighbour),
    };
    await this.run('flow', feeds, { flow }, at);
    // A warp may turn a NaN in the flow into an ordinary, wrong pixel.
    checkFinite(flow.data, `the motion of frame ${Math.max(0, at.position)} (stage ${at.stage})`);
  }

  /** The features of a described frame, under the names they have in a role: `level3` of the reference is `reference3`. */
  featuresAs(role: FeatureRole, frame: WorkFrame): Record<string, Tensor> {
    return Object.fromEntries(
      Object.entries(frame.features ?? {}).map(([name, tensor]) => [name.replace('level', role), tensor]),
    );
  }

  /** The restored frame, tile by tile; its buffer is the caller's. */
  async reconstruct(aligned: Tensor, at: At): Promise<Float32Array> {
    const { plan, pool, height, width } = this.#options;
    const restored = this.borrow([1, 3, height, width]);
    if (plan.rows.length * plan.columns.length === 1) {
      await this.run('reconstruct', { aligned }, { restored }, at);
    } else {
      const channels = aligned.dims[1]!;
      const frame = { height, width };
      const tile = { height: plan.height, width: plan.width };
      const input = this.borrow([1, channels, plan.height, plan.width]);
      const output = this.borrow([1, 3, plan.height, plan.width]);
      const rowWeights = tileWeights(plan.rows, plan.blend);
      const columnWeights = tileWeights(plan.columns, plan.blend);
      restored.data.fill(0);
      for (const [rowIndex, row] of plan.rows.entries()) {
        for (const [columnIndex, column] of plan.columns.entries()) {
          copyWindow({
            source: aligned.data,
            sourcePlane: frame,
            sourceTop: row.input.start,
            sourceLeft: column.input.start,
            target: input.data,
            targetPlane: tile,
            targetTop: 0,
            targetLeft: 0,
            window: tile,
            channels,
          });
          const part = { row, column, frameHeight: height, frameWidth: width };
          await this.run('reconstruct', { aligned: input }, { restored: output }, { ...at, tile: part });
          addTile({
            source: output.data,
            rowWeights: rowWeights[rowIndex]!,
            columnWeights: columnWeights[columnIndex]!,
            target: restored.data,
            targetPlane: frame,
            top: row.input.start,
            left: column.input.start,
            channels: 3,
          });
        }
      }
      pool.give(input.data);
      pool.give(output.data);
    }
    checkFinite(restored.data, `frame ${Math.max(0, at.position)} (stage ${at.stage})`);
    return restored.data;
  }

  image(frame: WorkFrame): Tensor {
    return { data: frame.pixels, dims: [1, 3, this.#options.height, this.#options.width] };
  }

  /** An image of working values of the frame's size. */
  borrowImage(channels: number): Tensor {
    return this.borrow([1, channels, this.#options.height, this.#options.width]);
  }

  borrow(dims: readonly number[]): Tensor {
    return { data: this.#options.pool.take(elementCount(dims)), dims };
  }

  giveBack(tensors: readonly Tensor[]): void {
    for (const { data } of tensors) this.#options.pool.give(data);
  }

  /** Gives a frame's buffers back. */
  release(frame: WorkFrame): void {
    this.#options.pool.give(frame.pixels);
    this.giveBack(Object.values(frame.features ?? {}));
    frame.features = undefined;
  }
}
