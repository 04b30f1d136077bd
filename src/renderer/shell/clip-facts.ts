import type { Clip } from '../../shared/api/clip.ts';
import { formatFrameRate } from '../design/format.ts';

/** What people call the codecs, by FFmpeg's names. */
const CODECS: Readonly<Record<string, string>> = {
  h264: 'H.264',
  hevc: 'H.265',
  av1: 'AV1',
  vp8: 'VP8',
  vp9: 'VP9',
  prores: 'ProRes',
  dnxhd: 'DNxHD',
  ffv1: 'FFV1',
  mjpeg: 'Motion JPEG',
  mpeg1video: 'MPEG-1',
  mpeg2video: 'MPEG-2',
  mpeg4: 'MPEG-4',
  dvvideo: 'DV',
  cfhd: 'CineForm',
  rawvideo: 'Uncompressed',
  v210: 'Uncompressed',
};

export function codecLabel(codec: string): string {
  return CODECS[codec] ?? codec.toUpperCase();
}

type Facts = Pick<
  Clip,
  'displayWidth' | 'displayHeight' | 'frameRate' | 'variableFrameRate' | 'codec' | 'bitDepth'
>;

/** What an editor asks first of a clip: `1280x720`, `29.97 fps`, `H.264 8-bit`. */
export function clipFacts(clip: Facts): string[] {
  const rate = clip.frameRate === undefined ? undefined : formatFrameRate(clip.frameRate);
  return [
    `${clip.displayWidth}x${clip.displayHeight}`,
    ...(clip.variableFrameRate ? ['variable frame rate'] : rate === undefined ? [] : [rate]),
    `${codecLabel(clip.codec)} ${clip.bitDepth}-bit`,
  ];
}

/** Everything else that is known of it, one line each, for who points at the facts. */
export function clipDetails(clip: Clip): string {
  const stored =
    clip.width === clip.displayWidth && clip.height === clip.displayHeight
      ? []
      : [
          `Stored as ${clip.width}x${clip.height}${clip.rotation === 0 ? '' : `, turned by ${clip.rotation}°`}`,
        ];
  return [
    ...stored,
    `Pixels: ${clip.pixelFormat} (${clip.chroma})`,
    `Colour: ${clip.matrix}, ${clip.range} range, primaries ${clip.primaries}, transfer ${clip.transfer}`,
    `Container: ${clip.container}`,
    ...(clip.sound ? [`Sound: ${clip.sound.codec}, ${clip.sound.channels} channels`] : ['No sound']),
    clip.path,
  ].join('\n');
}
