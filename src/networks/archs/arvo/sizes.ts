import type { EncoderDecoderSize } from '../encoder-decoder/encoder-decoder.ts';
import { LITE as PWC_LITE, PAPER as PWC_PAPER, type PwcNetSize } from '../pwc-net/sizes.ts';

/** The widths of ARVo; a size is data, the topology is the same. */
export interface ArvoSize {
  readonly flow: PwcNetSize;
  /** Input pixels are packed packing x packing into channels before the first convolution (1: not at all). */
  readonly packing: number;
  /** The encoder, and the decoder, which has residual blocks of its own number. */
  readonly channels: EncoderDecoderSize['channels'];
  readonly kernel: number;
  readonly encoderBlocks: EncoderDecoderSize['blocks'];
  readonly decoderBlocks: EncoderDecoderSize['blocks'];
  /**
   * Pixels of the largest tile. Comparing all places of a tile with each other takes time by the square of them: with so
   * many it is about as much as the convolutions.
   */
  readonly tilePixels: number;
}

export type ArvoSizeName = 'lite' | 'paper';

export const SIZES: Readonly<Record<ArvoSizeName, ArvoSize>> = {
  paper: {
    flow: PWC_PAPER,
    packing: 1,
    channels: [32, 64, 128],
    kernel: 5,
    encoderBlocks: [5, 5, 5],
    decoderBlocks: [3, 3, 3],
    tilePixels: 2.3e6,
  },
  // Packed 2 x 2: four times the learning and twice the receptive field per multiplication.
  lite: {
    flow: PWC_LITE,
    packing: 2,
    channels: [32, 48, 64],
    kernel: 3,
    encoderBlocks: [2, 2, 3],
    decoderBlocks: [1, 1, 2],
    tilePixels: 4.4e6,
  },
};
