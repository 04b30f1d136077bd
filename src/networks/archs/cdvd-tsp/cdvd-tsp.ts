import { buildProgram, parametersOf, type Programs, type GraphRequest } from '../../build-program.ts';
import { Graph, type Value } from '../../graph/graph.ts';
import { FLOW_LOOK, priorLook, stageOneLook, type Tap } from '../../looks.ts';
import { entryOf, type Network, type NetworkProgram } from '../../network.ts';
import { multiply } from '../../ops/elementwise.ts';
import { sharpnessPrior } from '../../ops/own/sharpness-prior.ts';
import { validityMask } from '../../ops/own/validity-mask.ts';
import { warp } from '../../ops/own/warp.ts';
import { concat } from '../../ops/shaping.ts';
import { buildFeatures, buildFlow, FLOW_PART, FLOW_SCOPE } from '../pwc-net/programs.ts';
import { estimateFlow, extractPyramid, LEVELS, type FlowOptions } from '../pwc-net/pwc-net.ts';
import { receptiveRadius, reconstruct } from './reconstruction.ts';
import { SIZES, type CdvdTspSizeName } from './sizes.ts';

/** Scope of the published state_dict. */
const RECONSTRUCTION_SCOPE = 'recons_net';

/** Cascaded Deep Video Deblurring Using Temporal Sharpness Prior (Pan, Bai, Tang; CVPR 2020). */
export const cdvdTsp: Network<CdvdTspSizeName> = {
  id: 'cdvd-tsp',
  title: 'CDVD-TSP',
  schedule: 'cascade',
  alignment: 'flow',
  stageWeights: 'shared',
  sizes: ['lite', 'paper'],
  paperSize: 'paper',
  defaultSize: 'lite',
  stages: { min: 1, max: 3, default: 2 },
  options: {},
  parts: [FLOW_PART, { name: 'the restoration network', prefix: `${RECONSTRUCTION_SCOPE}.` }],
  looks: [
    FLOW_LOOK,
    {
      name: 'mask',
      title: 'Validity mask: 0 where a neighbour was warped from outside the frame',
      program: 'align',
      stage: 'last',
      parts: [
        { label: 'previous', tensor: 'look_mask_previous', tap: maskTap(0) },
        { label: 'next', tensor: 'look_mask_next', tap: maskTap(1) },
      ],
    },
    priorLook(9),
    stageOneLook('align'),
  ],
  parameters: (size) => parametersOf(PROGRAMS, { size }),
  programs: () => ['features', 'flow', 'align', 'reconstruct'],
  context: ({ stages }) => ({ before: stages, after: stages }),
  // Two halvings after packing.
  frameMultiple: (size) => 4 * SIZES[size].packing,
  frameMinimum: () => 1,
  // Three frames and the prior.
  alignedChannels: 10,
  reconstructionMargin: (size) => receptiveRadius(SIZES[size]),
  bytesPerPixel,
  buildModel: (request) => buildProgram(PROGRAMS, request),
};

function maskTap(nth: number): Tap {
  return { operator: 'ValidityMask', nth };
}

const PROGRAMS = {
  features: (request) => buildFeatures('cdvd-tsp', SIZES[request.size].flow, request),
  flow: (request) => buildFlow('cdvd-tsp', SIZES[request.size].flow, request),

  align(request) {
    const graph = new Graph('cdvd-tsp align', request.lowering);
    const frame = (name: string) => graph.input(name, [1, 3, request.height, request.width]);
    const flow = (name: string) => graph.input(name, [1, 2, request.height, request.width]);
    const frames = { previous: frame('previous'), middle: frame('middle'), next: frame('next') };
    const flows = { previous: flow('flow_previous'), next: flow('flow_next') };
    graph.output('aligned', align(frames, flows, request));
    return graph;
  },

  reconstruct(request) {
    const graph = new Graph('cdvd-tsp reconstruct', request.lowering);
    const aligned = graph.input('aligned', [1, 10, request.height, request.width]);
    graph.output(
      'restored',
      graph.within(RECONSTRUCTION_SCOPE, () => reconstruct(aligned, SIZES[request.size])),
    );
    return graph;
  },
} satisfies Programs<CdvdTspSizeName>;

/**
 * One whole stage as a single graph with a batch axis, for training: `previous`, `middle`, `next` (N x 3 x H x W) ->
 * `restored`, `flow_previous`, `flow_next` and every decoder's flow, `flow_previous_l6` .. `flow_next_l2`.
 */
export function buildTrainingStage(
  request: GraphRequest<CdvdTspSizeName> & { readonly batch: number },
): Graph {
  const graph = new Graph('cdvd-tsp stage', request.lowering);
  const { size, batch, height, width } = request;
  const frame = (name: string) => graph.input(name, [batch, 3, height, width]);
  const frames = { previous: frame('previous'), middle: frame('middle'), next: frame('next') };
  const [toPrevious, toNext] = graph.within(FLOW_SCOPE, () => {
    const pyramid = (value: Value) => extractPyramid(value, SIZES[size].flow);
    const middle = pyramid(frames.middle);
    return [frames.previous, frames.next].map((neighbour) =>
      estimateFlow(middle, pyramid(neighbour), request, flowOptions(request)),
    ) as [ReturnType<typeof estimateFlow>, ReturnType<typeof estimateFlow>];
  });
  const aligned = align(frames, { previous: toPrevious.flow, next: toNext.flow }, request);
  graph.output(
    'restored',
    graph.within(RECONSTRUCTION_SCOPE, () => reconstruct(aligned, SIZES[size])),
  );
  graph.output('flow_previous', toPrevious.flow);
  graph.output('flow_next', toNext.flow);
  for (const level of LEVELS) {
    graph.output(`flow_previous_l${level}`, toPrevious.byLevel[level]);
    graph.output(`flow_next_l${level}`, toNext.byLevel[level]);
  }
  return graph;
}

interface Frames {
  readonly previous: Value;
  readonly middle: Value;
  readonly next: Value;
}

/** Warped previous, middle, warped next and the sharpness prior: the reconstruction network's N x 10 x H x W input. */
function align(
  frames: Frames,
  flows: { previous: Value; next: Value },
  request: GraphRequest<CdvdTspSizeName>,
): Value {
  const { alignCorners } = request;
  const warped = (image: Value, flow: Value) => {
    const mask = validityMask(flow, { alignCorners, keepsThreshold: true });
    return { image: multiply(warp(image, flow, { alignCorners, padding: 'border' }), mask), mask };
  };
  const previous = warped(frames.previous, flows.previous);
  const next = warped(frames.next, flows.next);
  const prior = sharpnessPrior({
    previous: previous.image,
    middle: frames.middle,
    next: next.image,
    masks: { previous: previous.mask, next: next.mask },
    divisor: 2,
  });
  return concat([previous.image, frames.middle, next.image, prior]);
}

function flowOptions({ size, alignCorners }: GraphRequest<CdvdTspSizeName>): FlowOptions {
  return { size: SIZES[size].flow, alignCorners };
}

/** Measured with ONNX Runtime's CPU provider at 960 x 544, rounded up; they are much the same per pixel at other sizes. */
function bytesPerPixel(program: NetworkProgram, size: CdvdTspSizeName): number {
  const table: Record<CdvdTspSizeName, Partial<Record<NetworkProgram, number>>> = {
    paper: { features: 60, flow: 500, align: 140, reconstruct: 650 },
    lite: { features: 40, flow: 280, align: 140, reconstruct: 240 },
  };
  return entryOf(table[size], program);
}
