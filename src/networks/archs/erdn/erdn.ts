import type { ParameterSpec } from '../../../shared/tensor.ts';
import { Graph } from '../../graph/graph.ts';
import { serialise } from '../../graph/serialise.ts';
import { entryOf, type Network, type NetworkProgram, type ProgramRequest } from '../../network.ts';
import { sharpnessPrior } from '../../ops/own/sharpness-prior.ts';
import { concat } from '../../ops/shaping.ts';
import { alignNeighbour, describeCentre, extractPyramid, LEVELS, type Pyramid } from './alignment.ts';
import {
  ALIGNED_CHANNELS,
  GRADIENT_CHANNELS,
  gradientMap,
  receptiveRadius,
  reconstruct,
  type FusionScopes,
} from './fusion.ts';
import { SIZES, type ErdnSizeName } from './sizes.ts';

type GraphRequest = Omit<ProgramRequest<ErdnSizeName>, 'parameters'>;

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
  parameters: listParameters,
  programs: () => ['features', 'centre', 'deform', 'align', 'reconstruct'],
  context: ({ stages }) => ({ before: stages, after: stages }),
  // Three halvings after packing.
  frameMultiple: (size) => 8 * SIZES[size].packing,
  frameMinimum: () => 1,
  alignedChannels: ALIGNED_CHANNELS + GRADIENT_CHANNELS,
  reconstructionMargin: (size) => receptiveRadius(SIZES[size]),
  bytesPerPixel,
  buildModel: (request) =>
    serialise(
      entryOf<(request: GraphRequest) => Graph>(PROGRAMS, request.program)(request),
      request.parameters,
    ),
};

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
} satisfies Partial<Record<NetworkProgram, (request: GraphRequest) => Graph>>;

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
  const request = { size, height: 64, width: 64, alignCorners: true, lowering: 'standard' } as const;
  const programs = ['features', 'centre', 'deform', 'reconstruct'] as const;
  const used = Array.from({ length: STAGES }, (_, index) => index + 1).flatMap((stage) => [
    ...programs.flatMap((program) => [...PROGRAMS[program]({ ...request, stage, program }).parameters]),
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

/** Measured with ONNX Runtime's CPU provider at 960 x 544, rounded up. */
function bytesPerPixel(program: NetworkProgram, size: ErdnSizeName): number {
  const table: Record<ErdnSizeName, Partial<Record<NetworkProgram, number>>> = {
    paper: { features: 650, centre: 850, deform: 6500, align: 200, reconstruct: 850 },
    lite: { features: 100, centre: 200, deform: 1250, align: 200, reconstruct: 300 },
  };
  return entryOf(table[size], program);
}
