import { buildProgram, parametersOf, type Programs } from '../../build-program.ts';
import { Graph, type Value } from '../../graph/graph.ts';
import { stageOneLook } from '../../looks.ts';
import { entryOf, type Network, type NetworkProgram } from '../../network.ts';
import { add, multiply } from '../../ops/elementwise.ts';
import { SIZES, type MlfaSizeName } from './sizes.ts';
import { extractFeatures, fuse, LEVELS, receptiveRadius, restoreSingle, type Features } from './stages.ts';

/** Every halving must leave two pixels, for its border to be mirrored; so must the atrous blocks five at 1/2. */
const LEAST_PIXELS = 32;

/** High-Resolution Dual-Stage Multi-Level Feature Aggregation for Single Image and Video Deblurring (Brehm et al. 2020). */
export const mlfa: Network<MlfaSizeName> = {
  id: 'mlfa',
  title: 'MLFA',
  schedule: 'refined',
  alignment: 'none',
  stageWeights: 'shared',
  sizes: ['lite', 'paper'],
  paperSize: 'paper',
  defaultSize: 'paper',
  stages: { min: 1, max: 2, default: 2 },
  options: {},
  parts: [],
  stageOf: (parameter) => (parameter.startsWith('stage1.') ? 1 : 2),
  looks: [stageOneLook('fuse')],
  parameters: (size) => parametersOf(PROGRAMS, { size }),
  programs: ({ stages }) => (stages === 1 ? ['reconstruct'] : ['reconstruct', 'features', 'fuse']),
  context: ({ stages }) => (stages === 1 ? { before: 0, after: 0 } : { before: 1, after: 1 }),
  // Four halvings in the second stage.
  frameMultiple: () => 16,
  frameMinimum: () => LEAST_PIXELS,
  alignedChannels: 3,
  reconstructionMargin: (size) => receptiveRadius(SIZES[size]),
  bytesPerPixel,
  buildModel: (request) => buildProgram(PROGRAMS, request),
};

const PROGRAMS = {
  reconstruct(request) {
    const graph = new Graph('mlfa stage 1', request.lowering);
    const frame = graph.input('aligned', [1, 3, request.height, request.width]);
    graph.output('restored', corrected(frame, restoreSingle(signed(frame), SIZES[request.size])));
    return graph;
  },

  features(request) {
    const graph = new Graph('mlfa features', request.lowering);
    const frame = graph.input('frame', [1, 3, request.height, request.width]);
    const features = extractFeatures(signed(frame), SIZES[request.size]);
    for (const level of LEVELS) graph.output(`level${level}`, features[level]);
    return graph;
  },

  fuse(request) {
    const graph = new Graph('mlfa stage 2', request.lowering);
    const { height, width } = request;
    const size = SIZES[request.size];
    const featuresOf = (role: string): Features => {
      const level = (index: (typeof LEVELS)[number]) =>
        graph.input(`${role}${index}`, [
          ...[1, size.levels[index - 1]!],
          ...[height / 2 ** index, width / 2 ** index],
        ]);
      return { 1: level(1), 2: level(2), 3: level(3), 4: level(4) };
    };
    const middle = graph.input('middle', [1, 3, height, width]);
    const change = fuse(featuresOf('previous'), featuresOf('middle'), featuresOf('next'), size);
    graph.output('restored', corrected(middle, change));
    return graph;
  },
} satisfies Programs<MlfaSizeName>;

/** From [0, 1] to the network's [-1, 1]. */
function signed(frame: Value): Value {
  return add(multiply(frame, 2), -1);
}

/** A frame in [0, 1] with a change in the units of [-1, 1]. */
function corrected(frame: Value, change: Value): Value {
  return add(frame, multiply(change, 0.5));
}

/**
 * Measured with ONNX Runtime's CPU provider, rounded up; at 640 x 368 and more, since small frames take memory that loading
 * the weights has left behind.
 */
function bytesPerPixel(program: NetworkProgram, size: MlfaSizeName): number {
  const table: Record<MlfaSizeName, Partial<Record<NetworkProgram, number>>> = {
    paper: { reconstruct: 6000, features: 400, fuse: 2000 },
    lite: { reconstruct: 1700, features: 200, fuse: 600 },
  };
  return entryOf(table[size], program);
}
