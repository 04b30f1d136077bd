import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WITNESS_MISSING, ffmpeg, ffprobe, frameHashes, witnessed } from '../fixtures/witness.ts';
import { copyClip, fixture, temporaryFolder } from './support/media-copy.ts';

const folder = temporaryFolder();

interface Variant {
  readonly name: string;
  /** A fixture, or ffmpeg's arguments that make a clip from one. */
  readonly from: string;
  readonly make?: readonly string[];
  readonly extension?: string;
}

const variants: readonly Variant[] = [
  { name: 'H.264 4:2:0 with sound', from: 'stream.mp4' },
  { name: 'variable frame rate with B-frames', from: 'vfr.mp4' },
  { name: 'rotated and untagged', from: 'rotated.mp4' },
  { name: 'HDR10', from: 'hdr10.mp4' },
  { name: 'Matroska with chapters', from: 'chapters.mkv' },
  { name: '8-bit 4:2:2', from: 'vfr.mp4', make: ['-vf', 'format=yuv422p', '-c:v', 'libx264', '-qp', '0'] },
  { name: '8-bit 4:4:4', from: 'vfr.mp4', make: ['-vf', 'format=yuv444p', '-c:v', 'libx264', '-qp', '0'] },
  {
    name: '10-bit 4:2:2',
    from: 'vfr.mp4',
    make: ['-vf', 'format=yuv422p10le', '-c:v', 'prores_ks'],
    extension: 'mov',
  },
  {
    name: '12-bit 4:4:4',
    from: 'vfr.mp4',
    make: ['-vf', 'format=yuv444p12le', '-c:v', 'ffv1'],
    extension: 'mkv',
  },
  {
    name: '16-bit 4:2:0',
    from: 'vfr.mp4',
    make: ['-vf', 'format=yuv420p16le', '-c:v', 'ffv1'],
    extension: 'mkv',
  },
  {
    name: 'full range',
    from: 'vfr.mp4',
    make: ['-vf', 'scale=out_range=pc,format=yuvj420p', '-c:v', 'mjpeg', '-q:v', '2'],
    extension: 'avi',
  },
  {
    name: '4:1:1 of DV tape',
    from: 'vfr.mp4',
    make: ['-vf', 'scale=720:480,format=yuv411p', '-r', '30000/1001', '-frames:v', '3', '-c:v', 'dvvideo'],
    extension: 'avi',
  },
  {
    name: 'gray with transparency',
    from: 'vfr.mp4',
    make: ['-vf', 'format=ya8', '-c:v', 'ffv1'],
    extension: 'mkv',
  },
  { name: 'gray', from: 'vfr.mp4', make: ['-vf', 'format=gray', '-c:v', 'ffv1'], extension: 'mkv' },
  {
    name: '10-bit gray',
    from: 'vfr.mp4',
    make: ['-vf', 'format=gray10le', '-c:v', 'ffv1'],
    extension: 'mkv',
  },
  {
    name: 'packed RGB',
    from: 'vfr.mp4',
    make: ['-vf', 'format=bgr24', '-c:v', 'rawvideo'],
    extension: 'avi',
  },
  {
    name: 'planar 10-bit RGB',
    from: 'vfr.mp4',
    make: ['-vf', 'format=gbrp10le', '-c:v', 'ffv1'],
    extension: 'mkv',
  },
  {
    name: 'transparency',
    from: 'vfr.mp4',
    make: ['-vf', 'format=yuva444p10le', '-c:v', 'ffv1'],
    extension: 'mkv',
  },
  {
    name: 'packed 4:2:2',
    from: 'vfr.mp4',
    make: ['-vf', 'format=yuyv422', '-c:v', 'rawvideo'],
    extension: 'avi',
  },
  { name: 'pixels that are not square', from: 'vfr.mp4', make: ['-vf', 'setsar=16/15', '-c:v', 'libx264'] },
  { name: 'an odd size', from: 'vfr.mp4', make: ['-vf', 'scale=159:119', '-c:v', 'ffv1'], extension: 'mkv' },
  {
    name: 'one pixel wide',
    from: 'vfr.mp4',
    make: ['-vf', 'scale=1:119,format=yuv444p,setsar=1', '-c:v', 'ffv1'],
    extension: 'mkv',
  },
  {
    name: '4096 pixels wide',
    from: 'vfr.mp4',
    make: ['-frames:v', '2', '-vf', 'scale=4096:64', '-c:v', 'libx264', '-qp', '0'],
  },
  { name: 'one frame', from: 'vfr.mp4', make: ['-frames:v', '1', '-c:v', 'libx264'] },
  { name: 'two frames', from: 'vfr.mp4', make: ['-frames:v', '2', '-c:v', 'libx264'] },
  {
    name: 'a stream without timestamps',
    from: 'stream.mp4',
    make: ['-an', '-frames:v', '20', '-c:v', 'copy', '-bsf:v', 'h264_mp4toannexb', '-f', 'h264'],
    extension: 'h264',
  },
  {
    name: 'a transport stream that starts late',
    from: 'stream.mp4',
    make: ['-frames:v', '20', '-c', 'copy', '-output_ts_offset', '100.5'],
    extension: 'ts',
  },
  {
    name: 'open groups of pictures in MPEG-2',
    from: 'stream.mp4',
    make: ['-frames:v', '30', '-c:v', 'mpeg2video', '-bf', '2', '-q:v', '3'],
    extension: 'mpg',
  },
];

const TAGS = [
  'pix_fmt',
  'width',
  'height',
  'sample_aspect_ratio',
  'color_range',
  'color_space',
  'color_transfer',
  'color_primaries',
];

describe.skipIf(WITNESS_MISSING)(witnessed('ffv1 without a network'), () => {
  it.each(variants.map((variant) => [variant.name, variant] as const))(
    'copies %s exactly',
    async (_, variant) => {
      const slug = variant.name.replaceAll(' ', '-');
      let input = fixture(variant.from);
      if (variant.make) {
        input = join(folder, `${slug}.${variant.extension ?? 'mp4'}`);
        const timing = ['-fps_mode', 'passthrough', '-video_track_timescale', '90000'];
        const untimed = ['avi', 'h264', 'mpg', 'ts'].includes(variant.extension ?? '');
        ffmpeg('-i', fixture(variant.from), ...(untimed ? [] : timing), ...variant.make, input);
      }
      const output = join(folder, `${slug}.out.mkv`);
      const outcome = await copyClip(input, output, 'ffv1');

      const [before] = ffprobe(input, '-select_streams', 'v:0').streams;
      const [after] = ffprobe(output, '-select_streams', 'v:0').streams;
      const packed = { bgr24: 'bgr0', yuyv422: 'yuv422p', yuvj420p: 'yuv420p' }[String(before?.['pix_fmt'])];
      for (const tag of TAGS) {
        const expected = tag === 'pix_fmt' && packed ? packed : before?.[tag];
        // Matroska does not store a ratio of 1:1.
        if (tag !== 'sample_aspect_ratio' || (expected !== undefined && expected !== '1:1')) {
          expect([tag, after?.[tag]]).toEqual([tag, expected]);
        }
      }

      // Packed and planar forms of the same samples are compared in one form.
      const form = { bgr24: 'bgr24', yuyv422: 'yuv422p' }[String(before?.['pix_fmt'])];
      const asForm = form ? ['-pix_fmt', form] : [];
      const source = frameHashes(input, ...asForm);
      const written = frameHashes(output, ...asForm);
      expect(written.frames.map((frame) => frame.md5)).toEqual(source.frames.map((frame) => frame.md5));
      expect(outcome.frames).toBe(source.frames.length);

      const times = ({ base, frames }: typeof source) =>
        frames.map(({ pts }) => (pts - (frames[0]?.pts ?? 0)) * base);
      if (!['h264', 'avi'].includes(variant.extension ?? '')) {
        // Matroska counts whole milliseconds.
        times(source).forEach((time, index) =>
          expect(Math.abs((times(written)[index] ?? NaN) - time)).toBeLessThan(0.0011),
        );
      }
    },
  );
});
