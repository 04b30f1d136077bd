import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type GraphProto, type NodeProto } from '../../../src/networks/onnx/onnx_pb.ts';
import { OWN_DOMAIN } from '../../../src/networks/graph/graph.ts';
import { elementCount } from '../../../src/shared/tensor.ts';
import { inferShapes, type ModelShapes, type Shape } from './model-shapes.ts';

/** Floating-point operations of one run of a model; a multiplication and its addition are two. */
export interface OperationCount {
  /** Of `Conv` and `ConvTranspose`. */
  readonly convolutions: number;
  /** Of convolutions whose taps are displaced, correlations and matching. */
  readonly others: number;
}

/**
 * Counts what a model's definition asks for, from its graph and the shapes in it:
 *
 * - convolutions, transposed ones too: every tap of every output (input, where transposed), those on the zeros around an
 *   image too;
 * - deformable convolutions: the same, and the convolution that computes their offsets; not how samples are interpolated;
 * - correlations: one product per channel and displacement; all-range matching: both its matrix products;
 * - matrix products.
 *
 * Not counted: what is done once per element (activations, additions, warps, resizing, exponentials), and zeros around weights
 * that a graph has only because the processor likes round numbers of channels. So the count is that of the published
 * network, and what a lowering computes beyond it is not in its favour.
 */
export function countOperations(model: Uint8Array): OperationCount {
  const { graph } = fromBinary(ModelProtoSchema, model);
  if (graph === undefined) throw new Error('The model has no graph.');
  const shapes = inferShapes(graph);
  const meant = meantElements(graph, shapes);
  const counts = graph.node.map((node) => countNode(node, shapes, meant));
  return {
    convolutions: sum(counts.map(({ convolutions }) => convolutions)),
    others: sum(counts.map(({ others }) => others)),
  };
}

/** How many elements a weight has without the zeros that were put around it, or around its parts. */
function meantElements(graph: GraphProto, shapes: ModelShapes): (name: string) => number {
  const made = new Map(graph.node.map((node) => [node.output[0]!, node]));
  const meant = (name: string): number => {
    const node = made.get(name);
    if (node?.opType === 'Pad') return meant(node.input[0]!);
    if (node?.opType === 'Concat') return sum(node.input.map(meant));
    return elementCount(shapes.of(name));
  };
  return meant;
}

const NOTHING: OperationCount = { convolutions: 0, others: 0 };

function countNode(node: NodeProto, shapes: ModelShapes, meant: (name: string) => number): OperationCount {
  const input = (index: number) => shapes.of(node.input[index]!);
  const output = () => shapes.of(node.output[0]!);
  const weight = (index: number) => meant(node.input[index]!);
  if (node.domain === OWN_DOMAIN) {
    switch (node.opType) {
      case 'Correlation':
        return { ...NOTHING, others: 2 * elementCount(output()) * input(0)[1]! };
      case 'DeformableConv':
        return { ...NOTHING, others: 2 * pixels(output()) * weight(1) };
      case 'PredictedDeformableConv': {
        const places = pixels(output());
        return { convolutions: 2 * places * weight(4), others: 2 * places * weight(2) };
      }
      case 'AllRangeAggregation': {
        const [query, keys, values] = [input(0), input(1), input(2)];
        return { ...NOTHING, others: 2 * pixels(query) * pixels(keys) * (keys[1]! + values[1]!) };
      }
      default:
        return NOTHING;
    }
  }
  switch (node.opType) {
    // A weight has as many elements as there are products for one output pixel, grouped or not. Blocks of pixels that begin
    // before the frame, which a transposed convolution is computed by, are one more each way than the pixels meant.
    case 'Conv':
      return { ...NOTHING, convolutions: 2 * Math.min(pixels(output()), pixels(input(0))) * weight(1) };
    case 'ConvTranspose':
      return { ...NOTHING, convolutions: 2 * pixels(input(0)) * weight(1) };
    case 'DeformConv':
      return { ...NOTHING, others: 2 * pixels(output()) * weight(1) };
    case 'MatMul':
      return { ...NOTHING, others: 2 * elementCount(output()) * input(0).at(-1)! };
    default:
      return NOTHING;
  }
}

/** Pixels of all images of a batch. */
function pixels([n, , ...spatial]: Shape): number {
  return n! * elementCount(spatial);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
