import type { Value } from '../../graph/graph.ts';
import { alignChannels, conv, convOfParts, depthwiseUpsample } from '../../ops/convolution.ts';
import { add, leakyRelu, multiply } from '../../ops/elementwise.ts';
import { correlation } from '../../ops/own/correlation.ts';
import { warp } from '../../ops/own/warp.ts';
import { everySecondPixel, resizeBilinear } from '../../ops/shaping.ts';
import { LEVELS, type FrameLevel, type FramePyramid, type Level } from './frame-pyramid.ts';
import { regularize } from './regularization.ts';
import type { LiteFlowNetSize } from './sizes.ts';

/** LiteFlowNet halves its input five times. */
export const INPUT_MULTIPLE = 32;

/** The published module names count levels in words. */
const MODULE = ['moduleOne', 'moduleTwo', 'moduleThr', 'moduleFou', 'moduleFiv', 'moduleSix'];
/** Convolutions of each level of the feature pyramid. */
const PYRAMID_LAYERS = [1, 3, 2, 2, 1, 1];
/** Edge of the last kernel of each level's estimators, and of its regularization. */
const KERNELS: Readonly<Record<Level, number>> = { 2: 7, 3: 5, 4: 5, 5: 3, 6: 3 };
/** Flow is in units of 20 pixels at full resolution. */
const FLOW_UNIT = 20;
const SLOPE = 0.1;
const SEARCH_RANGE = 3;

/** The feature pyramid of a frame (N x 3 x H x W in [0, 1], multiples of 32), and the frame itself at each level. */
export function extractPyramid(frame: Value, size: LiteFlowNetSize): FramePyramid {
  const { graph, dims } = frame;
  let features = frame;
  let image = frame;
  const levels = size.pyramid.map((channels, index) => {
    features = graph.within(`moduleFeatures.${MODULE[index]}`, () => {
      let value = features;
      for (let layer = 0; layer < PYRAMID_LAYERS[index]!; layer += 1) {
        const stride = index > 0 && layer === 0 ? 2 : 1;
        const kernel = index === 0 ? 7 : 3;
        value = graph.within(String(2 * layer), () =>
          leakyRelu(conv(value, { channels, kernel, stride }), SLOPE),
        );
      }
      return value;
    });
    image = resizeBilinear(image, dims[2]! / 2 ** index, dims[3]! / 2 ** index);
    return { image, features };
  });
  return { 2: levels[1]!, 3: levels[2]!, 4: levels[3]!, 5: levels[4]!, 6: levels[5]! };
}

/**
 * Optical flow from the reference frame to a neighbour, coarse to fine: N x 2 x H/2 x W/2 in pixels of the full
 * resolution, x then y.
 */
export function estimateFlow(reference: FramePyramid, neighbour: FramePyramid, size: LiteFlowNetSize): Value {
  const flow = LEVELS.toReversed().reduce<Value | undefined>((coarser, level) => {
    const step: FlowStep = { level, reference: reference[level], neighbour: neighbour[level], size };
    const matched = match(step, coarser);
    const refined = refine(step, matched);
    return regularize(step.reference, refined, {
      name: moduleName('moduleRegularization', level),
      kernel: KERNELS[level],
      warpedImage: warpBy(step.neighbour.image, refined, level),
      widens: level < 5,
      slope: SLOPE,
      size,
    });
  }, undefined);
  return multiply(flow!, FLOW_UNIT);
}

interface FlowStep {
  readonly level: Level;
  readonly reference: FrameLevel;
  readonly neighbour: FrameLevel;
  readonly size: LiteFlowNetSize;
}

/** Lists of modules begin with level 2. */
function moduleName(list: string, level: Level): string {
  return `${list}.${level - 2}`;
}

/** Descriptor matching: the coarser flow, and a correction from the correlation around where it points. */
function match({ level, reference, neighbour, size }: FlowStep, coarser: Value | undefined): Value {
  const { graph } = reference.features;
  return graph.within(moduleName('moduleMatching', level), () => {
    const first = widenFinest(reference.features, level, size);
    const second = widenFinest(neighbour.features, level, size);
    const flow =
      coarser === undefined ? undefined : graph.within('moduleUpflow', () => depthwiseUpsample(coarser));
    const warped = flow === undefined ? second : warpBy(second, flow, level);
    const correction = estimator([costs(first, warped, level)], level, size, (2 * SEARCH_RANGE + 1) ** 2);
    return flow === undefined ? correction : add(flow, correction);
  });
}

/** Correlation of 7 x 7 displacements; on the two finest levels in steps of two pixels at every second pixel. */
function costs(first: Value, second: Value, level: Level): Value {
  const { graph } = first;
  if (level > 3) return alignChannels(leakyRelu(correlation(first, second, SEARCH_RANGE), SLOPE));
  // Steps of two from every second pixel only ever meet every second pixel.
  const coarse = correlation(everySecondPixel(first), everySecondPixel(second), SEARCH_RANGE);
  return graph.within('moduleUpcorr', () => alignChannels(depthwiseUpsample(leakyRelu(coarse, SLOPE))));
}

/** Sub-pixel refinement: a correction from the features of both frames, aligned by the matched flow. */
function refine({ level, reference, neighbour, size }: FlowStep, flow: Value): Value {
  return flow.graph.within(moduleName('moduleSubpixel', level), () => {
    const first = widenFinest(reference.features, level, size);
    const second = warpBy(widenFinest(neighbour.features, level, size), flow, level);
    return add(flow, estimator([first, second, flow], level, size));
  });
}

/** The features of level 2 are few; matching and refinement widen them, each with weights of its own. */
function widenFinest(features: Value, level: Level, { matchingFeature }: LiteFlowNetSize): Value {
  if (level !== 2) return features;
  return features.graph.within('moduleFeat.0', () =>
    leakyRelu(conv(features, { channels: matchingFeature, kernel: 1 }), SLOPE),
  );
}

/** Three convolutions over the concatenated inputs, and a fourth that gives a flow. */
function estimator(
  parts: readonly Value[],
  level: Level,
  size: LiteFlowNetSize,
  inputs = parts.reduce((sum, { dims }) => sum + dims[1]!, 0),
): Value {
  const [{ graph }] = parts as readonly [Value];
  return graph.within('moduleMain', () => {
    const [first, ...others] = size.matching;
    let hidden = graph.within('0', () =>
      leakyRelu(convOfParts(parts, { channels: first, kernel: 3, inputs }), SLOPE),
    );
    others.forEach((channels, index) => {
      hidden = graph.within(String(2 * index + 2), () =>
        leakyRelu(conv(hidden, { channels, kernel: 3 }), SLOPE),
      );
    });
    return graph.within('6', () => conv(hidden, { channels: 2, kernel: KERNELS[level] }));
  });
}

function warpBy(value: Value, flow: Value, level: Level): Value {
  const pixels = multiply(flow, FLOW_UNIT / 2 ** (level - 1));
  return warp(value, pixels, { alignCorners: true, padding: 'zeros' });
}
