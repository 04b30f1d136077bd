import { open } from 'node:fs/promises';
import type { Chapter } from './media-info.ts';

/**
 * Adds chapters to a Matroska file: a `Chapters` element at its end, and an entry in the `SeekHead` at its start
 * that leads there. FFmpeg leaves room (a `Void` element) behind the `SeekHead`; the file has to be written without
 * checksums (`write_crc32=0`), which the change would make wrong.
 */
export async function addChapterElement(path: string, chapters: readonly Chapter[]): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(Math.min(size, HEAD_BYTES));
    await file.read(head, 0, head.length, 0);
    const element = chapterElement(chapters);
    const patched = withSeekEntry(head, size, element.length);
    await file.write(element, 0, undefined, size);
    await file.write(patched, 0, undefined, 0);
  } finally {
    await file.close();
  }
}

/** Header, segment head, `SeekHead` and `Void` are all within the first few hundred bytes. */
const HEAD_BYTES = 4096;

const ID = {
  header: 0x1a45dfa3,
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  seek: 0x4dbb,
  seekId: 0x53ab,
  seekPosition: 0x53ac,
  void: 0xec,
  chapters: 0x1043a770,
  edition: 0x45b9,
  editionDefault: 0x45db,
  chapter: 0xb6,
  chapterUid: 0x73c4,
  start: 0x91,
  end: 0x92,
  display: 0x80,
  title: 0x85,
  language: 0x437c,
} as const;

interface Element {
  readonly id: number;
  readonly sizeAt: number;
  readonly contentAt: number;
  readonly size: number;
}

function readElement(data: Buffer, at: number): Element {
  const idLength = Math.clz32(data.readUInt8(at)) - 23;
  const sizeAt = at + idLength;
  const sizeLength = Math.clz32(data.readUInt8(sizeAt)) - 23;
  const high = data.readUInt8(sizeAt) & (0xff >> sizeLength);
  const size = data
    .subarray(sizeAt + 1, sizeAt + sizeLength)
    .reduce((value, byte) => value * 256 + byte, high);
  return { id: data.readUIntBE(at, idLength), sizeAt, contentAt: sizeAt + sizeLength, size };
}

/** The head of the file with the segment `added` bytes longer and an entry for the element at `position`. */
function withSeekEntry(head: Buffer, position: number, added: number): Buffer {
  const ebml = readElement(head, 0);
  const segment = readElement(head, ebml.contentAt + ebml.size);
  const seekHead = readElement(head, segment.contentAt);
  const seekHeadEnd = seekHead.contentAt + seekHead.size;
  const room = readElement(head, seekHeadEnd);
  const longSize = segment.contentAt - segment.sizeAt === 8;
  if (segment.id !== ID.segment || !longSize || seekHead.id !== ID.seekHead || room.id !== ID.void) {
    throw new RangeError('The Matroska file does not begin as FFmpeg writes it.');
  }
  const place = Buffer.alloc(8);
  place.writeBigUInt64BE(BigInt(position - segment.contentAt));
  const entry = element(ID.seek, element(ID.seekId, idBytes(ID.chapters)), element(ID.seekPosition, place));
  const replacement = element(ID.seekHead, head.subarray(seekHead.contentAt, seekHeadEnd), entry);
  const rest = room.contentAt + room.size - segment.contentAt - replacement.length;
  // A Void takes nine bytes at least: its id and a size of eight bytes.
  if (rest < 9) throw new RangeError('The Matroska file has no room for another seek entry.');
  const patched = Buffer.from(head);
  sizeBytes(segment.size + added).copy(patched, segment.sizeAt);
  replacement.copy(patched, segment.contentAt);
  const voidAt = segment.contentAt + replacement.length;
  Buffer.concat([Buffer.from([ID.void]), sizeBytes(rest - 9), Buffer.alloc(rest - 9)]).copy(patched, voidAt);
  return patched;
}

/** A `Chapters` element with one edition; times in nanoseconds. */
export function chapterElement(chapters: readonly Chapter[]): Buffer {
  const atoms = chapters.map(({ startSeconds, endSeconds, title }, index) =>
    element(
      ID.chapter,
      element(ID.chapterUid, unsigned(BigInt(index + 1))),
      element(ID.start, unsigned(nanoseconds(startSeconds))),
      element(ID.end, unsigned(nanoseconds(endSeconds))),
      element(ID.display, element(ID.title, Buffer.from(title)), element(ID.language, Buffer.from('und'))),
    ),
  );
  return element(ID.chapters, element(ID.edition, element(ID.editionDefault, Buffer.from([1])), ...atoms));
}

function nanoseconds(seconds: number): bigint {
  return BigInt(Math.round(seconds * 1e6)) * 1000n;
}

function unsigned(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

function idBytes(id: number): Buffer {
  const text = id.toString(16);
  return Buffer.from(text.length % 2 === 0 ? text : `0${text}`, 'hex');
}

/** A size in the longest notation, eight bytes. */
function sizeBytes(size: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(size) | (1n << 56n));
  return bytes;
}

function element(id: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const size = body.length < 127 ? Buffer.from([0x80 | body.length]) : sizeBytes(body.length);
  return Buffer.concat([idBytes(id), size, body]);
}
