/** Assembles pickles and PyTorch files by hand, so that tests can make those that `torch.save` never would. */
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';

export type Piece = string | number[] | Uint8Array;

/** Joins pieces; texts are taken byte by byte (Latin-1). */
export function bytes(...pieces: Piece[]): Uint8Array {
  const parts = pieces.map((piece) =>
    typeof piece === 'string' ? Buffer.from(piece, 'latin1') : Uint8Array.from(piece),
  );
  return new Uint8Array(Buffer.concat(parts));
}

export function uint32(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
}

export function int64(value: number): number[] {
  return [...uint32(value % 2 ** 32), ...uint32(Math.floor(value / 2 ** 32))];
}

/** BINUNICODE */
export function text(value: string): Uint8Array {
  return bytes('X', uint32(value.length), value);
}

/** BININT, or LONG1 of eight bytes beyond its range. */
export function int(value: number): Uint8Array {
  if (Math.abs(value) < 2 ** 31) return bytes('J', uint32(value));
  return bytes([0x8a, 8], int64(value));
}

export function tuple(...items: Piece[]): Uint8Array {
  return bytes('(', ...items, 't');
}

/** GLOBAL */
export function global(module: string, name: string): Uint8Array {
  return bytes(`c${module}\n${name}\n`);
}

export interface TensorDescription {
  readonly storage?: string;
  readonly key?: string;
  readonly count?: number;
  readonly offset?: number;
  readonly dims: readonly number[];
  readonly strides: readonly number[];
  /** Replaces the last item of the storage's persistent id. */
  readonly view?: Piece;
}

/** A tensor as `_rebuild_tensor_v2` describes it, by default over all of a two-element float storage "0". */
export function tensor({
  storage = 'FloatStorage',
  key = '0',
  count = 2,
  offset = 0,
  dims,
  strides,
  view,
}: TensorDescription): Uint8Array {
  const id = tuple(
    text('storage'),
    global('torch', storage),
    text(key),
    text('cuda:1'),
    int(count),
    ...(view === undefined ? [] : [view]),
  );
  const layout = [int(offset), tuple(...dims.map(int)), tuple(...strides.map(int))];
  const args = tuple(id, 'Q', ...layout, [0x89], global('collections', 'OrderedDict'), ')R');
  return bytes(global('torch._utils', '_rebuild_tensor_v2'), args, 'R');
}

/** A dictionary of already pickled values. */
export function dict(entries: Record<string, Piece>): Uint8Array {
  return bytes('}(', ...Object.entries(entries).flatMap(([key, value]) => [text(key), value]), 'u');
}

export function pickle(body: Piece): Uint8Array {
  return bytes([0x80, 2], body, '.');
}

const MAGIC = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

export interface LegacyStorage {
  readonly key: string;
  readonly count: number;
  readonly data: Piece;
}

/** A file in PyTorch's older format around an object. */
export function legacyFile(object: Piece, storages: readonly LegacyStorage[] = []): Uint8Array {
  return bytes(
    pickle(bytes([0x8a, 10], MAGIC)),
    pickle(int(1001)),
    pickle(bytes('}', text('little_endian'), [0x88], 's')),
    pickle(object),
    pickle(bytes('](', ...storages.map(({ key }) => text(key)), 'e')),
    ...storages.flatMap(({ count, data }) => [int64(count), data]),
  );
}

export interface ZipVariant {
  readonly prefix?: string;
  readonly level?: number;
  readonly zip64?: boolean;
}

/** A zip archive with the given entries. */
export async function zipFile(
  entries: Record<string, Uint8Array>,
  { prefix = 'archive/', level = 0, zip64 = false }: ZipVariant = {},
): Promise<Uint8Array> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), {
    useWebWorkers: false,
    level,
    zip64,
    dataDescriptor: false,
  });
  for (const [name, content] of Object.entries(entries)) {
    await writer.add(prefix + name, new Uint8ArrayReader(content));
  }
  return await writer.close();
}
