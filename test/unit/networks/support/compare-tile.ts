import type { ParameterSource } from '../../../../src/networks/graph/serialise.ts';
import type { Network, NetworkOptions, NetworkSize } from '../../../../src/networks/network.ts';
import { elementCount } from '../../../../src/shared/tensor.ts';
import { mulberry32 } from '../../../fixtures/fill.ts';
import { maxDifference } from '../../../support/arrays.ts';
import { runModel } from '../../../support/run-graph.ts';

interface TileSetup<Size extends NetworkSize> {
  readonly size: Size;
  readonly options?: NetworkOptions;
  /** Of frame and tile, in pixels. */
  readonly height: number;
  readonly parameters: ParameterSource;
}

/** Largest absolute differences between a tile and the frame that it was cut from, both reconstructed. */
interface TileDifferences {
  /** Where the cut is at least the network's margin away. */
  readonly inside: number;
  /** In the column at the cut. */
  readonly beside: number;
  /** The frame's largest absolute value. */
  readonly scale: number;
}

/** Reconstructs a frame of noise, and the tile that is left without its first columns. */
export async function compareTile<Size extends NetworkSize>(
  network: Network<Size>,
  { size, options, height, parameters }: TileSetup<Size>,
): Promise<TileDifferences> {
  const margin = network.reconstructionMargin(size);
  const cut = network.frameMultiple(size);
  const channels = network.alignedChannels;
  const start = Math.ceil(margin / cut) * cut;
  const width = 2 * start + 3 * cut;
  const reconstruct = async (data: Float32Array, columns: number) => {
    const model = network.buildModel({
      ...{ program: 'reconstruct', size, options, height, width: columns },
      ...{ alignCorners: true, lowering: 'standard', parameters },
    });
    const results = await runModel(model, { aligned: { data, dims: [1, channels, height, columns] } });
    return results['restored']!.data;
  };
  const random = mulberry32(7);
  const frame = Float32Array.from({ length: channels * height * width }, () => (random() >>> 8) / 2 ** 24);

  const whole = await reconstruct(frame, width);
  const tileWidth = width - cut;
  const tile = await reconstruct(columnsOf(frame, width, cut, tileWidth), tileWidth);
  const inside = width - start - cut;
  return {
    inside: maxDifference(
      columnsOf(tile, tileWidth, start, inside),
      columnsOf(whole, width, start + cut, inside),
    ),
    beside: maxDifference(columnsOf(tile, tileWidth, 0, 1), columnsOf(whole, width, cut, 1)),
    scale: whole.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0),
  };
}

/** Uniform noise as parameters: each layer makes the spread of what goes through it about `gain` times as wide. */
export function noiseParameters(gain = 1): ParameterSource {
  const random = mulberry32(8);
  const values = new Map<string, Float32Array>();
  return (name, dims) => {
    const bound = gain * Math.sqrt(3 / Math.max(1, elementCount(dims) / dims[0]!));
    const fill = () =>
      Float32Array.from({ length: elementCount(dims) }, () => ((random() >>> 8) / 2 ** 23 - 1) * bound);
    return values.get(name) ?? values.set(name, fill()).get(name)!;
  };
}

function columnsOf(data: Float32Array, width: number, from: number, count: number): Float32Array {
  return Float32Array.from(
    { length: (data.length / width) * count },
    (_, i) => data[Math.floor(i / count) * width + from + (i % count)]!,
  );
}
