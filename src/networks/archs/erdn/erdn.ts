import type { ParameterSpec } from '../../../shared/tensor.ts';
import { buildProgram, parametersOf, type Programs } from '../../build-program.ts';
import { Graph, type Value } from '../../graph/graph.ts';
import { priorLook, stageOneLook, type LookPart } from '../../looks.ts';
import { entryOf, type Network, type NetworkProgram } from '../../network.ts';
import { sharpnessPrior } from '../../ops/own/sharpness-prior.ts';
import { conv } from '../../ops/convolution.ts';
import { concat, slice } from '../../ops/shaping.ts';
import { alignNeighbour, describeCentre, extractPyramid, LEVELS, type Pyramid } from './alignment.ts';
import { alignmentMargin } from './alignment-margin.ts';
import {
  ALIGNED_CHANNELS,
  GRADIENT_CHANNELS,
  gradientMap,
  receptiveRadius,
  reconstruct,
  type FusionScopes,
} from './fusion.ts';
import { SIZES, type ErdnSize, type ErdnSizeName } from './sizes.ts';

const STAGES = 2;

/** Square of the sharpness prior's delta. */
const PRIOR_DIVISOR = 0.25;

/** Equivalent Receptive Field Deformable Network for Video Deblurring (Jiang et al.; ECCV 2022). */
export const erdn: Network<ErdnSizeName> = {
  id: 'erdn',
  title: 'ERDN',
  schedule: 'cascade',
  alignment: 'deformable',
  stageWeights: 'own',
  sizes: ['lite', 'paper'],
  paperSize: 'paper',
  defaultSize: 'paper',
  stages: { min: 1, max: STAGES, default: STAGES },
  options: {},
  parts: [],
  stageOf: (parameter) => {
    const stages = Array.from({ length: STAGES }, (_, index) => index + 1);
    return stages.find((stage) =>
      Object.values(scopesOf(stage)).some((scope) => parameter.startsWith(`${scope}.`)),
    );
  },
  looks: [
    {
      name: 'offsets',
      title: 'Offsets of the last deformable convolution in pixels (y, x for each group and tap)',
      program: 'deform',
      stage: 'last',
      parts: [offsetsPart('previous', 0), offsetsPart('next', 1)],
    },
    priorLook(9),
    {
      name: 'gradient',
      title: 'Gradient map of the middle frame',
      program: 'align',
      stage: 'last',
      parts: [{ label: 'middle', tensor: 'aligned', channels: [ALIGNED_CHANNELS, GRADIENT_CHANNELS] }],
    },
    stageOneLook('align'),
  ],
  parameters: listParameters,
  programs: () => ['features', 'centre', 'deform', 'align', 'reconstruct'],
  context: ({ stages }) => ({ before: stages, after: stages }),
  // Three halvings after packing.
  frameMultiple: (size) => 8 * SIZES[size].packing,
  frameMinimum: () => 1,
  alignedChannels: ALIGNED_CHANNELS + GRADIENT_CHANNELS,
  reconstructionMargin: (size) => receptiveRadius(SIZES[size]),
  alignmentTile: (size) => ({
    margin: alignmentMargin(SIZES[size]),
    featureBytesPerPixel: LEVELS.reduce((sum, level) => sum + 4 ** (1 - level), 0) * levelBytes(SIZES[size]),
  }),
  bytesPerPixel,
  buildModel: (request) => buildProgram(PROGRAMS, request),
};

/** `deform` runs once for each neighbour. */
function offsetsPart(label: LookPart['label'], run: number): LookPart {
  return { label, run, tensor: 'look_offsets' };
}

/** How far the taps of the last deformable convolution are displaced: computed once more, for a look. */
function lastOffsets(graph: Graph, alignment: string, { deformableGroups }: ErdnSize): Value {
  const scope = `${alignment}.pcd_align.cas_dcnpack.conv_offset`;
  const node = graph.nodes.find(({ inputs }) => inputs.includes(`${scope}.weight`));
  const name = node?.inputs[node.opType === 'PredictedDeformableConv' ? 1 : 0] ?? '';
  const dims = graph.shapes().get(name);
  if (dims === undefined) throw new Error(`The graph "${graph.name}" has no deformable convolution.`);
  const from: Value = { graph, name, dims, type: 'float32' };
  const taps = 9 * deformableGroups;
  const raw = graph.within(scope, () => conv(from, { channels: 3 * taps, kernel: 3 }));
  return slice(raw, 1, 0, 2 * taps);
}

const PROGRAMS = {
  features(request) {
    const graph = new Graph('erdn features', request.lowering);
    const frame = graph.input('frame', [1, 3, request.height, request.width]);
    const pyramid = graph.within(scopesOf(request.stage).alignment, () =>
      extractPyramid(frame, SIZES[request.size]),
    );
    for (const level of LEVELS) graph.output(`level${level}`, pyramid[level]);
    return graph;
  },

  centre(request) {
    const graph = new Graph('erdn centre', request.lowering);
    const frame = (name: string) => graph.input(name, [1, 3, request.height, request.width]);
    const frames = concat([frame('previous'), frame('middle'), frame('next')]);
    const { pyramid, deblurred } = graph.within(scopesOf(request.stage).alignment, () =>
      describeCentre(frames, SIZES[request.size]),
    );
    for (const level of LEVELS) graph.output(`centre${level}`, pyramid[level]);
    graph.output('deblurred', deblurred);
    return graph;
  },

  deform(request) {
    const graph = new Graph('erdn deform', request.lowering);
    const size = SIZES[request.size];
    const pyramidInput = (name: string): Pyramid => {
      const level = (index: (typeof LEVELS)[number]) => {
        const scale = size.packing * 2 ** (index - 1);
        return graph.input(`${name}${index}`, [
          ...[1, size.features],
          ...[request.height / scale, request.width / scale],
        ]);
      };
      return { 1: level(1), 2: level(2), 3: level(3), 4: level(4) };
    };
    const [neighbour, centre] = [pyramidInput('neighbour'), pyramidInput('centre')];
    const warped = graph.within(scopesOf(request.stage).alignment, () =>
      alignNeighbour(neighbour, centre, size),
    );
    graph.output('warped', warped);
    if (request.looks?.some(({ name }) => name === 'offsets') === true)
      graph.output('look_offsets', lastOffsets(graph, scopesOf(request.stage).alignment, size));
    return graph;
  },

  align(request) {
    const graph = new Graph('erdn align', request.lowering);
    const frame = (name: string) => graph.input(name, [1, 3, request.height, request.width]);
    const gradient = gradientMap(frame('middle'));
    const middle = frame('deblurred');
    const [previous, next] = [frame('warped_previous'), frame('warped_next')];
    const prior = sharpnessPrior({ previous, middle, next, divisor: PRIOR_DIVISOR });
    graph.output('aligned', concat([previous, middle, next, prior, gradient]));
    return graph;
  },

  reconstruct(request) {
    const graph = new Graph('erdn reconstruct', request.lowering);
    const channels = ALIGNED_CHANNELS + GRADIENT_CHANNELS;
    const aligned = graph.input('aligned', [1, channels, request.height, request.width]);
    graph.output('restored', reconstruct(aligned, scopesOf(request.stage), SIZES[request.size]));
    return graph;
  },
} satisfies Programs<ErdnSizeName>;

/** Scopes of the published state_dict, whose modules of the second stage have names of their own. */
function scopesOf(stage = 1): FusionScopes & { readonly alignment: string } {
  const suffix = stage === 1 ? '' : '_new';
  return {
    alignment: `flow_net${suffix}`,
    fusion: `recons_net${suffix}`,
    gradient: `grad_net${suffix}`,
  };
}

function listParameters(size: ErdnSizeName): readonly ParameterSpec[] {
  const used = Array.from({ length: STAGES }, (_, index) => index + 1).flatMap((stage) => [
    ...parametersOf(PROGRAMS, { size, stage }),
    ...savedOnly(stage, size),
  ]);
  const kernel = { dims: [1, 1, 3, 3] };
  const fixed = [
    { name: 'get_grad.weight_h', ...kernel },
    { name: 'get_grad.weight_v', ...kernel },
  ];
  // Both the features of a neighbour and those of the centre go through the coarsest level's convolutions.
  return [...new Map([...used, ...fixed].map((spec) => [spec.name, spec])).values()];
}

/** What checkpoints hold of a stage and its result does not depend on: a picture for training, and unused modules. */
function savedOnly(stage: number, name: ErdnSizeName): ParameterSpec[] {
  const { alignment, gradient } = scopesOf(stage);
  const { features, fusion, packing } = SIZES[name];
  const convolution = (scope: string, outputs: number, inputs: number) => [
    { name: `${scope}.weight`, dims: [outputs, inputs, 3, 3] },
    { name: `${scope}.bias`, dims: [outputs] },
  ];
  return [
    ...convolution(`${alignment}.conv_l4_c_1`, features, features),
    ...convolution(`${alignment}.conv_l4_c_2`, features, features),
    ...convolution(`${gradient}.recons_output`, GRADIENT_CHANNELS * packing ** 2, fusion.channels[0]),
  ];
}

/** Bytes of the finest level of a pyramid per pixel of the frame. */
function levelBytes({ features, packing }: ErdnSize): number {
  return (4 * features) / packing ** 2;
}

/** Measured with ONNX Runtime's CPU provider at 960 x 544, rounded up. */
function bytesPerPixel(program: NetworkProgram, size: ErdnSizeName): number {
  const table: Record<ErdnSizeName, Partial<Record<NetworkProgram, number>>> = {
    paper: { features: 700, centre: 900, deform: 2450, align: 200, reconstruct: 1050 },
    lite: { features: 100, centre: 200, deform: 600, align: 200, reconstruct: 300 },
  };
  return entryOf(table[size], program);
}
