import type { Graph, Value } from '../../graph/graph.ts';
import { conv, convOfParts, transposedConv } from '../../ops/convolution.ts';
import { add, multiply, relu, squareRoot, subtract } from '../../ops/elementwise.ts';
import { concat, padZeros, slice } from '../../ops/shaping.ts';
import { decode, encode, residualBlocks, type Scales } from '../encoder-decoder/encoder-decoder.ts';
import { pack, unpack } from './alignment.ts';
import type { ErdnSize } from './sizes.ts';

/** Channels of three aligned frames with their prior, and of a gradient map. */
export const ALIGNED_CHANNELS = 10;
export const GRADIENT_CHANNELS = 3;

/** Published scopes of the two networks that fuse the aligned frames, and of the gradient's fixed kernels. */
export interface FusionScopes {
  readonly fusion: string;
  readonly gradient: string;
}

/** How steep each channel of a frame is: sqrt(v^2 + h^2 + 1e-6) of differences across a pixel, zeros outside. */
export function gradientMap(frame: Value): Value {
  const difference = (axis: 2 | 3) => {
    const margins = [0, 0, 0, 0].with(axis, 1);
    const padded = padZeros(frame, margins, margins);
    const length = frame.dims[axis]!;
    return subtract(slice(padded, axis, 2, length + 2), slice(padded, axis, 0, length));
  };
  const [vertical, horizontal] = [difference(2), difference(3)];
  return squareRoot(add(add(multiply(vertical, vertical), multiply(horizontal, horizontal)), 1e-6));
}

/**
 * The restored frame from aligned frames, prior and the centre's gradient map (N x 13 x H x W): the encoder's features
 * are scaled and shifted by what a branch makes of the gradient, then decoded.
 */
export function reconstruct(aligned: Value, scopes: FusionScopes, size: ErdnSize): Value {
  const { graph } = aligned;
  const frames = slice(aligned, 1, 0, ALIGNED_CHANNELS);
  const gradient = slice(aligned, 1, ALIGNED_CHANNELS, ALIGNED_CHANNELS + GRADIENT_CHANNELS);
  const encoded = graph.within(scopes.fusion, () => encode(pack(frames, size), size.fusion));
  const branch = graph.within(scopes.gradient, () => gradientBranch(pack(gradient, size), encoded, size));
  const modulated = graph.within(scopes.gradient, () => ({
    full: modulate(graph, 0, encoded.full, branch.full),
    half: modulate(graph, 1, encoded.half, branch.half),
    quarter: modulate(graph, 2, encoded.quarter, branch.quarter),
  }));
  const output = graph.within(scopes.fusion, () => decode(modulated, size.fusion, 3 * size.packing ** 2));
  return unpack(output, size);
}

/** The gradient branch's features at three scales; its own picture, `recons_output`, is for training only. */
function gradientBranch(gradient: Value, features: Scales, size: ErdnSize): Scales {
  const { graph } = gradient;
  const blocks = size.gradientBlocks;
  const [full, half, quarter] = size.fusion.channels;
  const entered = graph.within('in_layer', () => {
    const first = graph.within('0', () => relu(conv(gradient, { channels: full, kernel: 3 })));
    return residualBlocks(first, size.gradientInputBlocks, 2, 3);
  });
  const joined = (scope: string, own: Value, feature: Value, channels: number) =>
    graph.within(scope, () => {
      const refined = residualBlocks(concat([own, feature]), blocks, 0, 3);
      return graph.within(String(blocks), () => conv(refined, { channels, kernel: 3 }));
    });
  const down = (scope: string, x: Value, channels: number) =>
    graph.within(`${scope}.0`, () => relu(conv(x, { channels, kernel: 3, stride: 2 })));
  const up = (scope: string, x: Value, channels: number) =>
    graph.within(`${scope}.0`, () =>
      relu(transposedConv(x, { channels, kernel: 3, padding: 1, outputPadding: 1 })),
    );
  const refined = (scope: string, x: Value) => graph.within(scope, () => residualBlocks(x, blocks, 0, 3));

  const first = joined('inBlock', entered, features.full, full);
  const second = joined('encoder_first', down('down_first', first, half), features.half, half);
  const third = joined('encoder_second', down('down_second', second, quarter), features.quarter, quarter);
  const atQuarter = refined('decoder_second', third);
  const atHalf = refined('decoder_first', add(up('decoder_second_up', atQuarter, half), second));
  const atFull = refined('outBlock', add(up('decoder_first_up', atHalf, full), first));
  return { full: atFull, half: atHalf, quarter: atQuarter };
}

/** `feature` times a scale plus a shift, both made of the branch's feature. */
function modulate(graph: Graph, index: number, feature: Value, branch: Value): Value {
  const channels = feature.dims[1]!;
  const condition = (name: string) =>
    graph.within(`${name}.${index}`, () => {
      const inner = graph.within('0', () => relu(conv(branch, { channels, kernel: 3 })));
      return graph.within('2', () => convOfParts([inner], { channels, kernel: 3 }));
    });
  return add(multiply(feature, condition('condition_scale')), condition('condition_shift'));
}

/**
 * The radius of `reconstruct`'s receptive field in pixels: the longest way through encoder, gradient branch and decoder, of
 * which each can be left for the next at any of the three resolutions. A strided or transposed 3 x 3 convolution reaches one
 * pixel of the finer resolution.
 */
export function receptiveRadius({ packing, fusion, gradientInputBlocks, gradientBlocks }: ErdnSize): number {
  const reach = (fusion.kernel - 1) / 2;
  const blocks = fusion.blocks.map((count) => 2 * reach * count) as [number, number, number];
  const encodedFull = reach + blocks[0];
  const encodedHalf = encodedFull + reach + 2 * blocks[1];
  const encodedQuarter = encodedHalf + 2 * reach + 4 * blocks[2];

  const refined = 2 * gradientBlocks;
  const joined = refined + 1;
  const full = Math.max(1 + 2 * gradientInputBlocks, encodedFull) + joined;
  const half = Math.max(full + 1, encodedHalf) + 2 * joined;
  const quarter = Math.max(half + 2, encodedQuarter) + 4 * joined;
  const atQuarter = quarter + 4 * refined;
  const atHalf = Math.max(atQuarter + 2, half) + 2 * refined;
  const atFull = Math.max(atHalf + 1, full) + refined;

  // Two convolutions make a scale or a shift.
  const decodedQuarter = Math.max(atQuarter + 4 * 2, encodedQuarter) + 4 * blocks[2];
  const decodedHalf = Math.max(decodedQuarter + 2, atHalf + 2 * 2, encodedHalf) + 2 * blocks[1];
  const decodedFull = Math.max(decodedHalf + 1, atFull + 2, encodedFull) + blocks[0];
  return packing * (decodedFull + reach) + packing - 1;
}
