import type { ParameterSpec } from '../shared/tensor.ts';
import type { Lowering } from './graph/graph.ts';
import type { ParameterSource } from './graph/serialise.ts';

export type { Lowering } from './graph/graph.ts';

/** `paper`: the published widths. `lite`: the same topology, narrower, so that a CPU is of use. */
export type NetworkSize = 'paper' | 'lite';

export type NetworkId = 'cdvd-tsp';

/** The graphs that a cascade is made of; see `CascadeNetwork.buildModel`. */
export type CascadeProgram = 'features' | 'flow' | 'align' | 'reconstruct';

export interface ProgramRequest {
  readonly program: CascadeProgram;
  readonly size: NetworkSize;
  /** Frame size in pixels (tile size for `reconstruct`), multiples of `frameMultiple`. */
  readonly height: number;
  readonly width: number;
  readonly alignCorners: boolean;
  readonly lowering: Lowering;
  readonly parameters: ParameterSource;
}

/**
 * A network whose T stages each map three consecutive frames to one, with one set of weights for all stages.
 * Frames are 1 x 3 x H x W, R'G'B' in [0, 1].
 */
export interface CascadeNetwork {
  readonly id: NetworkId;
  readonly title: string;
  readonly sizes: readonly NetworkSize[];
  readonly stages: { readonly min: number; readonly max: number; readonly default: number };
  /** Every learned parameter, by its published state_dict name. */
  parameters(size: NetworkSize): readonly ParameterSpec[];
  /** Frames are padded to multiples of this many pixels (by reflection) and the output cropped back. */
  frameMultiple(size: NetworkSize): number;
  /**
   * Radius in pixels of `reconstruct`'s receptive field: a tile with at least this margin around it is
   * reconstructed exactly as in the whole frame.
   */
  reconstructionMargin(size: NetworkSize): number;
  /** Peak activation memory of a program, in bytes per pixel of its frame or tile; for sizing tiles. */
  bytesPerPixel(program: CascadeProgram, size: NetworkSize): number;
  /**
   * The serialised ONNX model of one program:
   * - `features`: `frame` -> `level2` .. `level6`, the flow network's feature pyramid;
   * - `flow`: `reference2` .. `reference6`, `neighbour2` .. `neighbour6` -> `flow`, 1 x 2 x H x W in pixels (x, y), from
   *   the reference frame to the neighbour;
   * - `align`: `previous`, `middle`, `next`, `flow_previous`, `flow_next` -> `aligned`, 1 x 10 x H x W: warped previous,
   *   middle, warped next, sharpness prior;
   * - `reconstruct`: `aligned` -> `restored`, 1 x 3 x H x W; purely convolutional, so it may be tiled.
   */
  buildModel(request: ProgramRequest): Uint8Array;
}
