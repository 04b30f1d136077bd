import type { FileWindow } from './file-window.ts';

const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
/** So many bytes of a scan are looked at in one go. */
const STEP = 1024;

/**
 * Where a JPEG picture ends: its segments tell their lengths, and a scan goes on to the next marker. A decoder fills up
 * what is missing of a scan with gray, and says nothing. Undefined for anything else than a JPEG picture.
 */
export async function jpegEnd(file: FileWindow): Promise<number | undefined> {
  const start = await file.bytes(0, 2);
  if (start[0] !== 0xff || start[1] !== START_OF_IMAGE) return undefined;
  for (let at = 2; at < file.size;) {
    const head = await file.bytes(at, 4);
    if (head[0] !== 0xff) return undefined;
    const marker = head[1];
    // Markers may be filled up with ones.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === END_OF_IMAGE) return at + 2;
    if (standsAlone(marker)) {
      at += 2;
      continue;
    }
    if (head.length < 4) break;
    at += 2 + head.readUInt16BE(2);
    if (at > file.size) return at;
    if (marker === START_OF_SCAN) at = await scanEnd(file, at);
  }
  return file.size + 1;
}

/** The next marker that is not one of a scan's own; the end of the file where there is none. */
async function scanEnd(file: FileWindow, start: number): Promise<number> {
  for (let at = start; at < file.size;) {
    const bytes = await file.bytes(at, STEP);
    for (let place = bytes.indexOf(0xff); place >= 0; place = bytes.indexOf(0xff, place + 1)) {
      const next = bytes[place + 1];
      if (next !== undefined && next !== 0 && !isRestart(next)) return at + place;
    }
    // The last byte is looked at again, together with the one after it.
    at += Math.max(1, bytes.length - 1);
  }
  return file.size;
}

function standsAlone(marker: number | undefined): boolean {
  return marker === 0x01 || isRestart(marker);
}

function isRestart(marker: number | undefined): boolean {
  return marker !== undefined && marker >= 0xd0 && marker <= 0xd7;
}
