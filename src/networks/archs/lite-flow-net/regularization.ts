import type { Graph, Value } from '../../graph/graph.ts';
import { conv, convOfParts } from '../../ops/convolution.ts';
import {
  divide,
  exponential,
  leakyRelu,
  multiply,
  negate,
  squareRoot,
  subtract,
} from '../../ops/elementwise.ts';
import {
  concat,
  imageDims,
  maximumOver,
  meanOverPixels,
  reshape,
  slice,
  sumOver,
} from '../../ops/shaping.ts';
import type { FrameLevel } from './frame-pyramid.ts';
import type { LiteFlowNetSize } from './sizes.ts';

export interface RegularizationOptions {
  /** The published name of the module. */
  readonly name: string;
  /** Edge of the window that a flow vector is averaged over, odd. */
  readonly kernel: number;
  /** The neighbour's image, warped onto the reference by the flow. */
  readonly warpedImage: Value;
  /** Whether the features are widened first, and the distances computed by a kernel of height and one of width. */
  readonly widens: boolean;
  readonly slope: number;
  readonly size: LiteFlowNetSize;
}

/**
 * LiteFlowNet's flow regularization (Hui et al. 2018, section 3.3): every flow vector becomes a weighted mean of the
 * vectors around it, with weights exp(-distance^2) that a small network computes from the brightness error, the flow
 * and the features. N x 2 x H x W in and out.
 */
export function regularize(reference: FrameLevel, flow: Value, options: RegularizationOptions): Value {
  const { graph } = flow;
  const { kernel, size, slope } = options;
  return graph.within(options.name, () => {
    const difference = subtract(reference.image, options.warpedImage);
    const error = squareRoot(sumOver(multiply(difference, difference), 1));
    const features = options.widens
      ? graph.within('moduleFeat.0', () =>
          leakyRelu(conv(reference.features, { channels: size.regularizationFeature, kernel: 1 }), slope),
        )
      : reference.features;
    const centred = subtract(flow, meanOverPixels(flow));
    const hidden = graph.within('moduleMain', () => {
      const [first, ...others] = size.regularization;
      let value = graph.within('0', () =>
        leakyRelu(convOfParts([error, centred, features], { channels: first, kernel: 3 }), slope),
      );
      others.forEach((channels, index) => {
        value = graph.within(String(2 * index + 2), () =>
          leakyRelu(conv(value, { channels, kernel: 3 }), slope),
        );
      });
      return value;
    });
    const taps = kernel ** 2;
    const distances = graph.within('moduleDist', () => {
      const convolve = (name: string, value: Value, shape: readonly [number, number], aligned = false) =>
        graph.within(name, () =>
          conv(value, {
            channels: taps,
            kernel: shape,
            aligned,
            inputs: name === '0' ? value.dims[1]! : taps,
          }),
        );
      if (!options.widens) return convolve('0', hidden, [kernel, kernel]);
      return convolve('1', convolve('0', hidden, [kernel, 1], true), [1, kernel]);
    });
    const exponents = negate(multiply(distances, distances));
    const weights = exponential(subtract(exponents, maximumOver(exponents, 1)));
    const total = sumOver(weights, 1);
    const around = surroundings(graph, flow, kernel);
    const averaged = (['moduleScaleX', 'moduleScaleY'] as const).map((name, axis) =>
      graph.within(name, () =>
        conv(multiply(weights, slice(around, 0, axis, axis + 1)), { channels: 1, kernel: 1 }),
      ),
    );
    return divide(concat(averaged), total);
  });
}

/** The window of every pixel of both flow components, zeros outside: 2 x kernel^2 x H x W, row by row. */
function surroundings(graph: Graph, flow: Value, kernel: number): Value {
  const [, , h, w] = imageDims('Surroundings', flow);
  const taps = kernel ** 2;
  const selectors = new Float32Array(taps * taps);
  for (let tap = 0; tap < taps; tap += 1) selectors[tap * taps + tap] = 1;
  const reach = (kernel - 1) / 2;
  return graph.node({
    opType: 'Conv',
    inputs: [
      reshape(flow, [2, 1, h, w]),
      graph.constant({ data: selectors, dims: [taps, 1, kernel, kernel] }),
    ],
    outputs: [{ dims: [2, taps, h, w] }],
    attributes: { kernel_shape: [kernel, kernel], pads: [reach, reach, reach, reach] },
  })[0]!;
}
