import { quote, unreadable } from './checkpoint-errors.ts';
import { stripWrapperPrefix } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { FoundState } from './state-dict.ts';
import { StridedTensor } from './strided-tensor.ts';
import type { PickledTensor, StorageData } from './torch-values.ts';

/** The storages a state_dict needs; an optimizer's, say, are not among them. */
export function storagesOf(state: FoundState): Set<StorageData> {
  return new Set([...state.tensors.values()].map((tensor) => tensor.storage.data));
}

function bind(tensor: PickledTensor, littleEndian: boolean): StridedTensor {
  const { data, byteOffset, byteLength } = tensor.storage;
  if (data.bytes?.byteLength !== data.byteLength) {
    throw unreadable(`is not complete: storage ${quote(data.key)} is missing`);
  }
  const bytes = data.bytes.subarray(byteOffset, byteOffset + byteLength);
  return new StridedTensor(tensor.dtype, tensor, bytes, littleEndian);
}

/** Joins the state_dict with the storages' bytes, which have been filled in by now. */
export function torchCheckpoint(
  format: Checkpoint['format'],
  state: FoundState,
  littleEndian: boolean,
): Checkpoint {
  const tensors = new Map([...state.tensors].map(([name, tensor]) => [name, bind(tensor, littleEndian)]));
  return { format, metadata: state.notes, statePath: state.path, ...stripWrapperPrefix(tensors) };
}
