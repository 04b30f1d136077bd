import type { Value } from '../../graph/graph.ts';
import { conv, transposedConv } from '../../ops/convolution.ts';
import { add, divide, leakyRelu, maximum, multiply, squareRoot } from '../../ops/elementwise.ts';
import { concat, sumOver } from '../../ops/shaping.ts';
import type { MlfaSize } from './sizes.ts';

/** Levels of stage 2; level L has 1 / 2^L of the frame's resolution. */
export const LEVELS = [1, 2, 3, 4] as const;
export type Level = (typeof LEVELS)[number];
export type Features = Readonly<Record<Level, Value>>;

const SLOPE = 0.2;
const ATROUS_RATES = [1, 2, 3, 4];
/** Shorter feature vectors are not stretched to unit length. */
const SHORTEST = 1e-6;

interface LayerOptions {
  readonly kernel?: number;
  readonly stride?: number;
  readonly dilation?: number;
}

/** A convolution with mirrored borders and a learned scale, without activation. */
function linear(name: string, x: Value, channels: number, options: LayerOptions = {}): Value {
  const layer = { kernel: 3, ...options, channels, padding: 'reflection', scaled: true } as const;
  return x.graph.within(name, () => conv(x, layer));
}

const layer: typeof linear = (name, x, channels, options) =>
  leakyRelu(linear(name, x, channels, options), SLOPE);

/** A transposed convolution that doubles height and width. */
function up(name: string, x: Value, channels: number): Value {
  const options = { channels, kernel: 4, padding: 1, scaled: true } as const;
  return leakyRelu(
    x.graph.within(name, () => transposedConv(x, options)),
    SLOPE,
  );
}

/** Stage 1 (section 3.1): atrous residual blocks on a single frame in [-1, 1]; what to add to it. */
export function restoreSingle(frame: Value, size: MlfaSize): Value {
  return frame.graph.within('stage1', () => {
    let value = layer('down', layer('entry', frame, size.entry, { kernel: 9 }), size.wide, { stride: 2 });
    for (let block = 0; block < size.blocks; block += 1) {
      const name = `blocks.${block}`;
      const branches = ATROUS_RATES.map((dilation) =>
        layer(`${name}.rate${dilation}`, value, size.branch, { dilation }),
      );
      value = add(value, layer(`${name}.merge`, concat(branches), size.wide));
    }
    return linear('output', layer('exit', up('up', value, size.up), size.exit), 3);
  });
}

/** Features of a frame in [-1, 1] that stage 1 has made, at four scales. */
export function extractFeatures(frame: Value, size: MlfaSize): Features {
  const { graph } = frame;
  let value = frame;
  const levels = size.levels.map((channels, index) => {
    value = graph.within('stage2.extractor', () => layer(String(index), value, channels, { stride: 2 }));
    return value;
  });
  return { 1: levels[0]!, 2: levels[1]!, 3: levels[2]!, 4: levels[3]! };
}

/** Stage 2 (section 3.2): features of three frames, weighted by their likeness, fused at four scales; what to add. */
export function fuse(previous: Features, middle: Features, next: Features, size: MlfaSize): Value {
  const { graph } = middle[1];
  return graph.within('stage2', () => {
    let coarser: Value | undefined;
    for (const level of LEVELS.toReversed()) {
      const channels = size.levels[level - 1]!;
      const fused = graph.within(`levels.${level - 1}`, () => {
        const centre = unitLength(middle[level]);
        const weighted = (feature: Value) => {
          const unit = unitLength(feature);
          return multiply(unit, sumOver(multiply(unit, centre), 1));
        };
        const joined = concat([weighted(previous[level]), centre, weighted(next[level])]);
        let value = layer('merge', joined, channels);
        for (let block = 0; block < size.levelBlocks; block += 1) {
          const inner = layer(`blocks.${block}.conv1`, value, channels);
          value = add(value, layer(`blocks.${block}.conv2`, inner, channels));
        }
        return value;
      });
      const sum = coarser === undefined ? fused : add(fused, coarser);
      coarser = up(`up.${level - 1}`, sum, level > 1 ? size.levels[level - 2]! : size.last);
    }
    return linear('output', coarser!, 3);
  });
}

/** Every pixel's feature vector at length 1. */
function unitLength(feature: Value): Value {
  return divide(feature, maximum(squareRoot(sumOver(multiply(feature, feature), 1)), SHORTEST));
}

/** Radius of stage 1's receptive field in pixels. */
export function receptiveRadius({ blocks }: MlfaSize): number {
  const fullRes = 4 + 1 + 2; // the first layer, the strided one, the last two
  const halfRes = blocks * (Math.max(...ATROUS_RATES) + 1) + 1; // the transposed one sees one more
  return fullRes + 2 * halfRes + 1;
}
