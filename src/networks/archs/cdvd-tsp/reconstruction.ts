import type { Value } from '../../graph/graph.ts';
import { depthToSpace, spaceToDepth } from '../../ops/shaping.ts';
import { decode, encode } from '../encoder-decoder/encoder-decoder.ts';
import type { CdvdTspSize } from './sizes.ts';

/**
 * CDVD-TSP's reconstruction network (section 3.2): an encoder-decoder with additive skips that maps the aligned frames
 * and the prior (N x 10 x H x W) directly to the restored middle frame (N x 3 x H x W).
 */
export function reconstruct(aligned: Value, size: CdvdTspSize): Value {
  const { packing } = size;
  const packed = packing === 1 ? aligned : spaceToDepth(aligned, packing);
  const output = decode(encode(packed, size), size, 3 * packing ** 2);
  return packing === 1 ? output : depthToSpace(output, packing);
}

/** Radius of the receptive field in pixels: how far an output pixel can see in any direction. */
export function receptiveRadius({ packing, blocks, kernel }: CdvdTspSize): number {
  const reach = (kernel - 1) / 2;
  const [first, second, third] = blocks;
  const fullRes = 2 * (reach + 2 * reach * first) + reach; // both ends, and the strided convolution between
  const halfRes = 2 * (2 * reach * second) + reach + 1; // encoder, decoder, strided and transposed convolution
  const quarterRes = 2 * (2 * reach * third) + 1;
  return packing * (fullRes + 2 * halfRes + 4 * quarterRes) + packing - 1;
}
