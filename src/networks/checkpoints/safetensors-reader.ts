import { elementCount } from '../../shared/tensor.ts';
import type { ByteSource } from './byte-source.ts';
import { quote, unreadable } from './checkpoint-errors.ts';
import { ContiguousTensor, stripWrapperPrefix } from './checkpoint.ts';
import type { Checkpoint, CheckpointTensor } from './checkpoint.ts';
import { itemSize } from './dtypes.ts';
import type { DType } from './dtypes.ts';
import { MAX_CHECKPOINT_BYTES, MAX_RANK } from './limits.ts';
import { MAX_HEADER_BYTES, SAFETENSORS_DTYPES } from './safetensors-dtypes.ts';

interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function parseEntry(name: string, description: unknown, dataBytes: number): Entry {
  const tensor = `tensor ${quote(name)}`;
  if (!isRecord(description))
    throw unreadable(`is not valid safetensors: ${tensor} is not described by an object`);
  const { dtype: dtypeName, shape, data_offsets: offsets } = description;
  const dtype = typeof dtypeName === 'string' ? SAFETENSORS_DTYPES.get(dtypeName) : undefined;
  if (dtype === undefined) {
    throw unreadable(`has ${tensor} of type ${quote(String(dtypeName))}, which is not supported`, {
      hint: `Supported types: ${[...SAFETENSORS_DTYPES.keys()].join(', ')}.`,
    });
  }
  if (!Array.isArray(shape) || shape.length > MAX_RANK || !shape.every(isCount)) {
    throw unreadable(`is not valid safetensors: ${tensor} has no valid shape`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw unreadable(`is not valid safetensors: ${tensor} has no valid data_offsets`);
  }
  const [begin, end] = offsets as [number, number];
  const expected = elementCount(shape) * itemSize(dtype);
  if (begin > end || end > dataBytes) {
    throw unreadable(`has ${tensor} at bytes ${begin} to ${end}, outside of its ${dataBytes} bytes of data`);
  }
  if (end - begin !== expected) {
    throw unreadable(`has ${tensor} in ${end - begin} bytes, where its type and shape need ${expected}`);
  }
  return { name, dtype, dims: shape, begin, end };
}

/** The format leaves no gap and no overlap: every byte of the data belongs to exactly one tensor. */
function checkCoverage(entries: readonly Entry[], dataBytes: number): void {
  const sorted = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const entry of sorted) {
    if (entry.begin !== covered) {
      const what = entry.begin < covered ? 'overlaps the tensor before it' : 'follows unused bytes';
      throw unreadable(`is not valid safetensors: tensor ${quote(entry.name)} ${what}`);
    }
    covered = entry.end;
  }
  if (covered !== dataBytes) {
    throw unreadable(
      `is not valid safetensors: ${dataBytes - covered} bytes after the last tensor belong to none`,
    );
  }
}

function parseMetadata(value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (!isRecord(value) || !Object.values(value).every((text) => typeof text === 'string')) {
    throw unreadable('is not valid safetensors: __metadata__ must hold texts only');
  }
  return value as Record<string, string>;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw unreadable('is not valid safetensors: its header is not valid JSON', { cause });
  }
  if (!isRecord(header)) throw unreadable('is not valid safetensors: its header is not a JSON object');
  return header;
}

/** True where the first nine bytes can begin a safetensors file: a plausible header length, then `{`. */
export function looksLikeSafetensors(head: Uint8Array): boolean {
  if (head.byteLength < 9 || head[8] !== 0x7b) return false;
  return new DataView(head.buffer, head.byteOffset).getBigUint64(0, true) <= BigInt(MAX_HEADER_BYTES);
}

/**
 * Reads a safetensors file: 8 bytes of header length, a JSON header, then the tensors' bytes. The header is checked
 * in full (bounds, sizes, gaps, overlaps) before any tensor is made.
 */
export async function readSafetensors(source: ByteSource): Promise<Checkpoint> {
  const prefix = await source.read(0, 8);
  const headerBytes = Number(new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true));
  const dataStart = 8 + headerBytes;
  if (dataStart > source.size) {
    throw unreadable(`is cut short: it has ${source.size} bytes, its header alone needs ${dataStart}`);
  }
  const dataBytes = source.size - dataStart;
  if (dataBytes > MAX_CHECKPOINT_BYTES)
    throw unreadable(`is too large for a weight file (${dataBytes} bytes)`);

  const { __metadata__: metadata, ...described } = parseHeader(await source.read(8, headerBytes));
  const entries = Object.entries(described).map(([name, value]) => parseEntry(name, value, dataBytes));
  checkCoverage(entries, dataBytes);

  const data = await source.read(dataStart, dataBytes);
  const tensors = new Map<string, CheckpointTensor>(
    entries.map(({ name, dtype, dims, begin, end }) => [
      name,
      new ContiguousTensor(dtype, dims, data.subarray(begin, end)),
    ]),
  );
  return {
    format: 'safetensors',
    metadata: parseMetadata(metadata),
    statePath: [],
    ...stripWrapperPrefix(tensors),
  };
}
