import { LITE as LITE_FLOW, PAPER as PUBLISHED_FLOW, type LiteFlowNetSize } from '../lite-flow-net/sizes.ts';

/** The widths of a PVDNet with its BIMNet. */
export interface PvdNetSize {
  readonly flow: LiteFlowNetSize;
  /** Input pixels are packed packing x packing into channels before the first convolution (1: not at all). */
  readonly packing: number;
  /** Channels of the feature transform layers of the pixel volume and of the frames. */
  readonly volume: number;
  readonly frames: number;
  /** Channels at full, 1/2 and 1/4 resolution, and of the residual blocks. */
  readonly channels: readonly [number, number, number];
  readonly residual: number;
  readonly blocks: number;
  /** Edge of the kernels of the encoder and the decoder. */
  readonly kernel: number;
}

const MEDIUM: PvdNetSize = {
  flow: PUBLISHED_FLOW,
  packing: 1,
  volume: 64,
  frames: 32,
  channels: [64, 64, 128],
  residual: 128,
  blocks: 12,
  kernel: 5,
};

export type PvdNetSizeName = 'lite' | 'small' | 'medium' | 'large';

export const SIZES: Readonly<Record<PvdNetSizeName, PvdNetSize>> = {
  medium: MEDIUM,
  // As the paper's section 4.5 says; it was not published.
  small: { ...MEDIUM, volume: 32, frames: 16, channels: [32, 32, 64], residual: 64, blocks: 6 },
  // As published, which is not twice the channels of section 4.5.
  large: { ...MEDIUM, residual: 192, blocks: 24 },
  // Packed 2 x 2: four times the learning and twice the receptive field per multiplication.
  lite: {
    flow: LITE_FLOW,
    packing: 2,
    volume: 32,
    frames: 32,
    channels: [48, 80, 112],
    residual: 112,
    blocks: 4,
    kernel: 3,
  },
};
