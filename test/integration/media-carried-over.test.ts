import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FrameConverter } from '../../src/main/media/frame-converter.ts';
import { probe } from '../../src/main/media/probe.ts';
import { VideoReader } from '../../src/main/media/video-reader.ts';
import { VideoWriter } from '../../src/main/media/video-writer.ts';
import type { ExportPreset } from '../../src/shared/settings.ts';
import { WITNESS_MISSING, ffmpeg, ffprobe, frameHashes, witnessed } from '../fixtures/witness.ts';
import { copyClip, fixture, temporaryFolder } from './support/media-copy.ts';

const folder = temporaryFolder();
const at = (numerator: number, denominator = 1) => ({ numerator, denominator });

describe('an exported clip', () => {
  it.each<[ExportPreset, string]>([
    ['h264', 'mp4'],
    ['h264', 'mov'],
    ['h265', 'mp4'],
    ['prores', 'mov'],
    ['ffv1', 'mkv'],
  ])('has the picture tags of the source (%s in .%s)', async (preset, extension) => {
    const output = join(folder, `hdr-${preset}.${extension}`);
    await copyClip(fixture('hdr10.mp4'), output, preset);
    const [before, after] = [await probe(fixture('hdr10.mp4')), await probe(output)];
    const tags = ({ video }: typeof before) => [video.matrix, video.range, video.primaries, video.transfer];
    expect(tags(after)).toEqual(tags(before));
    expect(tags(after)).toEqual(['bt2020nc', 'tv', 'bt2020', 'smpte2084']);
    expect(after.video.hdr.contentLight).toEqual({ max: 1000, maxFrameAverage: 400 });
    const peak = after.video.hdr.masteringDisplay?.maxLuminance;
    expect(peak && peak.num / peak.den).toBeCloseTo(1000, 3);
    expect(after.video.bitDepth).toBe(10);
  });

  it.each<[ExportPreset, string]>([
    ['h264', 'mp4'],
    ['h265', 'mov'],
    ['prores', 'mov'],
    ['ffv1', 'mkv'],
  ])('is turned upright like the source (%s in .%s)', async (preset, extension) => {
    const output = join(folder, `rotated-${preset}.${extension}`);
    await copyClip(fixture('rotated.mp4'), output, preset);
    const { video } = await probe(output);
    expect([video.width, video.height, video.rotation]).toEqual([240, 136, 90]);
    expect([video.displayWidth, video.displayHeight]).toEqual([136, 240]);
    expect([video.matrix, video.primaries, video.transfer]).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it.each([['mp4'], ['mov'], ['mkv']])(
    'keeps sound, subtitles, chapters and timecode in .%s',
    async (extension) => {
      const output = join(folder, `everything.${extension}`);
      const { notices } = await copyClip(fixture('chapters.mkv'), output, 'h264');
      const { otherStreams, chapters, timecode } = await probe(output);
      const text = extension === 'mkv' ? 'subrip' : 'mov_text';
      const kinds = otherStreams
        .filter(({ type }) => type !== 'data')
        .map(({ codec, language }) => [codec, language]);
      expect(kinds).toEqual([
        ['aac', 'eng'],
        [text, 'ger'],
      ]);
      expect(chapters.map(({ startSeconds, title }) => [startSeconds, title])).toEqual([
        [0, 'Above'],
        [0.4, 'Below = "ÄÖ"'],
      ]);
      expect(timecode).toBe('01:02:03:04');
      expect(notices).toEqual(extension === 'mkv' ? [] : [expect.stringContaining('converted to mov_text')]);
    },
  );

  it("has every frame when the frames went through R'G'B', at their own times", async () => {
    const output = join(folder, 'through-rgb.mp4');
    const source = await VideoReader.open(fixture('vfr.mp4'));
    const writer = await VideoWriter.create(output, { source, preset: 'h264' });
    const converter = new FrameConverter();
    const times: bigint[] = [];
    for await (const frame of source.frames()) {
      times.push(frame.pts);
      const made = converter.fromRgb(converter.toRgb(frame), frame, writer.framePixelFormat);
      await writer.write(made);
      made.dispose();
      frame.dispose();
    }
    converter.dispose();
    expect((await writer.finish()).frames).toBe(24);
    const reread: bigint[] = [];
    for await (const frame of (await VideoReader.open(output)).frames()) {
      reread.push(frame.pts);
      frame.dispose();
    }
    expect(reread).toEqual(times);
  });
});

describe('a range', () => {
  it('holds the frames with in <= t < out, the same ones as a full decode gives', async () => {
    const hash = async (range: object) => {
      const sums: [bigint, number][] = [];
      for await (const frame of (await VideoReader.open(fixture('stream.mp4'))).frames({ range })) {
        const luma = frame.native.data?.[0] ?? Buffer.alloc(0);
        sums.push([frame.pts, luma.reduce((sum, value, index) => (sum * 31 + value + index) % 1000003, 7)]);
        frame.dispose();
      }
      return sums;
    };
    const whole = await hash({});
    for (const [from, to] of [
      [0, 1001],
      [500, 1500],
      [1001, 1002],
      [2900, 9000],
    ] as const) {
      const part = await hash({ in: at(from, 1000), out: at(to, 1000) });
      // Half a tick of the time base is allowed for.
      const inside = whole.filter(([pts]) => Number(pts) / 30 >= from - 0.02 && Number(pts) / 30 < to - 0.02);
      expect(part).toEqual(inside);
    }
  });

  it('starts at time zero, with the sound and the chapters that belong to it', async () => {
    const output = join(folder, 'range.mp4');
    const { pts } = await copyClip(fixture('chapters.mkv'), output, 'h264', { in: at(1, 2), out: at(9, 10) });
    expect(pts.length).toBe(12);
    const { video, chapters, timecode, durationSeconds } = await probe(output);
    expect(video.startTicks).toBe(0n);
    expect(chapters.map(({ title }) => title)).toEqual(['Below = "ÄÖ"']);
    expect(timecode).toBe('01:02:03:19');
    expect(durationSeconds).toBeGreaterThan(0.39);
    expect(durationSeconds).toBeLessThan(0.5);
  });

  it.each([
    [{ in: at(5) }, /no frame in the range/],
    [{ in: at(2), out: at(1) }, /out time is not after/],
  ])('without frames is refused and leaves nothing behind (%o)', async (range, message) => {
    const before = readdirSync(folder);
    const copy = copyClip(fixture('stream.mp4'), join(folder, 'nothing.mp4'), 'h264', range);
    await expect(copy).rejects.toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) as string }),
    );
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe.skipIf(WITNESS_MISSING)(witnessed('FFmpeg as a witness'), () => {
  it('finds the copied sound packets unchanged, longer than the picture', async () => {
    const output = join(folder, 'sound.mp4');
    await copyClip(fixture('stream.mp4'), output, 'h264');
    const packets = (path: string) =>
      ffprobe(path, '-show_packets', '-show_data_hash', 'md5', '-select_streams', 'a').packets?.map(
        ({ pts, duration, data_hash }) => [pts, duration, data_hash],
      );
    expect(packets(output)).toEqual(packets(fixture('stream.mp4')));
  });

  it('finds the timestamps of H.264 and ProRes equal to the tick, the last duration included', async () => {
    for (const [preset, extension] of [
      ['h264', 'mp4'],
      ['h265', 'mp4'],
      ['prores', 'mov'],
    ] as const) {
      const output = join(folder, `times-${preset}.${extension}`);
      await copyClip(fixture('vfr.mp4'), output, preset);
      const times = (path: string) => frameHashes(path).frames.map(({ pts }) => pts);
      expect(times(output)).toEqual(times(fixture('vfr.mp4')));
      const length = (path: string) => ffprobe(path).streams[0]?.['duration_ts'];
      expect(length(output)).toBe(length(fixture('vfr.mp4')));
    }
  });

  it('finds what a phone says about place and camera', async () => {
    const input = join(folder, 'phone.mov');
    const keys = {
      'com.apple.quicktime.make': 'Apple',
      'com.apple.quicktime.location.ISO6709': '+48.1+011.5/',
    };
    const tags = Object.entries(keys).flatMap(([key, value]) => ['-metadata', `${key}=${value}`]);
    ffmpeg('-i', fixture('vfr.mp4'), '-c', 'copy', '-movflags', 'use_metadata_tags', ...tags, input);
    for (const extension of ['mp4', 'mov']) {
      const output = join(folder, `phone-copy.${extension}`);
      await copyClip(input, output, 'h264');
      expect(ffprobe(output).format['tags']).toMatchObject(keys);
    }
  });

  it('finds no average frame duration in a Matroska file of a variable frame rate, and its picture chosen', async () => {
    const output = join(folder, 'vfr.mkv');
    await copyClip(fixture('vfr.mp4'), output, 'ffv1');
    const [picture] = ffprobe(output).streams;
    const average = ffprobe(fixture('vfr.mp4')).streams[0]?.['avg_frame_rate'];
    expect(picture?.['avg_frame_rate']).not.toBe(average);
    expect(picture?.['disposition']).toMatchObject({ default: 1 });
  });

  it('sees full range brought to video range for ProRes, which has no tag for it', async () => {
    const full = join(folder, 'full-range.mp4');
    const toFull = ['-vf', 'scale=out_range=pc,format=yuvj420p', '-frames:v', '2', '-c:v', 'libx264'];
    ffmpeg('-i', fixture('vfr.mp4'), ...toFull, '-crf', '4', full);
    const output = join(folder, 'full-range.mov');
    await copyClip(full, output, 'prores');
    expect(ffprobe(output).streams[0]).toMatchObject({ color_range: 'tv' });
    const brightness = (path: string) => {
      const small = join(folder, 'small.mkv');
      const filter = 'scale=2:2:flags=area:out_range=pc,format=gray';
      ffmpeg('-i', path, '-frames:v', '1', '-vf', filter, '-f', 'rawvideo', small);
      return [...readFileSync(small)];
    };
    const before = brightness(full);
    brightness(output).forEach((level, index) =>
      expect(Math.abs(level - (before[index] ?? NaN))).toBeLessThan(1.5),
    );
  });

  it('names what is left out or not worked on, and not what is written anew', async () => {
    const picture = (...options: string[]) => [
      ...['-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=25', '-frames:v', '3', ...options],
    ];
    const timed = join(folder, 'timed.mov');
    ffmpeg(...picture('-c:v', 'libx264', '-timecode', '01:00:00:00', timed));
    expect((await copyClip(timed, join(folder, 'timed.mp4'), 'h264')).notices).toEqual([]);

    const camera = join(folder, 'camera.mov');
    // Telemetry of a camera looks like a timecode track with another tag.
    writeFileSync(camera, readFileSync(timed).toString('latin1').replaceAll('tmcd', 'gpmd'), 'latin1');
    const { notices } = await copyClip(camera, join(folder, 'camera.mp4'), 'h264');
    expect(notices).toEqual(["The data stream 1 (gpmd) is left out: it can't be copied."]);

    const layered = join(folder, 'layered.webm');
    ffmpeg(...picture('-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-pix_fmt', 'yuva420p', layered));
    const flat = await copyClip(layered, join(folder, 'layered.mkv'), 'ffv1');
    expect(flat.notices).toEqual([expect.stringContaining('transparency')]);

    const double = join(folder, 'double.mp4');
    const second = ['-f', 'lavfi', '-i', 'testsrc=s=32x32:r=25', '-map', '0', '-map', '1', '-frames:v', '3'];
    ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=25', ...second, '-c:v', 'libx264', double);
    const copied = await copyClip(double, join(folder, 'double.mkv'), 'h264');
    expect(copied.notices).toEqual([expect.stringContaining('video stream 1 (h264) is copied as it is')]);
  });

  it('sees 4:4:4 where a size does not fit 4:2:0, with a notice', async () => {
    const odd = join(folder, 'odd.mkv');
    ffmpeg('-i', fixture('vfr.mp4'), '-vf', 'scale=159:119', '-c:v', 'ffv1', odd);
    const { notices } = await copyClip(odd, join(folder, 'odd.mp4'), 'h264');
    expect(notices).toEqual([expect.stringContaining('159x119 only with full chroma')]);
    expect(ffprobe(join(folder, 'odd.mp4')).streams[0]).toMatchObject({
      width: 159,
      height: 119,
      pix_fmt: 'yuv444p',
    });
  });

  it('hears about sound that a container does not hold before anything is written', async () => {
    const input = join(folder, 'speech.mkv');
    ffmpeg('-i', fixture('stream.mp4'), '-t', '0.5', '-c:v', 'copy', '-c:a', 'wavpack', input);
    const copy = copyClip(input, join(folder, 'speech.mp4'), 'h264');
    await expect(copy).rejects.toThrow(/An \.mp4 file can't hold the audio stream 1 \(wavpack\)/);
    expect(readdirSync(folder).filter((name) => name.includes('speech'))).toEqual(['speech.mkv']);
  });
});
