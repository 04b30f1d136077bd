import { jpegEnd } from './announced-size-jpeg.ts';
import { matroskaEnd } from './announced-size-matroska.ts';
import { mxfEnd } from './announced-size-mxf.ts';
import { FileWindow } from './file-window.ts';
import type { MediaInfo } from './media-info.ts';

/**
 * How many bytes a file has at least, as the outermost parts of its container say: those of Matroska, the MP4 family,
 * AVI, ASF, MXF and JPEG tell their own length. A file with fewer bytes is cut off, which its demuxer often passes over in
 * silence; sound that outlasts the picture and a variable frame rate change nothing about it.
 *
 * @param container - FFmpeg's short names, as in `MediaInfo`.
 * @returns undefined where the container says nothing (transport streams, raw streams), or where it leaves it open,
 *   as a recorder does until it stops.
 */
export async function announcedSize(path: string, container: string): Promise<number | undefined> {
  const find = container.split(',').flatMap((name) => ENDS[name] ?? [])[0];
  if (!find) return undefined;
  const file = await FileWindow.open(path);
  try {
    return await find(file);
  } finally {
    await file.close();
  }
}

/** How a file itself shows that its end is not there, in a part of a sentence; undefined where it does not. */
export function cutOff({
  bytes,
  announcedBytes,
}: Pick<MediaInfo, 'bytes' | 'announcedBytes'>): string | undefined {
  if (announcedBytes === undefined || announcedBytes <= bytes) return undefined;
  return `it is cut off: it has ${bytes} bytes and should have ${announcedBytes} or more`;
}

const ENDS: Readonly<Record<string, (file: FileWindow) => Promise<number | undefined>>> = {
  matroska: matroskaEnd,
  mov: boxesEnd,
  avi: riffEnd,
  asf: asfEnd,
  mxf: mxfEnd,
  jpeg_pipe: jpegEnd,
  // A picture that FFmpeg knows by the end of its name alone, as those that are cut off.
  image2: jpegEnd,
};

/** Boxes that hold pictures and sound, or what is needed to find them. */
const NEEDED_BOXES = new Set(['moov', 'moof', 'mdat']);
/** Others that lie beside them; what is none of these was put behind the clip by something else. */
const OTHER_BOXES = new Set(
  'emsg free ftyp meta mfra pdin prft sidx skip ssix styp udta uuid wide'.split(' '),
);

async function boxesEnd(file: FileWindow): Promise<number | undefined> {
  for (let at = 0; at < file.size;) {
    const head = await file.bytes(at, 16);
    if (head.length < 8) return undefined;
    const type = head.toString('latin1', 4, 8);
    let size = head.readUInt32BE(0);
    if (size === 1 && head.length === 16) size = Number(head.readBigUInt64BE(8));
    // A box of size 0 goes to the end of the file, wherever that is.
    if (size < 8 || !(NEEDED_BOXES.has(type) || OTHER_BOXES.has(type))) return undefined;
    at += size;
    if (at > file.size) return NEEDED_BOXES.has(type) ? at : undefined;
  }
  return file.size;
}

/** Some programs count the eight bytes of the head that are not to be counted. */
const RIFF_SLACK = 8;

/** A long file has several parts, each of which tells its length. */
async function riffEnd(file: FileWindow): Promise<number | undefined> {
  for (let at = 0; at < file.size;) {
    const head = await file.bytes(at, 12);
    if (head.length < 12 || head.toString('latin1', 0, 4) !== 'RIFF') return at > 0 ? at : undefined;
    const size = head.readUInt32LE(4);
    if (size === 0 || size === 0xffffffff) return undefined;
    at += 8 + size + (size % 2);
    if (at > file.size + RIFF_SLACK) return at;
  }
  return file.size;
}

const ASF_HEADER = Buffer.from('3026b2758e66cf11a6d900aa0062ce6c', 'hex');
const ASF_DATA = Buffer.from('3626b2758e66cf11a6d900aa0062ce6c', 'hex');

async function asfEnd(file: FileWindow): Promise<number | undefined> {
  for (let at = 0; ;) {
    const head = await file.bytes(at, 24);
    if (head.length < 24) return undefined;
    const id = head.subarray(0, 16);
    const size = Number(head.readBigUInt64LE(16));
    if (id.equals(ASF_DATA)) return size > 24 ? at + size : undefined;
    if (!id.equals(ASF_HEADER) || size < 24) return undefined;
    at += size;
  }
}
