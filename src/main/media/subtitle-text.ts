import {
  AV_CODEC_ID_ASS,
  AV_CODEC_ID_MOV_TEXT,
  AV_CODEC_ID_SSA,
  AV_CODEC_ID_SUBRIP,
  AV_CODEC_ID_TEXT,
  AV_CODEC_ID_WEBVTT,
  type AVCodecID,
} from 'node-av/constants';
import type { CodecParameters } from 'node-av/lib';

/** How the text of a subtitle stream is carried over into a container that knows another kind of text. */
export interface SubtitleRecoding {
  readonly codecName: string;
  /** Makes the copied parameters those of the new codec. */
  apply(parameters: CodecParameters): void;
  /** One packet's payload in the new codec. */
  convert(data: Buffer): Buffer;
}

/** @returns undefined when the container is to take the stream as it is. */
export function subtitleRecoding(codec: AVCodecID, container: string): SubtitleRecoding | undefined {
  const plain = plainTextOf(codec);
  if (!plain) return undefined;
  if (container !== 'matroska' && codec !== AV_CODEC_ID_MOV_TEXT) {
    return {
      codecName: 'mov_text',
      apply: (parameters) => {
        parameters.codecId = AV_CODEC_ID_MOV_TEXT;
        parameters.extradata = defaultSampleEntry();
      },
      convert: (data) => toMovText(plain(data)),
    };
  }
  if (container === 'matroska' && codec === AV_CODEC_ID_MOV_TEXT) {
    return {
      codecName: 'subrip',
      apply: (parameters) => {
        parameters.codecId = AV_CODEC_ID_SUBRIP;
        parameters.extradata = null;
      },
      convert: (data) => Buffer.from(plain(data)),
    };
  }
  return undefined;
}

function plainTextOf(codec: AVCodecID): ((data: Buffer) => string) | undefined {
  switch (codec) {
    case AV_CODEC_ID_SUBRIP:
    case AV_CODEC_ID_WEBVTT:
    case AV_CODEC_ID_TEXT:
      return (data) => stripTags(data.toString('utf8'));
    case AV_CODEC_ID_ASS:
    case AV_CODEC_ID_SSA:
      return (data) => stripAss(data.toString('utf8'));
    case AV_CODEC_ID_MOV_TEXT:
      return (data) => (data.length < 2 ? '' : data.toString('utf8', 2, 2 + data.readUInt16BE(0)));
    default:
      return undefined;
  }
}

function stripTags(text: string): string {
  return text
    .replace(/<[^>]*>/g, '')
    .replace(/\{\\[^}]*\}/g, '')
    .replace(/\r\n?/g, '\n')
    .trimEnd();
}

/** A Matroska ASS packet is eight comma-separated fields and then the text with its override codes. */
function stripAss(packet: string): string {
  const text = packet.split(',').slice(8).join(',');
  return text
    .replace(/\{[^}]*\}/g, '')
    .replace(/\\[Nn]/g, '\n')
    .replace(/\\h/g, ' ')
    .trimEnd();
}

/** 3GPP timed text: a 16-bit length before the UTF-8 text. */
function toMovText(text: string): Buffer {
  const utf8 = Buffer.from(text);
  const sample = Buffer.alloc(2 + utf8.length);
  sample.writeUInt16BE(Math.min(utf8.length, 0xffff), 0);
  utf8.copy(sample, 2);
  return sample;
}

/** The part of a `tx3g` sample entry after its header: white text, centred at the bottom, one sans-serif font. */
function defaultSampleEntry(): Buffer {
  const font = Buffer.from('Sans-Serif');
  const head = Buffer.alloc(30);
  head.writeInt8(1, 4); // Horizontally centred.
  head.writeInt8(-1, 5); // At the bottom.
  head.writeUInt16BE(1, 22); // Font of the default style.
  head.writeUInt8(18, 25); // Font size.
  head.writeUInt32BE(0xffffffff, 26); // Opaque white.
  const table = Buffer.alloc(13);
  table.writeUInt32BE(13 + font.length, 0);
  table.write('ftab', 4, 'latin1');
  table.writeUInt16BE(1, 8);
  table.writeUInt16BE(1, 10);
  table.writeUInt8(font.length, 12);
  return Buffer.concat([head, table, font]);
}
