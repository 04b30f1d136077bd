/** The widths of MLFA; a size is data, the topology is the same. */
export interface MlfaSize {
  /** Stage 1: channels at full resolution before and after, and of the atrous blocks at half of it. */
  readonly entry: number;
  readonly wide: number;
  readonly blocks: number;
  /** Channels of each of the four parallel convolutions of a block. */
  readonly branch: number;
  readonly up: number;
  readonly exit: number;
  /** Stage 2: channels at 1/2, 1/4, 1/8 and 1/16 resolution, and residual blocks of each level. */
  readonly levels: readonly [number, number, number, number];
  readonly levelBlocks: number;
  /** Channels at full resolution before the output. */
  readonly last: number;
}

export type MlfaSizeName = 'lite' | 'paper';

export const SIZES: Readonly<Record<MlfaSizeName, MlfaSize>> = {
  paper: {
    entry: 64,
    wide: 256,
    blocks: 20,
    branch: 128,
    up: 128,
    exit: 64,
    levels: [64, 128, 256, 512],
    levelBlocks: 3,
    last: 64,
  },
  lite: {
    entry: 16,
    wide: 64,
    blocks: 4,
    branch: 32,
    up: 32,
    exit: 16,
    levels: [32, 48, 64, 96],
    levelBlocks: 1,
    last: 16,
  },
};
