import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema,
  TensorProtoSchema,
  type AttributeProto,
  type TensorProto,
} from '../onnx/onnx_pb.ts';

/** Element types that our graphs use; the numbers are ONNX `TensorProto.DataType`. */
export const ELEMENT_TYPES = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;
export type ElementType = keyof typeof ELEMENT_TYPES;

/** A constant held in a graph: float32 or integer data in row-major order. */
export interface ConstantTensor {
  readonly data: Float32Array | BigInt64Array | Int32Array;
  readonly dims: readonly number[];
}

/**
 * What an operator's attribute can be. A plain number is an integer attribute, `{ float }` a float one
 * (JavaScript cannot tell 1 from 1.0, ONNX must).
 */
export type AttributeValue =
  number | string | readonly number[] | { readonly float: number } | ConstantTensor;
export type Attributes = Readonly<Record<string, AttributeValue>>;

const ATTRIBUTE_TYPES = { float: 1, int: 2, string: 3, tensor: 4, ints: 7 } as const;
const utf8 = new TextEncoder();

export function elementTypeOf(data: ConstantTensor['data']): ElementType {
  if (data instanceof Float32Array) return 'float32';
  return data instanceof Int32Array ? 'int32' : 'int64';
}

/** The bytes of a typed array, little endian as ONNX's `raw_data` wants (every platform we run on is). */
function rawBytes(data: ConstantTensor['data']): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

export function tensorProto(tensor: ConstantTensor, name?: string): TensorProto {
  return create(TensorProtoSchema, {
    dims: tensor.dims.map(BigInt),
    dataType: ELEMENT_TYPES[elementTypeOf(tensor.data)],
    rawData: rawBytes(tensor.data),
    ...(name === undefined ? {} : { name }),
  });
}

export function attributeProto(name: string, value: AttributeValue): AttributeProto {
  return create(AttributeProtoSchema, { name, ...attributeContent(value) });
}

function attributeContent(value: AttributeValue): MessageInitShape<typeof AttributeProtoSchema> {
  if (typeof value === 'number') return { type: ATTRIBUTE_TYPES.int, i: BigInt(value) };
  if (typeof value === 'string') return { type: ATTRIBUTE_TYPES.string, s: utf8.encode(value) };
  if ('float' in value) return { type: ATTRIBUTE_TYPES.float, f: value.float };
  if ('data' in value) return { type: ATTRIBUTE_TYPES.tensor, t: tensorProto(value) };
  return { type: ATTRIBUTE_TYPES.ints, ints: value.map(BigInt) };
}
