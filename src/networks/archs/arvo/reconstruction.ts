import type { Value } from '../../graph/graph.ts';
import { conv, convOfParts } from '../../ops/convolution.ts';
import { multiply, relu } from '../../ops/elementwise.ts';
import { allRangeAggregation, allRangeAggregationWithMaxima } from '../../ops/own/all-range-aggregation.ts';
import { depthToSpace, maxPool, slice, spaceToDepth } from '../../ops/shaping.ts';
import { decode, encode, type Scales } from '../encoder-decoder/encoder-decoder.ts';
import type { ArvoSize } from './sizes.ts';

/**
 * The best match of each feature of the reference on the finest level: 1 x 3 x H/s x W/s, how far to the right and down
 * it is, in pixels of the frame, and its weight among all candidates, 0 to 1.
 */
export type MaximaReceiver = (source: 'previous' | 'middle' | 'next', maxima: Value) => void;

/**
 * ARVo's sections 3.1 to 3.3 on frames that are aligned by their flow, the reference in the middle (N x 9 x H x W in [0,
 * 1]): features of all three, the reference's enhanced by what is alike anywhere in the three frames, and the restored
 * reference (N x 3 x H x W). Scopes: `encoder`, `values`, `fusion`, `decoder`.
 *
 * @param onMaxima - where it is given, the graph computes them as well.
 */
export function reconstruct(
  aligned: Value,
  size: ArvoSize,
  layers: number,
  onMaxima?: MaximaReceiver,
): Value {
  const { graph } = aligned;
  const frames = [0, 1, 2].map((index) => extract(slice(aligned, 1, 3 * index, 3 * index + 3), size));
  const [previous, reference, next] = frames as [Scales, Scales, Scales];
  const sources = [
    ['previous', previous.quarter],
    ['middle', reference.quarter],
    ['next', next.quarter],
  ] as const;
  const seen =
    layers === 0
      ? [reference.quarter, previous.quarter, next.quarter]
      : [
          reference.quarter,
          ...sources.flatMap(([name, source]) =>
            aggregateLevels(
              reference.quarter,
              source,
              layers,
              onMaxima && ((maxima) => onMaxima(name, inPixels(maxima, 4 * size.packing))),
            ),
          ),
        ];
  const quarter = graph.within('fusion', () =>
    relu(convOfParts(seen, { channels: size.channels[2], kernel: 3 })),
  );
  const { packing, channels, kernel, decoderBlocks: blocks } = size;
  const output = graph.within('decoder', () =>
    decode({ ...reference, quarter }, { channels, kernel, blocks }, 3 * packing ** 2),
  );
  return packing === 1 ? output : depthToSpace(output, packing);
}

/** A frame's features at three scales; all frames have the same weights. */
function extract(frame: Value, { packing, channels, kernel, encoderBlocks: blocks }: ArvoSize): Scales {
  const packed = packing === 1 ? frame : spaceToDepth(frame, packing);
  return frame.graph.within('encoder', () => encode(packed, { channels, kernel, blocks }));
}

/** What is alike in a source, on each level of its pyramid. All sources have the same weights, every level its own. */
function aggregateLevels(
  reference: Value,
  source: Value,
  layers: number,
  onMaxima?: (maxima: Value) => void,
): Value[] {
  const { graph } = reference;
  const channels = source.dims[1]!;
  let keys = source;
  return Array.from({ length: layers }, (_, level) => {
    keys = maxPool(keys);
    const values = graph.within(`values.${level}`, () => conv(keys, { channels, kernel: 3 }));
    if (level > 0 || onMaxima === undefined) return allRangeAggregation(reference, keys, values);
    const { aggregated, maxima } = allRangeAggregationWithMaxima(reference, keys, values, 2);
    onMaxima(maxima);
    return aggregated;
  });
}

/** Maxima in pixels of the features as maxima in pixels of the frame. */
function inPixels(maxima: Value, pixels: number): Value {
  const units = { data: Float32Array.of(pixels, pixels, 1), dims: [1, 3, 1, 1] };
  return multiply(maxima, maxima.graph.constant(units));
}

/** Radius in pixels of all convolutions together: how far an output pixel sees, but for what is matched. */
export function receptiveRadius({ packing, encoderBlocks, decoderBlocks, kernel }: ArvoSize): number {
  const reach = (kernel - 1) / 2;
  const blocks = (index: 0 | 1 | 2) => 2 * reach * (encoderBlocks[index] + decoderBlocks[index]);
  const fullRes = blocks(0) + 3 * reach; // both ends, and the strided convolution between
  const halfRes = blocks(1) + reach + 1; // strided and transposed convolution
  const quarterRes = blocks(2) + 2; // fusion and transposed convolution
  return packing * (fullRes + 2 * halfRes + 4 * quarterRes) + packing - 1;
}
