/** The shapes of all values of our own models, which say only those of their inputs, outputs and parameters. */
import type {
  AttributeProto,
  GraphProto,
  NodeProto,
  TensorProto,
} from '../../../src/networks/onnx/onnx_pb.ts';
import { OWN_DOMAIN } from '../../../src/networks/graph/graph.ts';

export type Shape = readonly number[];

/** Values by name. */
export interface ModelShapes {
  /** @throws Error for a value that the graph does not have */
  of(name: string): Shape;
}

/** What the shape of a node's result depends on. */
interface Applied {
  readonly node: NodeProto;
  /** Shapes of the inputs. */
  readonly inputs: readonly Shape[];
  /** The numbers of an input that is a constant of 64-bit integers. */
  integers(input: number): readonly number[];
  /** The numbers of an input that is a constant of 32-bit floating point numbers. */
  floats(input: number): readonly number[];
}

/**
 * Follows a graph from its inputs and parameters to its end. Knows the operators that our networks are made of at their top
 * level, each as its definition has it; what is inside our own operators is not looked at.
 *
 * @throws Error for an operator that is not known
 */
export function inferShapes(graph: GraphProto): ModelShapes {
  const shapes = new Map<string, Shape>();
  const constants = new Map<string, TensorProto>();
  const of = (name: string) => {
    const shape = shapes.get(name);
    if (shape === undefined) throw new Error(`There is no value "${name}" in the graph "${graph.name}".`);
    return shape;
  };
  for (const { name, dims } of graph.initializer) shapes.set(name, dims.map(Number));
  for (const { name, type } of graph.input) {
    const dims = type?.value.value?.shape?.dim ?? [];
    shapes.set(
      name,
      dims.map(({ value }) => Number(value.value)),
    );
  }
  for (const node of graph.node) {
    const constant = attribute(node, 'value')?.t;
    const integers = (input: number) => integersOf(constants.get(node.input[input] ?? ''));
    const floats = (input: number) => floatsOf(constants.get(node.input[input] ?? ''));
    const shape =
      node.opType === 'Constant' && constant !== undefined
        ? constant.dims.map(Number)
        : resultShape({ node, inputs: node.input.map(of), integers, floats });
    if (constant !== undefined) constants.set(node.output[0]!, constant);
    shapes.set(node.output[0]!, shape);
  }
  return { of };
}

export function attribute(node: NodeProto, name: string): AttributeProto | undefined {
  return node.attribute.find((candidate) => candidate.name === name);
}

/** A node's list of integers; `otherwise` where it has none of that name. */
export function integerList(node: NodeProto, name: string, otherwise: readonly number[]): readonly number[] {
  return attribute(node, name)?.ints.map(Number) ?? otherwise;
}

function integersOf(tensor: TensorProto | undefined): readonly number[] {
  const view = bytesOf(tensor);
  return Array.from({ length: view.byteLength / 8 }, (_, index) => Number(view.getBigInt64(8 * index, true)));
}

function floatsOf(tensor: TensorProto | undefined): readonly number[] {
  const view = bytesOf(tensor);
  return Array.from({ length: view.byteLength / 4 }, (_, index) => view.getFloat32(4 * index, true));
}

function bytesOf(tensor: TensorProto | undefined): DataView {
  if (tensor === undefined) throw new Error('A shape depends on numbers that are not constant.');
  const { buffer, byteOffset, byteLength } = tensor.rawData;
  return new DataView(buffer, byteOffset, byteLength);
}

/** Operators whose result has the shape that their inputs broadcast to. */
const ELEMENTWISE = new Set(
  'Add Sub Mul Div Min Max Relu LeakyRelu Sigmoid Exp Sqrt Neg Floor Cast Identity Softmax Greater GreaterOrEqual Where'.split(
    ' ',
  ),
);

function resultShape(applied: Applied): Shape {
  const { node, inputs } = applied;
  if (ELEMENTWISE.has(node.opType)) return inputs.reduce(broadcast);
  const rule = (node.domain === OWN_DOMAIN ? OWN_RULES : RULES)[node.opType];
  if (rule === undefined) throw new Error(`The shape of what ${node.opType} gives is not known here.`);
  return rule(applied);
}

function broadcast(first: Shape, second: Shape): Shape {
  const rank = Math.max(first.length, second.length);
  return Array.from({ length: rank }, (_, axis) =>
    Math.max(first[axis - rank + first.length] ?? 1, second[axis - rank + second.length] ?? 1),
  );
}

type Rule = (applied: Applied) => Shape;

const RULES: Readonly<Record<string, Rule | undefined>> = {
  Conv({ node, inputs: [image, weight] }) {
    const spatial = slidingShape(node, image!.slice(2), weight!.slice(2), Math.floor);
    return [image![0]!, weight![0]!, ...spatial];
  },
  AveragePool({ node, inputs: [image] }) {
    const kernel = integerList(node, 'kernel_shape', []);
    return [...image!.slice(0, 2), ...slidingShape(node, image!.slice(2), kernel, Math.floor)];
  },
  MaxPool({ node, inputs: [image] }) {
    const rounding = attribute(node, 'ceil_mode')?.i === 1n ? Math.ceil : Math.floor;
    const kernel = integerList(node, 'kernel_shape', []);
    return [...image!.slice(0, 2), ...slidingShape(node, image!.slice(2), kernel, rounding)];
  },
  ConvTranspose({ node, inputs: [image, weight] }) {
    const strides = integerList(node, 'strides', [1, 1]);
    const pads = integerList(node, 'pads', [0, 0, 0, 0]);
    const extra = integerList(node, 'output_padding', [0, 0]);
    const groups = Number(attribute(node, 'group')?.i ?? 1n);
    const spatial = [0, 1].map(
      (axis) =>
        (image![2 + axis]! - 1) * strides[axis]! +
        weight![2 + axis]! -
        (pads[axis]! + pads[2 + axis]!) +
        extra[axis]!,
    );
    return [image![0]!, weight![1]! * groups, ...spatial];
  },
  Pad({ inputs: [value], integers }) {
    const pads = integers(1);
    return value!.map((dim, axis) => dim + pads[axis]! + pads[value!.length + axis]!);
  },
  Concat({ node, inputs }) {
    const axis = Number(attribute(node, 'axis')?.i);
    return inputs[0]!.with(
      axis,
      inputs.reduce((sum, shape) => sum + shape[axis]!, 0),
    );
  },
  Slice({ inputs, integers }) {
    const [starts, ends, axes] = [integers(1), integers(2), integers(3)];
    const steps = inputs.length > 4 ? integers(4) : axes.map(() => 1);
    return axes.reduce<Shape>(
      (shape, axis, index) =>
        shape.with(axis, Math.ceil((Math.min(ends[index]!, shape[axis]!) - starts[index]!) / steps[index]!)),
      inputs[0]!,
    );
  },
  Reshape: ({ integers }) => integers(1),
  // To a size, or else by scales.
  Resize: ({ inputs, integers, floats }) =>
    inputs.length > 3 ? integers(3) : inputs[0]!.map((dim, axis) => Math.floor(dim * floats(2)[axis]!)),
  Transpose: ({ node, inputs: [value] }) => integerList(node, 'perm', []).map((axis) => value![axis]!),
  Gather({ node, inputs: [value, indices] }) {
    const axis = Number(attribute(node, 'axis')?.i ?? 0n);
    return [...value!.slice(0, axis), ...indices!, ...value!.slice(axis + 1)];
  },
  MatMul: ({ inputs: [first, second] }) => [...first!.slice(0, -1), second!.at(-1)!],
  SpaceToDepth({ node, inputs: [image] }) {
    const block = Number(attribute(node, 'blocksize')?.i);
    return [image![0]!, image![1]! * block ** 2, image![2]! / block, image![3]! / block];
  },
  DepthToSpace({ node, inputs: [image] }) {
    const block = Number(attribute(node, 'blocksize')?.i);
    return [image![0]!, image![1]! / block ** 2, image![2]! * block, image![3]! * block];
  },
  ReduceSum: reduced,
  ReduceMean: reduced,
  ReduceMax: reduced,
  GridSample: ({ inputs: [image, grid] }) => [...image!.slice(0, 2), ...grid!.slice(1, 3)],
};

const OWN_RULES: Readonly<Record<string, Rule | undefined>> = {
  Correlation({ node, inputs: [first] }) {
    const reach = Number(attribute(node, 'max_displacement')?.i);
    return first!.with(1, (2 * reach + 1) ** 2);
  },
  Warp: ({ inputs: [image] }) => image!,
  ValidityMask: ({ inputs: [flow] }) => flow!.with(1, 1),
  SharpnessPrior: ({ inputs: [frame] }) => frame!.with(1, 1),
  PixelVolume: ({ inputs: [previous] }) => previous!.with(1, 25),
  DeformableConv: ({ inputs: [image, weight] }) => image!.with(1, weight![0]!),
  PredictedDeformableConv: ({ inputs: [image, , weight] }) => image!.with(1, weight![0]!),
  AllRangeAggregation: ({ inputs: [query, , values] }) => query!.with(1, values![1]!),
};

/** Height and width of what a window gives that slides over an image. */
function slidingShape(
  node: NodeProto,
  size: Shape,
  kernel: Shape,
  rounding: (value: number) => number,
): Shape {
  const strides = integerList(node, 'strides', [1, 1]);
  const dilations = integerList(node, 'dilations', [1, 1]);
  const pads = integerList(node, 'pads', [0, 0, 0, 0]);
  return size.map((length, axis) => {
    const reach = dilations[axis]! * (kernel[axis]! - 1);
    return rounding((length + pads[axis]! + pads[2 + axis]! - 1 - reach) / strides[axis]!) + 1;
  });
}

/** Our reductions keep the axes they reduce. */
function reduced({ inputs: [value], integers }: Applied): Shape {
  return integers(1).reduce((shape, axis) => shape.with(axis, 1), value!);
}
