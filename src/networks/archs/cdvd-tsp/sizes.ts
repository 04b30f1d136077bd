import type { EncoderDecoderSize } from '../encoder-decoder/encoder-decoder.ts';
import { LITE as PWC_LITE, PAPER as PWC_PAPER, type PwcNetSize } from '../pwc-net/sizes.ts';

/** The widths of CDVD-TSP: its flow network, and its reconstruction network. */
export interface CdvdTspSize extends EncoderDecoderSize {
  readonly flow: PwcNetSize;
  /** Input pixels are packed packing x packing into channels before the first convolution (1: not at all). */
  readonly packing: number;
}

export type CdvdTspSizeName = 'lite' | 'paper';

export const SIZES: Readonly<Record<CdvdTspSizeName, CdvdTspSize>> = {
  paper: { flow: PWC_PAPER, packing: 1, channels: [32, 64, 128], blocks: [3, 3, 3], kernel: 5 },
  // Packed 2 x 2: four times the learning and twice the receptive field per multiplication.
  lite: { flow: PWC_LITE, packing: 2, channels: [48, 80, 112], blocks: [2, 2, 3], kernel: 3 },
};
