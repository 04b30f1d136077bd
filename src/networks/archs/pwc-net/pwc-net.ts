import type { Value } from '../../graph/graph.ts';
import { alignChannels, conv, transposedConv } from '../../ops/convolution.ts';
import { add, leakyRelu, multiply } from '../../ops/elementwise.ts';
import { correlation } from '../../ops/own/correlation.ts';
import type { AlignCorners } from '../../ops/own/sampling.ts';
import { validityMask } from '../../ops/own/validity-mask.ts';
import { warp } from '../../ops/own/warp.ts';
import { concat, resizeBilinear } from '../../ops/shaping.ts';
import type { PwcNetSize } from './sizes.ts';

/** Pyramid levels that take part in flow estimation; level L has 1 / 2^L of the frame's resolution. */
export const LEVELS = [2, 3, 4, 5, 6] as const;
export type Level = (typeof LEVELS)[number];
export type Pyramid = Readonly<Record<Level, Value>>;

/** The published module names count levels in words. */
const MODULE = {
  1: 'moduleOne',
  2: 'moduleTwo',
  3: 'moduleThr',
  4: 'moduleFou',
  5: 'moduleFiv',
  6: 'moduleSix',
};
/** Flow is in units of 20 pixels at full resolution; on level L the features are displaced by 20 / 2^L of it. */
const FLOW_UNIT = 20;
/** PWC-Net halves its input six times. */
const INPUT_MULTIPLE = 64;
const SLOPE = 0.1;
const SEARCH_RANGE = 4;

export interface FlowOptions {
  readonly size: PwcNetSize;
  readonly alignCorners: AlignCorners;
}

/** Rounds up to the next multiple of 64: the size at which PWC-Net sees a frame. */
export function pwcInputSize(size: number): number {
  return Math.ceil(size / INPUT_MULTIPLE) * INPUT_MULTIPLE;
}

/** The feature pyramid of a frame (N x 3 x H x W in [0, 1]), resized to multiples of 64 as published. */
export function extractPyramid(frame: Value, size: PwcNetSize): Pyramid {
  const { graph, dims } = frame;
  return graph.within('moduleExtractor', () => {
    let feature = resizeBilinear(frame, pwcInputSize(dims[2]!), pwcInputSize(dims[3]!));
    const levels = size.pyramid.map((channels, index) =>
      graph.within(MODULE[(index + 1) as 1 | Level], () => {
        [2, 1, 1].forEach((stride, layer) => {
          feature = graph.within(String(2 * layer), () =>
            leakyRelu(conv(feature, { channels, kernel: 3, stride }), SLOPE),
          );
        });
        return feature;
      }),
    );
    return { 2: levels[1]!, 3: levels[2]!, 4: levels[3]!, 5: levels[4]!, 6: levels[5]! };
  });
}

export interface FlowEstimate {
  /** Flow from reference to neighbour at full frame size, N x 2 x H x W, pixels, x then y. */
  readonly flow: Value;
  /** The estimate of each decoder, N x 2 at that level's size, in units of 20 full-resolution pixels. */
  readonly byLevel: Readonly<Record<Level, Value>>;
}

/** Optical flow from the reference frame to a neighbour, coarse to fine; `height` and `width` are the frame's. */
export function estimateFlow(
  reference: Pyramid,
  neighbour: Pyramid,
  { height, width }: { readonly height: number; readonly width: number },
  options: FlowOptions,
): FlowEstimate {
  let coarser: Decoded | undefined;
  const byLevel = {} as Record<Level, Value>;
  for (const level of LEVELS.toReversed()) {
    coarser = decode(level, reference[level], neighbour[level], coarser, options);
    byLevel[level] = coarser.flow;
  }
  const finest = add(coarser!.flow, contextNetwork(coarser!.feature, options.size));
  const full = resizeBilinear(finest, height, width);
  const { graph } = full;
  const scale = Float32Array.of(
    (FLOW_UNIT * width) / pwcInputSize(width),
    (FLOW_UNIT * height) / pwcInputSize(height),
  );
  return { flow: multiply(full, graph.constant({ data: scale, dims: [1, 2, 1, 1] })), byLevel };
}

interface Decoded {
  readonly flow: Value;
  readonly feature: Feature;
}

/** The densely connected feature, which the next finer level and the context network read. */
interface Feature {
  readonly value: Value;
  /** Channels before alignment: `value` ends with channels of zeros, which no weight knows. */
  readonly channels: number;
}

function decode(
  level: Level,
  reference: Value,
  neighbour: Value,
  coarser: Decoded | undefined,
  { size, alignCorners }: FlowOptions,
): Decoded {
  const { graph } = reference;
  return graph.within(MODULE[level], () => {
    let input: Value;
    if (coarser === undefined) {
      input = leakyRelu(correlation(reference, neighbour, SEARCH_RANGE), SLOPE);
    } else {
      const upsample = (name: string, { value, channels }: Feature) =>
        graph.within(name, () =>
          transposedConv(value, { channels: 2, kernel: 4, padding: 1, inputs: channels }),
        );
      const flow = upsample('moduleUpflow', { value: coarser.flow, channels: 2 });
      const upFeature = upsample('moduleUpfeat', coarser.feature);
      const pixels = multiply(flow, FLOW_UNIT / 2 ** level);
      const warped = multiply(
        warp(neighbour, pixels, { alignCorners, padding: 'zeros' }),
        validityMask(pixels, { alignCorners, keepsThreshold: false }),
      );
      const volume = leakyRelu(correlation(reference, warped, SEARCH_RANGE), SLOPE);
      input = concat([volume, reference, flow, upFeature]);
    }
    let feature: Feature = { value: alignChannels(input), channels: input.dims[1]! };
    size.dense.forEach((channels, index) => {
      const name = MODULE[(index + 1) as 1 | Level];
      const dense = graph.within(`${name}.0`, () => leakyRelu(convolve(feature, channels), SLOPE));
      feature = { value: concat([dense, feature.value]), channels: channels + feature.channels };
    });
    return { flow: graph.within('moduleSix.0', () => convolve(feature, 2)), feature };
  });
}

function convolve({ value, channels: inputs }: Feature, channels: number): Value {
  return conv(value, { channels, kernel: 3, inputs });
}

/** The dilated context network, which adds a correction to the finest flow. */
function contextNetwork(feature: Feature, size: PwcNetSize): Value {
  const { graph } = feature.value;
  const dilations = [1, 2, 4, 8, 16, 1];
  return graph.within('moduleRefiner.moduleMain', () => {
    let context = feature;
    size.context.forEach((channels, index) => {
      const options = { channels, kernel: 3, dilation: dilations[index]!, inputs: context.channels };
      const value = graph.within(String(2 * index), () => leakyRelu(conv(context.value, options), SLOPE));
      context = { value, channels };
    });
    return graph.within('12', () => convolve(context, 2));
  });
}
