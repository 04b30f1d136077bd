import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CUT_CONTEXT } from '../../src/main/inference/scene-cuts/cut-test.ts';
import { FrameConverter, VideoReader } from '../../src/main/media/index.ts';
import { clipFrames } from '../../src/main/render/clip-frames.ts';
import { clipCuts, cutMargin, shotFrames } from '../../src/main/render/shot-frames.ts';
import { decodeNpy, encodeNpy } from '../../src/shared/npy.ts';
import { parseTime } from '../../src/shared/time.ts';
import { ffmpeg, frameHashes, WITNESS_MISSING, witnessed } from '../fixtures/witness.ts';
import { maxDifference } from '../support/arrays.ts';
import { runCommand } from './support/command-line.ts';
import { fixture } from './support/media-copy.ts';
import { QUICK, RenderBench, renderClip } from './support/rendering.ts';

const SAMPLE = fileURLToPath(new URL('../../resources/sample.mp4', import.meta.url));
const [HEIGHT, WIDTH] = [72, 128];

let folder: string;
let joined: string;
let bench: RenderBench;

/** Frames of clips one after the other, all of one size, without loss. */
function joinClips(output: string, parts: readonly (readonly [path: string, frames: number])[]): string {
  const path = join(folder, output);
  const chains = parts.map(
    ([, frames], index) =>
      `[${index}:v]scale=${WIDTH}:${HEIGHT},setsar=1,format=yuv420p,trim=end_frame=${frames},` +
      `setpts=N/(25*TB),fps=25[p${index}]`,
  );
  const labels = parts.map((_, index) => `[p${index}]`).join('');
  const graph = `${chains.join(';')};${labels}concat=n=${parts.length}[out]`;
  const inputs = parts.flatMap(([each]) => ['-i', each]);
  const written = ['-map', '[out]', '-c:v', 'ffv1', path];
  ffmpeg(...inputs, '-filter_complex', graph, ...written);
  return path;
}

beforeAll(() => {
  if (WITNESS_MISSING) return;
  folder = mkdtempSync(join(tmpdir(), 'acutance-cuts-'));
  joined = joinClips('joined.mkv', [
    [SAMPLE, 9],
    [fixture('stream.mp4'), 7],
    [SAMPLE, 6],
    [fixture('hdr10.mp4'), 3],
  ]);
});

afterAll(() => {
  if (!WITNESS_MISSING) rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  bench = new RenderBench();
});

afterEach(() => bench.dispose());

/** Numbers of the frames of a clip, or of a part of it, that are found to begin a shot. */
async function cutsOf(path: string, seconds: readonly [string, string] | [] = []): Promise<number[]> {
  const reader = await VideoReader.open(path);
  const converter = new FrameConverter();
  const context = { before: 2, after: 2 };
  const cuts = await clipCuts('detect', { info: reader.info, context, pts: async () => new Float64Array() });
  const range = seconds.length === 0 ? {} : { in: parseTime(seconds[0]), out: parseTime(seconds[1]) };
  const { signal } = new AbortController();
  const frames = clipFrames(reader, { range, context, margin: cutMargin(cuts), signal });
  const found: number[] = [];
  for await (const { item, isCut } of shotFrames(frames, { cuts, converter })) {
    if (isCut) found.push(Math.round(Number(item.frame.pts - reader.info.video.startTicks) / 40));
    item.frame.dispose();
  }
  converter.dispose();
  return found;
}

describe.skipIf(WITNESS_MISSING)(witnessed('cuts of real clips'), () => {
  it('are found to the frame where clips are joined, and nowhere inside', async () => {
    expect(await cutsOf(joined)).toEqual([9, 16, 22]);
  });

  it('are the same in a part, wherever it begins', async () => {
    expect(await cutsOf(joined, ['0.36', '0.6'])).toEqual([9, 16]);
    expect(await cutsOf(joined, ['0.4', '0.56'])).toEqual([9]);
    expect(await cutsOf(joined, ['0.48', '0.52'])).toEqual([]);
    expect(await cutsOf(joined, ['0.68', '0.8'])).toEqual([16]);
  });

  it.each([SAMPLE, fixture('stream.mp4'), fixture('hdr10.mp4'), fixture('vfr.mp4')])(
    'are none within one take: %s',
    async (path) => {
      expect(await cutsOf(path)).toEqual([]);
    },
  );

  it('are none in a dissolve from one clip into another', async () => {
    const path = join(folder, 'dissolve.mkv');
    const scaled = (index: number) =>
      `[${index}:v]scale=${WIDTH}:${HEIGHT},setsar=1,format=yuv420p,trim=end_frame=24,setpts=N/(25*TB),fps=25[p${index}]`;
    const graph = `${scaled(0)};${scaled(1)};[p0][p1]xfade=transition=fade:duration=0.4:offset=0.4[out]`;
    const inputs = ['-i', SAMPLE, '-i', fixture('stream.mp4')];
    const written = ['-map', '[out]', '-c:v', 'ffv1', path];
    ffmpeg(...inputs, '-filter_complex', graph, ...written);
    expect(await cutsOf(path)).toEqual([]);
  });

  it('need so many frames around a part to be known as in the whole', () => {
    expect(cutMargin('detect')).toEqual(CUT_CONTEXT);
    expect(cutMargin([])).toEqual({ before: 0, after: 0 });
  });
});

describe.skipIf(WITNESS_MISSING)(witnessed('a preview of a clip with cuts'), () => {
  const deblur = { ...QUICK, stages: 2 };

  it('has at a cut what the two shots have when they are alone, and a part is as in the whole', async () => {
    const clip = await renderClip(joined);
    await bench.ended(bench.preview(clip, { deblur, range: { from: 6, to: 18 } }));
    const part = await bench.frames(clip, await bench.recipe(clip, deblur), 6, 18);
    const parts = [[0, 9] as const, [9, 16] as const, [16, 22] as const].map(([from, to]) => {
      const path = join(folder, `shot-${from}.mkv`);
      const trim = `trim=start_frame=${from}:end_frame=${to},setpts=PTS-STARTPTS`;
      ffmpeg('-i', joined, '-vf', trim, '-c:v', 'ffv1', path);
      return path;
    });
    const alone: Uint8Array[] = [];
    for (const path of parts) {
      const shot = await renderClip(path);
      await bench.ended(bench.preview(shot, { deblur }));
      alone.push(...(await bench.frames(shot, await bench.recipe(shot, deblur))));
    }
    expect(part.map((frame, index) => Buffer.compare(frame, alone[6 + index]!))).toEqual(part.map(() => 0));
    // As if it were one shot, the frames at the cut are other ones.
    const through = { ...deblur, cuts: 'none' } as const;
    await bench.ended(bench.preview(clip, { deblur: through, range: { from: 8, to: 10 } }));
    const blended = await bench.frames(clip, await bench.recipe(clip, through), 8, 10);
    expect(blended.map((frame, index) => Buffer.compare(frame, alone[8 + index]!))).not.toContain(0);
  });

  it('agrees with an export, of the whole and of a part, with cuts that are found and that are given', async () => {
    const clip = await renderClip(joined);
    const exported = async (range: { from: number; to: number } | null, settings: object) => {
      const output = join(folder, `export-${range?.from}-${JSON.stringify(settings).length}.mkv`);
      const order = { deblur: { ...deblur, ...settings }, range, output };
      expect(await bench.ended(bench.export(clip, order))).toMatchObject({ state: 'done' });
      return frameHashes(output).frames.map(({ md5 }) => md5);
    };
    const whole = await exported(null, {});
    expect(whole).toHaveLength(25);
    const range = { from: 8, to: 12 };
    const wanted = whole.slice(8, 12);
    expect(await exported(range, {})).toEqual(wanted);
    expect(await exported(range, { cuts: [22, 16, 9] })).toEqual(wanted);
    expect(await exported(range, { cuts: [{ numerator: 9, denominator: 25 }] })).toEqual(wanted);
    const blended = await exported(range, { cuts: 'none' });
    expect(blended.map((md5, index) => md5 === wanted[index])).toEqual([false, false, false, true]);
    // What is previewed is what was exported, before it was rounded to the clip's own samples.
    await bench.ended(bench.preview(clip, { deblur, range }));
    const shown = await bench.frames(clip, await bench.recipe(clip, deblur), 8, 12);
    const given = { ...deblur, cuts: [9, 16, 22] };
    await bench.ended(bench.preview(clip, { deblur: given, range }));
    expect(await bench.frames(clip, await bench.recipe(clip, given), 8, 12)).toEqual(shown);
  });
});

describe.skipIf(WITNESS_MISSING)(witnessed('--cuts on the command line'), () => {
  const frames = 4;

  function infer(...more: string[]) {
    const files = ['--input', 'in.npy', '--output', 'out.npy', '--overwrite'];
    return runCommand(['infer', '--device', 'cpu', '--stages', '1', ...files, ...more], { cwd: folder });
  }

  const result = () => decodeNpy(readFileSync(join(folder, 'out.npy')), 'out').data as Float32Array;

  beforeAll(() => {
    const data = new Float32Array(frames * 3 * 32 * 48);
    // Two scenes of two frames: stripes across, and then along.
    data.forEach((_, i) => {
      const [x, y, frame] = [i % 48, Math.floor(i / 48) % 32, Math.floor(i / (3 * 32 * 48))];
      data[i] = frame < 2 ? 0.5 + 0.4 * Math.sin(x / 2) : 0.2 + 0.02 * y;
    });
    writeFileSync(join(folder, 'in.npy'), encodeNpy({ data, dims: [frames, 3, 32, 48] }));
  });

  it('finds them, takes them, and leaves them alone', async () => {
    expect((await infer()).code).toBe(0);
    const found = result();
    expect((await infer('--cuts', '2f')).code).toBe(0);
    expect(maxDifference(result(), found)).toBe(0);
    expect((await infer('--cuts', 'none')).code).toBe(0);
    expect(maxDifference(result(), found)).toBeGreaterThan(1e-3);
  });

  it('says what is wrong with a place', async () => {
    const times = await infer('--cuts', '1.5');
    expect(times.code).toBe(2);
    expect(times.stderr).toContain('given by frame, not by time');
    const late = await infer('--cuts', '1f,4f');
    expect(late.code).toBe(2);
    expect(late.stderr).toContain('There is no frame 4 for a cut: the array has 4.');
    const nonsense = await infer('--cuts', 'everywhere');
    expect(nonsense.code).toBe(2);
    expect(nonsense.stderr).toContain('"everywhere" is neither a frame (12f) nor a time');
    const clip = ['deblur', joined, '-o', 'late.mkv', '--preset', 'ffv1', '--device', 'cpu'];
    const outside = await runCommand([...clip, '--cuts', '99f'], { cwd: folder });
    expect(outside.code).toBe(2);
    expect(outside.stderr).toContain('has no frame 99 for a cut: it has 25.');
    // Numbers of frames without their "f" are seconds.
    const beyond = await runCommand([...clip, '--cuts', '0.2,12'], { cwd: folder });
    expect(beyond.code).toBe(2);
    expect(beyond.stderr).toContain('has no frame at or after 12 s for a cut.');
  });
});
