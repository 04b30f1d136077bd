import { create, toBinary } from '@bufbuild/protobuf';
import {
  FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type FunctionProto,
  type NodeProto,
  type ValueInfoProto,
} from '../onnx/onnx_pb.ts';
import { elementCount } from '../../shared/tensor.ts';
import { attributeProto, ELEMENT_TYPES, tensorProto } from './attributes.ts';
import { OWN_DOMAIN, shapeText, type Graph, type LocalFunction, type Node, type Value } from './graph.ts';

/** IR version 10 brought function overloads, which our per-shape bodies need; operator set 20 fits it. */
const IR_VERSION = 10n;
const OPSET = 20n;

/** Gives the values of a parameter, in the row-major order of `dims`. */
export type ParameterSource = (name: string, dims: readonly number[]) => Float32Array;

/**
 * The graph as bytes of an ONNX model with its parameters inside.
 *
 * @throws Error when a parameter's value count differs from its shape (checkpoints are checked before this).
 */
export function serialise(graph: Graph, parameters: ParameterSource): Uint8Array {
  const opsetImport = [opset('', OPSET), opset(OWN_DOMAIN, 1n)];
  const outputNodes = graph.outputs.map(({ name, value }) =>
    create(NodeProtoSchema, {
      opType: 'Identity',
      name: `output/${name}`,
      input: [value.name],
      output: [name],
    }),
  );
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: 'acutance',
    opsetImport,
    graph: create(GraphProtoSchema, {
      name: graph.name,
      node: [...graph.nodes.map(nodeProto), ...outputNodes],
      initializer: graph.parameters.map(({ name, dims }) => {
        const data = parameters(name, dims);
        if (data.length !== elementCount(dims))
          throw new Error(
            `${name} has ${data.length} values, its shape ${shapeText(dims)} wants ${elementCount(dims)}`,
          );
        return tensorProto({ data, dims }, name);
      }),
      input: graph.inputs.map((value) => valueInfo(value.name, value)),
      output: graph.outputs.map(({ name, value }) => valueInfo(name, value)),
    }),
    functions: graph.functions.map(functionProto),
  });
  return toBinary(ModelProtoSchema, model);
}

function opset(domain: string, version: bigint) {
  return create(OperatorSetIdProtoSchema, { domain, version });
}

function nodeProto(node: Node, index: number): NodeProto {
  return create(NodeProtoSchema, {
    opType: node.opType,
    name: `${node.scope === '' ? '' : `${node.scope}/`}${node.opType}#${index}`,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(([name, value]) => attributeProto(name, value)),
    ...(node.domain === '' ? {} : { domain: node.domain, overload: node.overload }),
  });
}

function functionProto(local: LocalFunction): FunctionProto {
  const { body } = local;
  return create(FunctionProtoSchema, {
    domain: OWN_DOMAIN,
    name: local.name,
    overload: local.overload,
    input: body.inputs.map(({ name }) => name),
    output: body.outputs.map(({ value }) => value.name),
    attribute: [...local.attributeNames],
    node: body.nodes.map(nodeProto),
    opsetImport: [opset('', OPSET)],
  });
}

function valueInfo(name: string, { dims, type }: Value): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, {
      value: {
        case: 'tensorType',
        value: {
          elemType: ELEMENT_TYPES[type],
          shape: { dim: dims.map((dim) => ({ value: { case: 'dimValue' as const, value: BigInt(dim) } })) },
        },
      },
    }),
  });
}
