import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { FrameConverter } from '../../src/main/media/frame-converter.ts';
import { VideoReader } from '../../src/main/media/video-reader.ts';
import { EngineClient } from '../../src/main/render/engine-client.ts';
import { FrameService } from '../../src/main/render/frame-service.ts';
import { isMissing } from '../support/test-tools.ts';
import { type BenchCase, type Figure, atLeast, atMost } from './bench.ts';

const SAMPLE = join(import.meta.dirname, '../../resources/sample.mp4');
const RAW = { format: 'raw' } as const;
const SCRUBS = 40;

/** Four seconds of camera footage at 1920 x 1080, in groups of pictures of a length. */
function writeCameraClip(folder: string, group: number): string {
  const path = join(folder, `camera-${group}.mp4`);
  const encoding = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-pix_fmt', 'yuv420p'];
  const groups = ['-g', String(group), '-keyint_min', String(group), '-sc_threshold', '0', '-bf', '2'];
  const input = ['-stream_loop', '4', '-i', SAMPLE, '-vf', 'scale=1920:1080:flags=bicubic', '-an'];
  execFileSync('ffmpeg', ['-v', 'error', ...input, '-frames:v', '300', ...encoding, ...groups, path]);
  return path;
}

/** What it takes to decode all frames one after the other, and to turn one into bytes: what nothing can be below. */
async function floor(path: string): Promise<{ decode: number; convert: number }> {
  const reader = await VideoReader.open(path);
  const converter = new FrameConverter();
  const converting: number[] = [];
  let frames = 0;
  const start = performance.now();
  for await (const frame of reader.frames()) {
    if (frames++ % 10 === 0) {
      const before = performance.now();
      converter.toRgba(frame);
      converting.push(performance.now() - before);
    }
    frame.dispose();
  }
  const spent = converting.reduce((sum, time) => sum + time, 0);
  return { decode: (performance.now() - start - spent) / frames, convert: quantile(converting, 0.25) };
}

function scrubbing(group: number): BenchCase {
  return {
    name: `frames for the screen: 1920x1080, H.264, groups of ${group} pictures`,
    missing: isMissing('ffmpeg') ? 'ffmpeg makes the clip' : undefined,
    async run(folder) {
      const path = writeCameraClip(folder, group);
      const { decode, convert } = await floor(path);
      const engine = new EngineClient();
      const service = new FrameService(engine);
      try {
        await service.frame(path, 0, RAW);
        const count = (await service.index(path)).index.pts.length;
        const scrub = await timesOf(scattered(SCRUBS, count), (frame) => service.frame(path, frame, RAW));
        const kept = await timesOf([count - 1, count - 1, count - 1, count - 1], (frame) =>
          service.frame(path, frame, RAW),
        );
        const fresh = new FrameService(engine);
        const steps = await timesOf(range(60, 160), (frame) => fresh.frame(path, frame, RAW));
        const back = await timesOf(range(60, 100).reverse(), (frame) => fresh.frame(path, frame, RAW));
        await fresh.dispose();
        const another = new FrameService(engine);
        const played = await playback(another, path, range(160, 260));
        await another.dispose();
        const usual = (decode * Math.min(group, count)) / 2 + convert;
        const figures: Figure[] = [
          { what: 'decoding, per frame', value: decode, unit: 'ms' },
          { what: 'to bytes, per frame', value: convert, unit: 'ms' },
          { what: 'scrub, median', value: quantile(scrub, 0.5), unit: 'ms' },
          { what: 'scrub, 95 of 100', value: quantile(scrub, 0.95), unit: 'ms' },
          {
            what: 'scrub, median, against decoding half a group and converting',
            value: quantile(scrub, 0.5) / usual,
            unit: 'x',
            bound: atMost(2),
          },
          { what: 'step, median', value: quantile(steps, 0.5), unit: 'ms' },
          { what: 'step, 95 of 100', value: quantile(steps, 0.95), unit: 'ms' },
          {
            what: 'step, quickest quarter, against decoding and converting',
            value: quantile(steps, 0.25) / (decode + convert),
            unit: 'x',
            bound: atMost(2),
          },
          { what: 'step back, median', value: quantile(back, 0.5), unit: 'ms' },
          { what: 'kept in memory', value: quantile(kept.slice(1), 0.5), unit: 'ms' },
          { what: 'playback', value: 1000 / played, unit: 'frames/s' },
          {
            what: 'playback, share of what decoding and converting in turn allow',
            value: (decode + convert) / played,
            unit: 'x',
            bound: atLeast(0.4),
          },
        ];
        return figures;
      } finally {
        await service.dispose();
        await engine.dispose();
      }
    },
  };
}

async function timesOf(
  frames: readonly number[],
  ask: (frame: number) => Promise<unknown>,
): Promise<number[]> {
  const times: number[] = [];
  for (const frame of frames) {
    const start = performance.now();
    await ask(frame);
    times.push(performance.now() - start);
  }
  return times;
}

/** Milliseconds per frame when a player keeps three requests under way. */
async function playback(service: FrameService, path: string, frames: readonly number[]): Promise<number> {
  const start = performance.now();
  const waiting: Promise<unknown>[] = [];
  for (const frame of frames) {
    waiting.push(service.frame(path, frame, RAW));
    if (waiting.length === 3) await waiting.shift();
  }
  await Promise.all(waiting);
  return (performance.now() - start) / frames.length;
}

/** Frame numbers all over a clip, the same ones every time. */
function scattered(count: number, frames: number): number[] {
  let state = 7;
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state % frames;
  });
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

export const cases: readonly BenchCase[] = [scrubbing(30), scrubbing(250)];
