import { type FileHandle, open } from 'node:fs/promises';
import type { Chapter } from './media-info.ts';

/**
 * Adds a chapter list to an MP4 or QuickTime file: a `chpl` box in `moov/udta`, which players have read since Nero
 * introduced it. The index (`moov`) has to be the last box of the file, so that growing it moves nothing else.
 */
export async function addChapterBox(path: string, chapters: readonly Chapter[]): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { position, length } = await lastBox(file, 'moov');
    const moov = Buffer.alloc(length);
    await file.read(moov, 0, length, position);
    await file.write(withChapters(moov, chapters), 0, undefined, position);
  } finally {
    await file.close();
  }
}

async function lastBox(file: FileHandle, type: string): Promise<{ position: number; length: number }> {
  const { size } = await file.stat();
  const header = Buffer.alloc(16);
  for (let position = 0; position < size;) {
    await file.read(header, 0, 16, position);
    const short = header.readUInt32BE(0);
    const length = short === 1 ? Number(header.readBigUInt64BE(8)) : short;
    if (length < 8) break;
    if (header.toString('latin1', 4, 8) === type && position + length === size) return { position, length };
    position += length;
  }
  throw new RangeError(`The file does not end with a ${type} box.`);
}

/** The same `moov` box with the chapters in its `udta` box, which is made where there is none. */
export function withChapters(moov: Buffer, chapters: readonly Chapter[]): Buffer {
  const list = chapterList(chapters);
  for (let position = 8; position + 8 <= moov.length;) {
    const length = moov.readUInt32BE(position);
    if (length < 8) break;
    if (moov.toString('latin1', position + 4, position + 8) === 'udta') {
      const content = moov.subarray(position + 8, position + length);
      const parts = [
        moov.subarray(8, position),
        box('udta', content, list),
        moov.subarray(position + length),
      ];
      return box('moov', ...parts);
    }
    position += length;
  }
  return box('moov', moov.subarray(8), box('udta', list));
}

/** At most 255 chapters with titles of at most 255 bytes; times in units of 100 ns. */
function chapterList(chapters: readonly Chapter[]): Buffer {
  const kept = chapters.slice(0, 255);
  const entries = kept.map(({ startSeconds, title }) => {
    const text = truncateUtf8(title, 255);
    const entry = Buffer.alloc(9);
    entry.writeBigUInt64BE(BigInt(Math.round(startSeconds * 1e7)), 0);
    entry.writeUInt8(text.length, 8);
    return Buffer.concat([entry, text]);
  });
  return box('chpl', Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, kept.length]), ...entries);
}

function box(type: string, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.alloc(8), ...content]);
  body.writeUInt32BE(body.length, 0);
  body.write(type, 4, 'latin1');
  return body;
}

/** Cuts at a character, never inside one. */
function truncateUtf8(text: string, bytes: number): Buffer {
  const encoded = Buffer.from(text);
  if (encoded.length <= bytes) return encoded;
  let end = bytes;
  while (end > 0 && (encoded.readUInt8(end) & 0xc0) === 0x80) end--;
  return encoded.subarray(0, end);
}
