import type { ParameterSource } from '../../../../src/networks/graph/serialise.ts';
import type { Network, NetworkOptions, NetworkSize } from '../../../../src/networks/network.ts';
import { elementCount } from '../../../../src/shared/tensor.ts';
import { runModel } from '../../../support/run-graph.ts';

export interface ReachSetup<Size extends NetworkSize> {
  readonly size: Size;
  readonly options?: NetworkOptions;
  /** What a pixel holds that the network takes as zero. */
  readonly zero?: number;
}

/** Gains of a tap: what goes along the outermost ones of many layers must not die out, the rest not grow without bound. */
const [OUTERMOST, INNER] = [0.7, 0.05];
/** So much light that what arrives at the far end is not lost in the rounding of what is added to it. */
export const LIGHT = 1e12;
/** Pixels beyond the margin in which light is still found. */
const BEYOND = 24;

/**
 * How far a network's `reconstruct` looks, in pixels, measured: one column of an empty frame is lit, once for every place
 * within the network's multiple, and the result's farthest column in which something changes tells. In each kernel's
 * middle row all parameters are positive, the outermost ones largest, so that nothing on the longest way cancels out or
 * fades away.
 */
export async function measureReach<Size extends NetworkSize>(
  network: Network<Size>,
  { size, options, zero = 0 }: ReachSetup<Size>,
): Promise<number> {
  const multiple = network.frameMultiple(size);
  const wholes = (pixels: number) => Math.ceil(pixels / multiple) * multiple;
  const height = wholes(network.frameMinimum(size));
  const start = wholes(network.reconstructionMargin(size) + BEYOND);
  const width = 2 * start + multiple;
  const channels = network.alignedChannels;
  const model = network.buildModel({
    ...{ program: 'reconstruct', size, options, height, width },
    ...{ alignCorners: true, lowering: 'standard', parameters: positiveRows },
  });
  const restore = async (lit?: number) => {
    const data = Float32Array.from({ length: channels * height * width }, (_, i) =>
      i % width === lit ? LIGHT : zero,
    );
    return (await runModel(model, { aligned: { data, dims: [1, channels, height, width] } }))['restored']!
      .data;
  };
  return farthestChange(restore, { start, count: multiple, width });
}

/**
 * How far from a lit column something changes, in pixels.
 *
 * @param picture - makes a picture of so many columns, of a frame in which one is lit, or none.
 * @param columns - which ones are lit, one after the other.
 */
export async function farthestChange(
  picture: (lit?: number) => Promise<Float32Array>,
  { start, count, width }: { readonly start: number; readonly count: number; readonly width: number },
): Promise<number> {
  const empty = await picture();
  let farthest = 0;
  for (let lit = start; lit < start + count; lit++) {
    for (const [i, value] of (await picture(lit)).entries()) {
      if (value !== empty[i]) farthest = Math.max(farthest, Math.abs((i % width) - lit));
    }
  }
  return farthest;
}

/** In each kernel's middle row, positive values that are largest at its ends; zeros elsewhere, scales of one. */
export const positiveRows: ParameterSource = (name, dims) => {
  const values = new Float32Array(elementCount(dims));
  if (name.endsWith('.scale')) return values.fill(1);
  const [, inputs = 1, rows = 1, columns = 1] = dims;
  if (dims.length < 4) return values;
  const row = Math.floor((rows - 1) / 2);
  return values.map((_, i) => {
    const column = i % columns;
    const gain = column === 0 || column === columns - 1 ? OUTERMOST : INNER;
    return Math.floor(i / columns) % rows === row ? gain / inputs : 0;
  });
};
