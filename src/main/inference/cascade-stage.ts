import type { CascadeProgram } from '../../networks/network.ts';
import { elementCount } from '../../shared/tensor.ts';
import type { Tensor } from '../../shared/tensor.ts';
import type { CascadePrograms } from './cascade-programs.ts';
import type { BufferPool } from './frames/buffer-pool.ts';
import { checkFinite } from './frames/output-check.ts';
import type { CascadeWork } from './schedule/cascade-stream.ts';
import { copyWindow } from './tiling/copy-window.ts';
import type { TilePlan } from './tiling/tile-plan.ts';

/** A padded frame, or what a stage made of one: 3 x H x W, and its flow pyramid once a stage has asked for it. */
export interface CascadeFrame {
  readonly pixels: Float32Array;
  pyramid: Readonly<Record<string, Tensor>> | undefined;
}

/** What is being computed right now. */
export interface DeblurPhase {
  readonly program: CascadeProgram;
  /** 1-based. */
  readonly stage: number;
  /** Frame of the clip from 0; negative or past the end for the virtual frames at its ends. */
  readonly position: number;
}

export interface CascadeStageOptions {
  readonly programs: CascadePrograms;
  readonly stages: number;
  /** Padded frame size in pixels. */
  readonly height: number;
  readonly width: number;
  readonly plan: TilePlan;
  readonly pool: BufferPool;
  readonly signal?: AbortSignal | undefined;
  readonly onPhase?: ((phase: DeblurPhase) => void) | undefined;
}

/** Computes one stage for three frames: flow to both neighbours, alignment and prior, reconstruction tile by tile. */
export class CascadeStage implements CascadeWork<CascadeFrame> {
  readonly stages: number;
  readonly #options: CascadeStageOptions;
  readonly #flows: readonly [Tensor, Tensor];
  readonly #aligned: Tensor;

  constructor(options: CascadeStageOptions) {
    this.stages = options.stages;
    this.#options = options;
    this.#flows = [
      this.#borrow([1, 2, options.height, options.width]),
      this.#borrow([1, 2, options.height, options.width]),
    ];
    this.#aligned = this.#borrow([1, 10, options.height, options.width]);
  }

  async restore(
    stage: number,
    position: number,
    previous: CascadeFrame,
    middle: CascadeFrame,
    next: CascadeFrame,
  ): Promise<CascadeFrame> {
    const at = { stage, position };
    for (const frame of [previous, middle, next]) await this.#describe(frame, at);
    await this.#estimateFlow(middle, previous, this.#flows[0], at);
    // At a mirrored end both neighbours are the same frame.
    const sameNeighbour = previous === next;
    if (!sameNeighbour) await this.#estimateFlow(middle, next, this.#flows[1], at);
    await this.#run(
      'align',
      {
        previous: this.#image(previous),
        middle: this.#image(middle),
        next: this.#image(next),
        flow_previous: this.#flows[0],
        flow_next: this.#flows[sameNeighbour ? 0 : 1],
      },
      { aligned: this.#aligned },
      at,
    );
    const restored = await this.#reconstruct(at);
    checkFinite(restored, `frame ${Math.max(0, position)} (stage ${stage})`);
    return { pixels: restored, pyramid: undefined };
  }

  release(frame: CascadeFrame): void {
    this.#options.pool.give(frame.pixels);
    this.#releasePyramid(frame);
  }

  /** Gives the working buffers back. */
  dispose(): void {
    for (const tensor of [...this.#flows, this.#aligned]) this.#options.pool.give(tensor.data);
  }

  #releasePyramid(frame: CascadeFrame): void {
    for (const level of Object.values(frame.pyramid ?? {})) this.#options.pool.give(level.data);
    frame.pyramid = undefined;
  }

  async #describe(frame: CascadeFrame, at: Omit<DeblurPhase, 'program'>): Promise<void> {
    if (frame.pyramid !== undefined) return;
    const specs = this.#options.programs.outputs('features');
    const pyramid = Object.fromEntries(specs.map(({ name, dims }) => [name, this.#borrow(dims)]));
    await this.#run('features', { frame: this.#image(frame) }, pyramid, at);
    frame.pyramid = pyramid;
  }

  async #estimateFlow(
    reference: CascadeFrame,
    neighbour: CascadeFrame,
    flow: Tensor,
    at: Omit<DeblurPhase, 'program'>,
  ): Promise<void> {
    const feeds: Record<string, Tensor> = {};
    for (const [level, tensor] of Object.entries(reference.pyramid ?? {}))
      feeds[rename(level, 'reference')] = tensor;
    for (const [level, tensor] of Object.entries(neighbour.pyramid ?? {}))
      feeds[rename(level, 'neighbour')] = tensor;
    await this.#run('flow', feeds, { flow }, at);
    // A warp may turn a NaN in the flow into an ordinary, wrong pixel.
    checkFinite(flow.data, `the motion of frame ${Math.max(0, at.position)} (stage ${at.stage})`);
  }

  async #reconstruct(at: Omit<DeblurPhase, 'program'>): Promise<Float32Array> {
    const { plan, pool, height, width } = this.#options;
    const restored = this.#borrow([1, 3, height, width]);
    if (plan.rows.length * plan.columns.length === 1) {
      await this.#run('reconstruct', { aligned: this.#aligned }, { restored }, at);
      return restored.data;
    }
    const frame = { height, width };
    const tile = { height: plan.height, width: plan.width };
    const input = this.#borrow([1, 10, plan.height, plan.width]);
    const output = this.#borrow([1, 3, plan.height, plan.width]);
    for (const row of plan.rows) {
      for (const column of plan.columns) {
        copyWindow({
          source: this.#aligned.data,
          sourcePlane: frame,
          sourceTop: row.input.start,
          sourceLeft: column.input.start,
          target: input.data,
          targetPlane: tile,
          targetTop: 0,
          targetLeft: 0,
          window: tile,
          channels: 10,
        });
        await this.#run('reconstruct', { aligned: input }, { restored: output }, at);
        copyWindow({
          source: output.data,
          sourcePlane: tile,
          sourceTop: row.kept.start - row.input.start,
          sourceLeft: column.kept.start - column.input.start,
          target: restored.data,
          targetPlane: frame,
          targetTop: row.kept.start,
          targetLeft: column.kept.start,
          window: { height: row.kept.end - row.kept.start, width: column.kept.end - column.kept.start },
          channels: 3,
        });
      }
    }
    pool.give(input.data);
    pool.give(output.data);
    return restored.data;
  }

  async #run(
    program: CascadeProgram,
    feeds: Readonly<Record<string, Tensor>>,
    outputs: Readonly<Record<string, Tensor>>,
    at: Omit<DeblurPhase, 'program'>,
  ): Promise<void> {
    this.#options.onPhase?.({ program, ...at });
    await this.#options.programs.run(program, feeds, outputs, this.#options.signal);
  }

  #image(frame: CascadeFrame): Tensor {
    return { data: frame.pixels, dims: [1, 3, this.#options.height, this.#options.width] };
  }

  #borrow(dims: readonly number[]): Tensor {
    return { data: this.#options.pool.take(elementCount(dims)), dims };
  }
}

/** `level3` of the reference frame is the input `reference3`. */
function rename(level: string, role: 'reference' | 'neighbour'): string {
  return level.replace('level', role);
}
