import { buildProgram, parametersOf, type Programs, type GraphRequest } from '../../build-program.ts';
import { Graph, type Value } from '../../graph/graph.ts';
import { FLOW_LOOK } from '../../looks.ts';
import { entryOf, type Network, type NetworkProgram } from '../../network.ts';
import { add, multiply } from '../../ops/elementwise.ts';
import { pixelVolume } from '../../ops/own/pixel-volume.ts';
import { concat, padZeros, resizeBilinear, slice, sumOver } from '../../ops/shaping.ts';
import { LEVELS, type FramePyramid, type Level } from '../lite-flow-net/frame-pyramid.ts';
import { estimateFlow, extractPyramid, INPUT_MULTIPLE } from '../lite-flow-net/lite-flow-net.ts';
import { FRAME_CHANNELS, receptiveRadius, reconstruct, VOLUME_CHANNELS } from './reconstruction.ts';
import { SIZES, type PvdNetSizeName } from './sizes.ts';

/** Scopes of the published state_dict. */
const FLOW_SCOPE = 'BIMNet';
const RECONSTRUCTION_SCOPE = 'PVDNet';

/** Weights of R, G and B in the gray that the pixel volume is made of, as published. */
const GRAY = [0.2989, 0.587, 0.114];

/**
 * Frames until a wrong start no longer shows: a frame depends on all before it in its shot, so that a part is exactly as
 * in the whole only from the shot's first frame. Enough where the effect, a quarter of the range at first, is halved by
 * every frame. Nothing in the architecture makes it so; it was measured with weights that nobody trained, on filmed frames
 * of 208 x 112, as the largest difference after eight frames in 8-bit levels: the test fixtures' 0.0001 (medium) and 0.002
 * (large), others 0.00005 (lite), 0.0005 (small), 0.22 (medium, halved by every frame).
 */
const WARM_UP = 8;

/** Recurrent Video Deblurring with Blur-Invariant Motion Estimation and Pixel Volumes (Son et al.; TOG 2021). */
export const pvdNet: Network<PvdNetSizeName> = {
  id: 'pvdnet',
  title: 'PVDNet',
  schedule: 'recurrent',
  alignment: 'flow',
  stageWeights: 'shared',
  sizes: ['lite', 'small', 'medium', 'large'],
  paperSize: 'medium',
  defaultSize: 'medium',
  stages: { min: 1, max: 1, default: 1 },
  options: { motion: true },
  parts: [
    { name: 'BIMNet', prefix: `${FLOW_SCOPE}.` },
    { name: 'PVDNet', prefix: `${RECONSTRUCTION_SCOPE}.` },
  ],
  looks: [
    {
      ...FLOW_LOOK,
      without: { option: 'motion', value: false },
      parts: FLOW_LOOK.parts.slice(0, 1),
    },
    {
      name: 'volume',
      title: "25 candidates from the previous frame's result, in gray: shifts in x to the right, in y down",
      program: 'align',
      stage: 'last',
      parts: [{ label: 'previous', tensor: 'aligned', channels: [FRAME_CHANNELS, VOLUME_CHANNELS] }],
    },
  ],
  parameters: (size) => parametersOf(PROGRAMS, { size }),
  programs: ({ options }) =>
    options.motion === false ? ['align', 'reconstruct'] : ['features', 'flow', 'align', 'reconstruct'],
  context: () => ({ before: WARM_UP, after: 1 }),
  // Two halvings after packing.
  frameMultiple: (size) => 4 * SIZES[size].packing,
  frameMinimum: () => INPUT_MULTIPLE,
  alignedChannels: FRAME_CHANNELS + VOLUME_CHANNELS,
  reconstructionMargin: (size) => receptiveRadius(SIZES[size]),
  bytesPerPixel,
  buildModel: (request) => buildProgram(PROGRAMS, request),
};

const PROGRAMS = {
  features(request) {
    const graph = new Graph('pvdnet features', request.lowering);
    const frame = graph.input('frame', [1, 3, request.height, request.width]);
    const seen = seenByFlow(request);
    const part = slice(slice(frame, 2, 0, seen.height), 3, 0, seen.width);
    const pyramid = graph.within(FLOW_SCOPE, () => extractPyramid(part, SIZES[request.size].flow));
    for (const level of LEVELS) {
      graph.output(`level${level}`, pyramid[level].features);
      graph.output(`level${level}_image`, pyramid[level].image);
    }
    return graph;
  },

  flow(request) {
    const graph = new Graph('pvdnet flow', request.lowering);
    const { height, width } = request;
    const size = SIZES[request.size].flow;
    const seen = seenByFlow(request);
    const pyramidInput = (role: string) => {
      const level = (index: Level) => {
        const at = [seen.height / 2 ** (index - 1), seen.width / 2 ** (index - 1)];
        return {
          features: graph.input(`${role}${index}`, [1, size.pyramid[index - 1]!, ...at]),
          image: graph.input(`${role}${index}_image`, [1, 3, ...at]),
        };
      };
      return { 2: level(2), 3: level(3), 4: level(4), 5: level(5), 6: level(6) } satisfies FramePyramid;
    };
    const reference = pyramidInput('reference');
    const neighbour = pyramidInput('neighbour');
    const half = graph.within(FLOW_SCOPE, () => estimateFlow(reference, neighbour, size));
    const flow = resizeBilinear(half, seen.height, seen.width);
    const rest = [0, 0, height - seen.height, width - seen.width];
    graph.output('flow', rest.every((count) => count === 0) ? flow : padZeros(flow, [0, 0, 0, 0], rest));
    return graph;
  },

  align(request) {
    const graph = new Graph('pvdnet align', request.lowering);
    const image = (name: string, channels: number) =>
      graph.input(name, [1, channels, request.height, request.width]);
    const frame = (name: string) => add(multiply(image(name, 3), 2), -1);
    const [previous, middle, next] = [frame('previous'), frame('middle'), frame('next')];
    const restored = frame('restored');
    const volume = pixelVolume(gray(restored), gray(middle), image('flow_previous', 2));
    graph.output('aligned', concat([middle, previous, next, volume]));
    return graph;
  },

  reconstruct(request) {
    const graph = new Graph('pvdnet reconstruct', request.lowering);
    const channels = FRAME_CHANNELS + VOLUME_CHANNELS;
    const aligned = graph.input('aligned', [1, channels, request.height, request.width]);
    const size = SIZES[request.size];
    graph.output(
      'restored',
      graph.within(RECONSTRUCTION_SCOPE, () => reconstruct(aligned, size)),
    );
    return graph;
  },
} satisfies Programs<PvdNetSizeName>;

/** The published code shows BIMNet the top left of a frame in multiples of 32; the rest is taken not to move. */
function seenByFlow({ height, width }: GraphRequest): { height: number; width: number } {
  const whole = (length: number) => Math.floor(length / INPUT_MULTIPLE) * INPUT_MULTIPLE;
  return { height: whole(height), width: whole(width) };
}

function gray(frame: Value): Value {
  const weights = frame.graph.constant({ data: Float32Array.from(GRAY), dims: [1, 3, 1, 1] });
  return sumOver(multiply(frame, weights), 1);
}

/** Measured with ONNX Runtime's CPU provider at 960 x 544, rounded up; much the same per pixel at other sizes. */
function bytesPerPixel(program: NetworkProgram, size: PvdNetSizeName): number {
  const table: Partial<Record<NetworkProgram, Record<'lite' | 'small' | 'other', number>>> = {
    features: { lite: 100, small: 180, other: 180 },
    flow: { lite: 600, small: 920, other: 920 },
    align: { lite: 500, small: 500, other: 500 },
    reconstruct: { lite: 350, small: 1000, other: 1750 },
  };
  return entryOf(table, program)[size === 'lite' || size === 'small' ? size : 'other'];
}
