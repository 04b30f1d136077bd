import type { Value } from '../../graph/graph.ts';
import { conv, convOfParts, toBlocks } from '../../ops/convolution.ts';
import { leakyRelu, maximum, multiply } from '../../ops/elementwise.ts';
import { predictedDeformableConv } from '../../ops/own/deformable-conv.ts';
import { depthToSpace, imageDims, spaceToDepth } from '../../ops/shaping.ts';
import { decode, encode, residualBlocks } from '../encoder-decoder/encoder-decoder.ts';
import type { ErdnSize } from './sizes.ts';

/** Pyramid levels; level L has 1 / 2^(L - 1) of the (packed) frame's resolution. */
export const LEVELS = [1, 2, 3, 4] as const;
export type Level = (typeof LEVELS)[number];
export type Pyramid = Readonly<Record<Level, Value>>;

const SLOPE = 0.1;
/** Taps of a deformable convolution. */
const TAPS = 9;

/**
 * ONNX Runtime 1.30's WebGPU provider makes one operator of a convolution and the `LeakyRelu` behind it, which comes out
 * wrong in the graph that aligns (by 0.03, with SwiftShader); as a maximum they stay apart, and it is right.
 */
const activated = (value: Value): Value =>
  value.graph.lowering === 'webgpu' ? maximum(value, multiply(value, SLOPE)) : leakyRelu(value, SLOPE);

/** Frames as the network sees them: blocks of pixels as channels, where its size says so. */
export function pack(frames: Value, { packing }: ErdnSize): Value {
  return packing === 1 ? frames : spaceToDepth(frames, packing);
}

export function unpack(frames: Value, { packing }: ErdnSize): Value {
  return packing === 1 ? frames : depthToSpace(frames, packing);
}

/** The features of a neighbour, N x 3 x H x W in [0, 1]. */
export function extractPyramid(frame: Value, size: ErdnSize): Pyramid {
  const { graph } = frame;
  const { features, extractionBlocks } = size;
  const first = graph.within('conv_first', () =>
    activated(conv(pack(frame, size), { channels: features, kernel: 3 })),
  );
  const level1 = graph.within('feature_extraction', () => residualBlocks(first, extractionBlocks, 0, 3));
  const level2 = nextLevel(level1, 2);
  const level3 = nextLevel(level2, 3);
  return { 1: level1, 2: level2, 3: level3, 4: nextLevel(level3, 4) };
}

/** Two convolutions from a level to the next coarser one. */
function nextLevel(finer: Value, level: 2 | 3 | 4): Value {
  const { graph } = finer;
  const channels = finer.dims[1]!;
  const strided = graph.within(`conv_l${level}_1`, () =>
    activated(conv(finer, { channels, kernel: 3, stride: 2 })),
  );
  return graph.within(`conv_l${level}_2`, () => activated(conv(strided, { channels, kernel: 3 })));
}

/** The centre branch, from three consecutive frames (N x 9 x H x W): features to align to, and the deblurred centre. */
export function describeCentre(
  frames: Value,
  size: ErdnSize,
): { readonly pyramid: Pyramid; readonly deblurred: Value } {
  const { graph } = frames;
  const { packing, features, centre } = size;
  const { scales, output } = graph.within('center_net', () => {
    const encoded = encode(pack(frames, size), centre);
    return { scales: encoded, output: decode(encoded, centre, 3 * packing ** 2) };
  });
  const translated = (name: string, x: Value) =>
    graph.within(name, () => conv(x, { channels: features, kernel: 1 }));
  const level3 = translated('conv_l3_t', scales.quarter);
  const pyramid = {
    1: translated('conv_l1_t', scales.full),
    2: translated('conv_l2_t', scales.half),
    3: level3,
    4: nextLevel(level3, 4),
  };
  return { pyramid, deblurred: unpack(output, size) };
}

/** A neighbour as it would look at the centre's time, N x 3 x H x W, from the features of both. */
export function alignNeighbour(neighbour: Pyramid, centre: Pyramid, size: ErdnSize): Value {
  const { graph } = neighbour[1];
  const { features, packing } = size;
  const aligned = graph.within('pcd_align', () => alignPyramid(neighbour, centre, size));
  const refined = graph.within('reconstruction', () =>
    residualBlocks(toBlocks(aligned), size.pictureBlocks, 0, 3),
  );
  const picture = graph.within('conv_last', () =>
    conv(refined, { channels: 3 * packing ** 2, kernel: 3, inputs: features }),
  );
  return unpack(picture, size);
}

/** Deformable alignment from coarse to fine, and a last one on the result ("cascading"). */
function alignPyramid(neighbour: Pyramid, centre: Pyramid, size: ErdnSize): Value {
  const { graph } = neighbour[1];
  const channels = size.features;
  const joined = (name: string, parts: readonly Value[]) =>
    graph.within(name, () => convOfParts(parts, { channels, kernel: 3 }));
  let coarser: { readonly offset: Value; readonly feature: Value } | undefined;
  for (const level of LEVELS.toReversed()) {
    const at = `l${level}`;
    const seen = [neighbour[level], centre[level]];
    let offset = activated(graph.within(`offset_conv1.${at}`, () => receptiveFields(seen, level, channels)));
    if (coarser !== undefined)
      offset = activated(joined(`offset_conv2.${at}`, [offset, doubled(multiply(coarser.offset, 2))]));
    let feature = graph.within(`dcn_pack.${at}`, () => deform(neighbour[level], offset, size));
    if (coarser !== undefined) feature = joined(`feat_conv.${at}`, [feature, doubled(coarser.feature)]);
    coarser = { offset, feature: level > 1 ? activated(feature) : feature };
  }
  const { feature } = coarser!;
  const first = activated(joined('cas_offset_conv1', [feature, centre[1]]));
  const offset = activated(joined('cas_offset_conv2', [first]));
  return activated(graph.within('cas_dcnpack', () => deform(feature, offset, size)));
}

/**
 * A dilated spatial pyramid block (section 3.2): branches whose receptive fields grow with the level's resolution, so
 * that every level sees as much of the picture.
 */
function receptiveFields(seen: readonly Value[], level: Level, channels: number): Value {
  const { graph } = seen[0]!;
  const branches = Array.from({ length: 5 - level }, (_, branch) =>
    graph.within(`rfblock.${branch}`, () => {
      const dilation = branch === 0 ? 1 : 2 ** (branch + 1) - 1;
      const widening = Math.max(0, (dilation - 3) / 4);
      const layers = [
        ...Array.from({ length: widening }, () => ({ channels, kernel: 5 })),
        { channels, kernel: 3, dilation },
      ];
      const first = graph.within('0', () =>
        activated(convOfParts(seen, { channels, kernel: branch === 0 ? 1 : 3 })),
      );
      return layers.reduce(
        (value, layer, index) => graph.within(String(2 * index + 2), () => activated(conv(value, layer))),
        first,
      );
    }),
  );
  if (branches.length === 1) return branches[0]!;
  return graph.within('last_layer', () => convOfParts(branches, { channels, kernel: 1 }));
}

/** Modulated deformable convolution of `image`; where it reads is computed from another feature. */
function deform(image: Value, from: Value, { features, deformableGroups }: ErdnSize): Value {
  const { graph } = image;
  const count = 3 * deformableGroups * TAPS;
  const predictor = graph.within('conv_offset', () => ({
    weight: graph.parameter('weight', [count, features, 3, 3]),
    bias: graph.parameter('bias', [count]),
  }));
  const weight = graph.parameter('weight', [features, features, 3, 3]);
  const bias = graph.parameter('bias', [features]);
  return predictedDeformableConv({ image, from, weight, bias, predictor }, deformableGroups);
}

/**
 * Twice the height and width. By scales, not sizes: ONNX Runtime's CPU provider then stays in the blocked layout of the
 * convolutions around it.
 */
function doubled(value: Value): Value {
  const { graph } = value;
  const [n, c, h, w] = imageDims('Resize', value);
  return graph.node({
    opType: 'Resize',
    inputs: [
      value,
      graph.constant({ data: new Float32Array(0), dims: [0] }),
      graph.constant({ data: Float32Array.of(1, 1, 2, 2), dims: [4] }),
    ],
    outputs: [{ dims: [n, c, 2 * h, 2 * w] }],
    attributes: { mode: 'linear', coordinate_transformation_mode: 'half_pixel' },
  })[0]!;
}
