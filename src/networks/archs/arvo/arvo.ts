import { LAYER_COUNTS } from '../../../shared/settings.ts';
import { buildProgram, parametersOf, type Programs } from '../../build-program.ts';
import { Graph } from '../../graph/graph.ts';
import { entryOf, type Network, type NetworkProgram } from '../../network.ts';
import { FLOW_LOOK, stageOneLook, type Look } from '../../looks.ts';
import { warp } from '../../ops/own/warp.ts';
import { concat } from '../../ops/shaping.ts';
import { buildFeatures, buildFlow, FLOW_PART } from '../pwc-net/programs.ts';
import { receptiveRadius, reconstruct, type MaximaReceiver } from './reconstruction.ts';
import { SIZES, type ArvoSizeName } from './sizes.ts';

const DEFAULT_LAYERS = 3;
/** Tiles are cut no shorter, so that what is alike is found at least as far away as this. */
const LEAST_TILE = 512;
/** Three aligned frames. */
const ALIGNED_CHANNELS = 9;

const MAXIMA_LOOK: Look = {
  name: 'maxima',
  title: 'Best match in the aligned frames: how far off in pixels (x, y), and its weight',
  program: 'reconstruct',
  stage: 'last',
  without: { option: 'layers', value: 0 },
  parts: (['previous', 'middle', 'next'] as const).map((label) => ({
    label,
    tensor: `look_maxima_${label}`,
  })),
};

/**
 * ARVo: Learning All-Range Volumetric Correspondence for Video Deblurring (Li et al.; CVPR 2021). No code was published;
 * parameters have names of our own, in the manner of PyTorch:
 *
 * - `flow_net.moduleNetwork.`: PWC-Net, as in CDVD-TSP's weights;
 * - `encoder.inBlock`, `encoder.encoder_first`, `encoder.encoder_second`: features of a frame, as CDVD-TSP's encoder;
 * - `values.0` .. `values.(L - 1)`: the convolutions of the pyramid's L levels, from fine to coarse;
 * - `fusion`: the convolution of the reference's features and, for the previous frame, the reference and the next frame
 *   in this order, what was found on every level; without levels, of the features of the reference, the previous and
 *   the next frame;
 * - `decoder.decoder_second`, `decoder.decoder_first`, `decoder.outBlock`: as CDVD-TSP's decoder.
 */
export const arvo: Network<ArvoSizeName> = {
  id: 'arvo',
  title: 'ARVo',
  schedule: 'cascade',
  alignment: 'flow',
  stageWeights: 'shared',
  sizes: ['lite', 'paper'],
  paperSize: 'paper',
  defaultSize: 'paper',
  stages: { min: 1, max: 3, default: 2 },
  options: { layers: DEFAULT_LAYERS },
  // A prefix that all names begin with is what is left.
  parts: [FLOW_PART, { name: 'the restoration network', prefix: '' }],
  variants: LAYER_COUNTS.map((layers) => ({ layers })),
  looks: [FLOW_LOOK, MAXIMA_LOOK, stageOneLook('align')],
  parameters: (size, options) => parametersOf(PROGRAMS, { size, options }),
  programs: () => ['features', 'flow', 'align', 'reconstruct'],
  context: ({ stages }) => ({ before: stages, after: stages }),
  // Two halvings after packing.
  frameMultiple: (size) => 4 * SIZES[size].packing,
  frameMinimum: () => 1,
  alignedChannels: ALIGNED_CHANNELS,
  reconstructionMargin: (size) => receptiveRadius(SIZES[size]),
  matchingTile: (size) => ({ pixels: SIZES[size].tilePixels, least: LEAST_TILE }),
  bytesPerPixel,
  buildModel: (request) => buildProgram(PROGRAMS, request),
};

const PROGRAMS = {
  features: (request) => buildFeatures('arvo', SIZES[request.size].flow, request),
  flow: (request) => buildFlow('arvo', SIZES[request.size].flow, request),

  align(request) {
    const { height, width, alignCorners, lowering } = request;
    const graph = new Graph('arvo align', lowering);
    const image = (name: string, channels: number) => graph.input(name, [1, channels, height, width]);
    const [previous, middle, next] = [image('previous', 3), image('middle', 3), image('next', 3)];
    const options = { alignCorners, padding: 'border' } as const;
    const warped = [
      warp(previous, image('flow_previous', 2), options),
      middle,
      warp(next, image('flow_next', 2), options),
    ];
    graph.output('aligned', concat(warped));
    return graph;
  },

  reconstruct({ height, width, lowering, size, options, looks }) {
    const graph = new Graph('arvo reconstruct', lowering);
    const aligned = graph.input('aligned', [1, ALIGNED_CHANNELS, height, width]);
    const seesMaxima = looks?.some(({ name }) => name === 'maxima') === true;
    const onMaxima: MaximaReceiver = (source, maxima) => graph.output(`look_maxima_${source}`, maxima);
    const layers = options?.layers ?? DEFAULT_LAYERS;
    const restored = reconstruct(aligned, SIZES[size], layers, seesMaxima ? onMaxima : undefined);
    graph.output('restored', restored);
    return graph;
  },
} satisfies Programs<ArvoSizeName>;

/** Measured with ONNX Runtime's CPU provider at 960 x 544, rounded up; much the same per pixel at other sizes. */
function bytesPerPixel(program: NetworkProgram, size: ArvoSizeName): number {
  const table: Record<ArvoSizeName, Partial<Record<NetworkProgram, number>>> = {
    paper: { features: 60, flow: 560, align: 140, reconstruct: 1200 },
    lite: { features: 40, flow: 280, align: 140, reconstruct: 300 },
  };
  return entryOf(table[size], program);
}
