import { elementCount } from '../../shared/tensor.ts';
import { formatShape, unreadable } from './checkpoint-errors.ts';
import type { DType } from './dtypes.ts';
import { MAX_EXPANDED_ELEMENTS, MAX_RANK } from './limits.ts';
import { PickleDict, PickleOpaque, PickleTuple } from './pickle-values.ts';
import type { PickleValue } from './pickle-values.ts';
import { AllowedGlobal, PickledTensor, StorageRef } from './torch-values.ts';

type Args = readonly PickleValue[];

function badArguments(name: string): Error {
  return unreadable(`is not a valid weight file: ${name} has arguments it can't have`);
}

/** A count or an index out of the pickle; the error names `what` it is for. */
export function requireCount(value: PickleValue | undefined, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw unreadable(`is not a valid weight file: a ${what} is not a whole number from 0 to 2^53`);
}

function requireCounts(value: PickleValue | undefined, what: string): number[] {
  const items = value instanceof PickleTuple ? value.items : value;
  if (!Array.isArray(items)) throw unreadable(`is not a valid weight file: a ${what} is not a tuple`);
  if (items.length > MAX_RANK)
    throw unreadable(`has a tensor with ${items.length} dimensions; ${MAX_RANK} are possible`);
  return items.map((item: PickleValue) => requireCount(item, what));
}

function rebuildTensor(name: string, args: Args, dtype?: DType): PickledTensor {
  const [storage, offsetValue, dimsValue, stridesValue] = args;
  if (!(storage instanceof StorageRef)) throw badArguments(name);
  const elementType = dtype ?? storage.dtype;
  if (elementType === undefined) throw unreadable('has a tensor whose element type is not stated');
  const layout = {
    offset: requireCount(offsetValue, 'storage offset'),
    dims: requireCounts(dimsValue, 'tensor size'),
    strides: requireCounts(stridesValue, 'tensor stride'),
  };
  const tensor = new PickledTensor(storage, elementType, layout);
  checkLayout(tensor);
  return tensor;
}

function checkLayout({ storageElements, offset, dims, strides }: PickledTensor): void {
  if (dims.length !== strides.length) {
    throw unreadable(`has a tensor ${formatShape(dims)} with ${strides.length} strides`);
  }
  const elements = elementCount(dims);
  if (elements === 0) return;
  const last = dims.reduce((index, dim, axis) => index + (dim - 1) * (strides[axis] ?? 0), offset);
  if (!(last < storageElements)) {
    throw unreadable(
      `has a tensor ${formatShape(dims)} that reaches outside of its storage of ${storageElements} elements`,
    );
  }
  if (elements > storageElements + MAX_EXPANDED_ELEMENTS) {
    throw unreadable(
      `has a tensor ${formatShape(dims)}, absurdly larger than its storage of ${storageElements} elements`,
    );
  }
}

function rebuildTensorV3(args: Args): PickledTensor {
  const dtype = args[6];
  if (!(dtype instanceof AllowedGlobal) || dtype.dtype === undefined)
    throw badArguments('_rebuild_tensor_v3');
  return rebuildTensor('_rebuild_tensor_v3', args, dtype.dtype);
}

function rebuildParameter(args: Args): PickleValue {
  const [tensor] = args;
  if (tensor instanceof PickledTensor) return tensor;
  throw badArguments('_rebuild_parameter');
}

/** Python 2 wrote an ordered dictionary's items as its argument, a list of pairs. */
function orderedDict(args: Args): PickleDict {
  const dict = new PickleDict();
  const [pairs, ...rest] = args;
  if (pairs === undefined) return dict;
  if (!Array.isArray(pairs) || rest.length > 0) throw badArguments('OrderedDict');
  for (const pair of pairs) {
    const items = pair instanceof PickleTuple ? pair.items : pair;
    if (!Array.isArray(items) || items.length !== 2) throw badArguments('OrderedDict');
    const [key, value] = items as [PickleValue, PickleValue];
    dict.entries.set(key, value);
  }
  return dict;
}

function torchSize(args: Args): PickleTuple {
  const [dims] = args;
  return new PickleTuple(dims === undefined ? [] : requireCounts(dims, 'torch.Size'));
}

/** How protocol 2 writes bytes: as Latin-1 text. Only the bytes inside NumPy scalars need it. */
function encodeText(args: Args): PickleOpaque {
  const [text, encoding] = args;
  if (typeof text !== 'string' || encoding !== 'latin1') throw badArguments('_codecs.encode');
  return new PickleOpaque('bytes');
}

const STORAGES: Readonly<Record<string, DType>> = {
  FloatStorage: 'float32',
  DoubleStorage: 'float64',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
};

const TORCH_DTYPES: Readonly<Record<string, DType>> = {
  float64: 'float64',
  double: 'float64',
  float32: 'float32',
  float: 'float32',
  float16: 'float16',
  half: 'float16',
  bfloat16: 'bfloat16',
  int64: 'int64',
  long: 'int64',
  int32: 'int32',
  int: 'int32',
  int16: 'int16',
  short: 'int16',
  int8: 'int8',
  uint64: 'uint64',
  uint32: 'uint32',
  uint16: 'uint16',
  uint8: 'uint8',
  bool: 'bool',
};

const numpyScalar = () => new PickleOpaque('a NumPy scalar');

/**
 * Every name a weight file's pickle may refer to. NumPy scalars (a learning rate or a score beside the state_dict) are
 * passed over without being decoded: NumPy is not involved.
 */
export const ALLOWED_GLOBALS: ReadonlyMap<string, AllowedGlobal> = new Map(
  [
    new AllowedGlobal('collections.OrderedDict', { apply: orderedDict }),
    new AllowedGlobal('torch._utils._rebuild_tensor', {
      apply: (args) => rebuildTensor('_rebuild_tensor', args),
    }),
    new AllowedGlobal('torch._utils._rebuild_tensor_v2', {
      apply: (args) => rebuildTensor('_rebuild_tensor_v2', args),
    }),
    new AllowedGlobal('torch._utils._rebuild_tensor_v3', { apply: rebuildTensorV3 }),
    new AllowedGlobal('torch._utils._rebuild_parameter', { apply: rebuildParameter }),
    new AllowedGlobal('torch.Size', { apply: torchSize }),
    new AllowedGlobal('torch.device', { apply: () => new PickleOpaque('a device') }),
    new AllowedGlobal('torch.storage.UntypedStorage', { storage: 'untyped' }),
    new AllowedGlobal('torch.storage.TypedStorage', {}),
    new AllowedGlobal('numpy.core.multiarray.scalar', { apply: numpyScalar }),
    new AllowedGlobal('numpy._core.multiarray.scalar', { apply: numpyScalar }),
    new AllowedGlobal('numpy.dtype', { apply: () => new PickleOpaque('a NumPy type') }),
    new AllowedGlobal('_codecs.encode', { apply: encodeText }),
    ...Object.entries(STORAGES).map(([name, storage]) => new AllowedGlobal(`torch.${name}`, { storage })),
    ...Object.entries(TORCH_DTYPES).map(([name, dtype]) => new AllowedGlobal(`torch.${name}`, { dtype })),
  ].map((allowed) => [allowed.name, allowed]),
);
