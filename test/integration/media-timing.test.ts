import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WITNESS_MISSING, ffmpeg, ffprobe, witnessed } from '../fixtures/witness.ts';
import { copyClip, fixture, temporaryFolder } from './support/media-copy.ts';

const folder = temporaryFolder();
const at = (numerator: number, denominator = 1) => ({ numerator, denominator });

/** When every sound packet starts, in seconds. */
const soundTimes = (path: string): number[] =>
  (ffprobe(path, '-show_packets', '-select_streams', 'a:0').packets ?? []).map(({ pts_time }) =>
    Number(pts_time),
  );

describe.skipIf(WITNESS_MISSING)(witnessed('a range of a long clip'), () => {
  it.each([
    ['ts', 2],
    ['ts', 37],
    ['flv', 2],
    ['mkv', 37],
  ])('has its sound in step (.%s from %i s)', async (extension, from) => {
    const input = join(folder, `long.${extension}`);
    ffmpeg('-stream_loop', '13', '-i', fixture('stream.mp4'), '-c', 'copy', input);
    const output = join(folder, `part-${extension}-${from}.mkv`);
    const { pts } = await copyClip(input, output, 'h264', { in: at(from), out: at(from + 1) });

    const [picture] = ffprobe(input, '-select_streams', 'v:0').streams;
    const [ticks = 0, perSecond = 1] = String(picture?.['time_base']).split('/').map(Number);
    const firstFrame = (Number(pts[0]) * ticks) / perSecond;
    const whole = soundTimes(input).map((time) => time - firstFrame);
    const part = soundTimes(output);
    expect(part.length).toBeGreaterThan(40);
    // A packet lasts for 23 ms, and Matroska counts whole milliseconds.
    for (const time of part) {
      expect(Math.min(...whole.map((other) => Math.abs(other - time)))).toBeLessThan(0.0016);
    }
  });
});
