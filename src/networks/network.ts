import type { LayerCount } from '../shared/settings.ts';
import type { ParameterSpec } from '../shared/tensor.ts';
import type { Lowering } from './graph/graph.ts';
import type { ParameterSource } from './graph/serialise.ts';
import type { Look } from './looks.ts';
import type { NetworkProgram } from './network-program.ts';

export type { Lowering } from './graph/graph.ts';
export type { NetworkProgram } from './network-program.ts';

/**
 * `paper`: the published widths, where there is one set of them; else they have names of their own. `lite`: the same
 * topology, narrower, so that a CPU is of use.
 */
export type NetworkSize = 'lite' | 'paper' | 'small' | 'medium' | 'large';

export type NetworkId = 'cdvd-tsp' | 'pvdnet' | 'erdn' | 'arvo' | 'mlfa';

/**
 * What a user can set for a network beside its size and stages. Options that a network does not have are refused, absent
 * ones have the network's default.
 */
export interface NetworkOptions {
  /** Whether the previous result is followed along the motion, or taken from the same place (PVDNet). */
  readonly motion?: boolean | undefined;
  /** Levels of the pyramid in which likeness is looked for all over the frame; none is looked for with 0 (ARVo). */
  readonly layers?: LayerCount | undefined;
}

export type NetworkOptionName = keyof NetworkOptions;

/** A part of a network that was published in a file of its own. */
export interface WeightPart {
  readonly name: string;
  /** What the names of its parameters begin with, and may lack in such a file. */
  readonly prefix: string;
}

/** How a network is to be run. */
export interface NetworkSetup {
  readonly stages: number;
  readonly options: NetworkOptions;
}

export interface ProgramRequest<Size extends NetworkSize = NetworkSize> {
  readonly program: NetworkProgram;
  /** From 1, which it is where absent; all stages have the same model where `stageWeights` is `shared`. */
  readonly stage?: number | undefined;
  readonly size: Size;
  /** As far as graphs depend on them; absent ones have the network's default. */
  readonly options?: NetworkOptions | undefined;
  /** Frame size in pixels (tile size for `reconstruct`), multiples of `frameMultiple`, at least `frameMinimum`. */
  readonly height: number;
  readonly width: number;
  readonly alignCorners: boolean;
  readonly lowering: Lowering;
  readonly parameters: ParameterSource;
  /** What is to be seen of the network's inside; costs outputs of the graphs. Nothing where absent. */
  readonly looks?: readonly Look[] | undefined;
}

/**
 * A network that maps three consecutive frames to the one in the middle. Frames are 1 x 3 x H x W, R'G'B' in [0, 1].
 *
 * Its `schedule` says how a clip is worked through. `cascade`: T stages, each on three consecutive results of the one
 * before. `refined`: every frame is restored by itself, and a second stage works on three
 * consecutive results. `recurrent`: one stage, which also sees its result for the frame before; a clip
 * starts with the blurry first frame in its place.
 */
export interface Network<Size extends NetworkSize = NetworkSize> {
  readonly id: NetworkId;
  readonly title: string;
  readonly schedule: 'cascade' | 'recurrent' | 'refined';
  /** How neighbours are aligned: by their optical flow, by deformable convolutions, or not at all. */
  readonly alignment: 'flow' | 'deformable' | 'none';
  /** Whether all stages have the same weights. */
  readonly stageWeights: 'shared' | 'own';
  /** Sizes in the order to be offered. */
  readonly sizes: readonly Size[];
  /** The size that `paper` stands for. */
  readonly paperSize: Size;
  /** The size to begin with. */
  readonly defaultSize: Size;
  readonly stages: { readonly min: number; readonly max: number; readonly default: number };
  /** The options it has, with their defaults. */
  readonly options: NetworkOptions;
  /**
   * What published weights may come apart into; every parameter is of the first of them that its name begins with the
   * prefix of. Empty where they were only published in one piece.
   */
  readonly parts: readonly WeightPart[];
  /** The stage that a parameter is for, where stages have their own; undefined for one that all of them use. */
  stageOf?(parameter: string): number | undefined;
  /** Options that decide which parameters there are, as sets that have weights of their own each; absent where none does. */
  readonly variants?: readonly NetworkOptions[];
  /** What can be seen of its inside. */
  readonly looks?: readonly Look[] | undefined;
  /** Every learned parameter, by its published state_dict name; options matter as `variants` says. */
  parameters(size: Size, options?: NetworkOptions): readonly ParameterSpec[];
  /** The programs that a setup runs, in the order of their first runs. */
  programs(setup: NetworkSetup): readonly NetworkProgram[];
  /**
   * How many frames before and after a frame its result depends on: with so many around it, an excerpt of a clip comes
   * out as in the whole. For a recurrent network, to within a quarter of an 8-bit level.
   */
  context(setup: NetworkSetup): { readonly before: number; readonly after: number };
  /** Frames are padded to multiples of this many pixels (by reflection) and the output cropped back. */
  frameMultiple(size: Size): number;
  /** Frames are padded to at least this many pixels in height and width. */
  frameMinimum(size: Size): number;
  /** Channels that `align` makes and `reconstruct` takes; 3 where it takes a frame. */
  readonly alignedChannels: number;
  /**
   * Radius in pixels of `reconstruct`'s receptive field: a tile with at least this margin around it is
   * reconstructed exactly as in the whole frame.
   */
  reconstructionMargin(size: Size): number;
  /**
   * Present where `reconstruct` compares all places of a tile with each other: its result then depends on the tile, beyond
   * the margin too. Tiles are as large as given here whatever memory there is, if it is enough, so that a frame always comes
   * out the same; where memory is short they are smaller, but never cut shorter than `least`.
   */
  matchingTile?(size: Size): { readonly pixels: number; readonly least: number };
  /**
   * Present where alignment can be tiled too: a tile with this margin around it is aligned as in the whole frame, as long
   * as things do not move further than the architecture says. And the bytes of a frame's features, per pixel.
   */
  alignmentTile?(size: Size): { readonly margin: number; readonly featureBytesPerPixel: number };
  /** Peak activation memory of a program, in bytes per pixel of its frame or tile; for sizing tiles. */
  bytesPerPixel(program: NetworkProgram, size: Size): number;
  /**
   * The serialised ONNX model of one program:
   * - `features`: `frame` -> outputs whose names begin with `level`, all that alignment wants of a neighbour;
   * - `flow`: the same of two frames, named `reference...` and `neighbour...` instead of `level...` -> `flow`,
   *   1 x 2 x H x W in pixels (x, y), from the reference frame to the neighbour;
   * - `centre`, with deformable alignment: `previous`, `middle`, `next` -> outputs whose names begin with `centre`, all
   *   that alignment wants of the middle frame, and `deblurred`, 1 x 3 x H x W;
   * - `deform`: a neighbour's features, named `neighbour...` instead of `level...`, and the centre's -> `warped`,
   *   1 x 3 x H x W;
   * - `align` after it: `middle`, `deblurred`, `warped_previous`, `warped_next` -> `aligned`;
   * - `align` of a cascade with flow: `previous`, `middle`, `next`, `flow_previous`, `flow_next` -> `aligned`;
   *   of a recurrent network: `previous`, `middle`, `next`, `restored` (the result for the previous frame),
   *   `flow_previous` -> `aligned`;
   * - `fuse` of a refined network: `middle`, and the features of three results, named `previous...`, `middle...` and
   *   `next...` instead of `level...` -> `restored`;
   * - `reconstruct`: `aligned` -> `restored`, 1 x 3 x H x W; purely convolutional, so it may be tiled (but see
   *   `matchingTile`).
   */
  buildModel(request: ProgramRequest<Size>): Uint8Array;
}

/** The size of a network by its name, `paper` standing for the published widths; undefined where it has none such. */
export function findSize<Size extends NetworkSize>(network: Network<Size>, name: string): Size | undefined {
  if (name === 'paper') return network.paperSize;
  return network.sizes.find((size) => size === name);
}

/** An entry of a table by program. @throws Error for a program that the network does not have */
export function entryOf<Entry>(
  table: Readonly<Partial<Record<NetworkProgram, Entry>>>,
  program: NetworkProgram,
): Entry {
  const entry = table[program];
  if (entry === undefined) throw new Error(`There is no program "${program}" here.`);
  return entry;
}
