import type { FileWindow } from './file-window.ts';

const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const BEFORE_SEGMENT = new Set([0x1a45dfa3, 0xec, 0xbf]);
/** What a segment holds, and what a cluster holds, whose parts are walked over where it does not tell its length. */
const IN_SEGMENT = new Set([
  ...[0x114d9b74, 0x1549a966, 0x1654ae6b, 0x1c53bb6b, 0x1941a469, 0x1043a770, 0x1254c367, CLUSTER],
  ...[0xec, 0xbf],
  ...[0xe7, 0xa7, 0xab, 0x5854, 0xa3, 0xa0, 0xaf],
]);

interface ElementHead {
  readonly id: number;
  readonly content: number;
  /** Undefined where it is left open. */
  readonly size: number | undefined;
}

/** Where a Matroska file ends at the earliest: at the end of its segment, or else of the last element begun. */
export async function matroskaEnd(file: FileWindow): Promise<number | undefined> {
  let inSegment = false;
  for (let at = 0; at < file.size;) {
    const head = await elementHead(file, at);
    if (head === 'cut off') return file.size + 1;
    if (head === 'no element') return undefined;
    const { id, content, size } = head;
    if (!inSegment && id === SEGMENT) {
      if (size !== undefined) return content + size;
      inSegment = true;
      at = content;
    } else {
      if (!(inSegment ? IN_SEGMENT : BEFORE_SEGMENT).has(id)) return undefined;
      if (size === undefined && id !== CLUSTER) return undefined;
      at = content + (size ?? 0);
      if (at > file.size) return at;
    }
  }
  return file.size;
}

async function elementHead(file: FileWindow, at: number): Promise<ElementHead | 'cut off' | 'no element'> {
  const bytes = await file.bytes(at, 12);
  const idLength = vintLength(bytes[0] ?? 0);
  if (idLength > 4) return 'no element';
  const first = bytes[idLength];
  if (first === undefined) return 'cut off';
  const sizeLength = vintLength(first);
  if (sizeLength > 8) return 'no element';
  const content = idLength + sizeLength;
  if (bytes.length < content) return 'cut off';
  const mask = 0xff >> sizeLength;
  const rest = bytes.subarray(idLength + 1, content);
  const open = (first & mask) === mask && rest.every((byte) => byte === 0xff);
  const size = rest.reduce((value, byte) => value * 256 + byte, first & mask);
  return { id: bytes.readUIntBE(0, idLength), content: at + content, size: open ? undefined : size };
}

/** The zeros in front tell how many bytes a number has; nine for none. */
function vintLength(first: number): number {
  return Math.clz32(first) - 23;
}
