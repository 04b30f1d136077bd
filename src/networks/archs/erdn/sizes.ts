import type { EncoderDecoderSize } from '../encoder-decoder/encoder-decoder.ts';

/** The widths of one stage of an ERDN; a size is data, the topology is the same. */
export interface ErdnSize {
  /** Input pixels are packed packing x packing into channels before the first convolutions (1: not at all). */
  readonly packing: number;
  /** Channels of everything that aligns a neighbour. */
  readonly features: number;
  /** Groups of channels that a deformable convolution displaces together. */
  readonly deformableGroups: number;
  /** Residual blocks that extract a neighbour's features, and that make a picture of the aligned ones. */
  readonly extractionBlocks: number;
  readonly pictureBlocks: number;
  /** The encoder-decoder of the centre frame, and that of the fusion. */
  readonly centre: EncoderDecoderSize;
  readonly fusion: EncoderDecoderSize;
  /** Residual blocks of the gradient branch: for its input, and at every other position. */
  readonly gradientInputBlocks: number;
  readonly gradientBlocks: number;
}

export type ErdnSizeName = 'lite' | 'paper';

const PUBLISHED: EncoderDecoderSize = { channels: [32, 64, 128], blocks: [3, 3, 3], kernel: 5 };
const NARROW: EncoderDecoderSize = { channels: [32, 48, 64], blocks: [1, 1, 2], kernel: 3 };

export const SIZES: Readonly<Record<ErdnSizeName, ErdnSize>> = {
  paper: {
    packing: 1,
    features: 64,
    deformableGroups: 8,
    extractionBlocks: 5,
    pictureBlocks: 10,
    centre: PUBLISHED,
    fusion: PUBLISHED,
    gradientInputBlocks: 4,
    gradientBlocks: 2,
  },
  // Packed 2 x 2: four times the learning and twice the receptive field per multiplication.
  lite: {
    packing: 2,
    features: 32,
    deformableGroups: 8,
    extractionBlocks: 1,
    pictureBlocks: 2,
    centre: NARROW,
    fusion: NARROW,
    gradientInputBlocks: 1,
    gradientBlocks: 1,
  },
};
