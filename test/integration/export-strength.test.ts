import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeNpy, encodeNpy } from '../../src/shared/npy.ts';
import { WITNESS_MISSING, witnessed } from '../fixtures/witness.ts';
import { frameHashes, frameTimes, makeClip, runCommand, waitUntil } from './support/command-line.ts';
import { fixture } from './support/media-copy.ts';
import { QUICK, RenderBench, renderClip } from './support/rendering.ts';

let bench: RenderBench;

beforeEach(() => {
  bench = new RenderBench();
});

afterEach(() => bench.dispose());

/** All frames as rows of R, G, B, A bytes. */
function pixelsOf(path: string): Buffer {
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgba', '-'];
  return execFileSync('ffmpeg', ['-v', 'error', '-i', path, ...raw], { maxBuffer: 1 << 26 });
}

const inBench = (name: string): string => join(bench.folder, name);

describe.skipIf(WITNESS_MISSING)(witnessed('an export of a range of frames'), () => {
  it.each([
    ['vfr.mp4', 5, 17],
    ['vfr.mp4', 0, 1],
    ['vfr.mp4', 23, 24],
    ['rotated.mp4', 3, 12],
    ['stream.mp4', 31, 64],
  ])('of %s holds exactly frames %i to %i, each at its time', async (name, from, to) => {
    const clip = await renderClip(fixture(name));
    const output = inBench('part.mkv');
    const job = await bench.ended(bench.export(clip, { output, range: { from, to } }));
    expect(job).toMatchObject({ state: 'done', framesDone: to - from, framesTotal: to - from, output });
    expect(job.outputBytes).toBe(readFileSync(output).length);
    expect(frameHashes(output)).toEqual(frameHashes(clip.path).slice(from, to));
    const times = frameTimes(output).map(Number);
    const source = frameTimes(clip.path).map(Number).slice(from, to);
    // Matroska counts in milliseconds.
    times.forEach((time, i) => expect(time - times[0]!).toBeCloseTo(source[i]! - source[0]!, 2));
  });

  it('follows an export that runs, goes before previews, and one that exists is told', async () => {
    const clip = await renderClip(fixture('rotated.mp4'));
    const first = bench.export(clip, { output: inBench('a.mkv'), deblur: QUICK });
    const preview = bench.preview(clip, { range: { from: 0, to: 1 } });
    const second = bench.export(clip, { output: inBench('a.mkv') });
    expect(preview).toMatchObject({ state: 'queued', notices: [{ code: 'waiting' }] });
    expect(await bench.ended(first)).toMatchObject({ state: 'done', device: expect.stringContaining('cpu') });
    expect(await bench.ended(preview)).toMatchObject({ state: 'done', notices: [] });
    expect(await bench.ended(second)).toMatchObject({ state: 'failed', problem: { code: 'output-exists' } });
    expect(bench.job(preview.id).startedAt).toBeGreaterThanOrEqual(bench.job(second.id).endedAt!);
  });

  it('that is cancelled leaves no file', async () => {
    const clip = await renderClip(fixture('stream.mp4'));
    const job = bench.export(clip, { output: inBench('gone.mkv'), deblur: QUICK });
    await waitUntil(() => bench.job(job.id).framesDone > 1);
    bench.service.cancel(job.id);
    expect(await bench.ended(job)).toMatchObject({ state: 'cancelled' });
    expect(() => readFileSync(inBench('gone.mkv'))).toThrow(/ENOENT/);
  });
});

describe.skipIf(WITNESS_MISSING)(witnessed('strength of an export'), () => {
  it.each(['vfr.mp4', 'hdr10.mp4'])('0 exports the very frames of %s', async (name) => {
    const clip = await renderClip(fixture(name));
    const output = inBench('same.mkv');
    const job = await bench.ended(bench.export(clip, { output, deblur: { ...QUICK, strength: 0 } }));
    expect(job).toMatchObject({ state: 'done', framesDone: clip.frames });
    expect(frameHashes(output)).toEqual(frameHashes(clip.path));
  });

  it('in between exports what lies in between, and what is on screen', async () => {
    // RGB, so that no chroma sampling lies between the file and the picture.
    const source = makeClip(
      inBench('rgb.mkv'),
      'testsrc2=size=64x48:rate=25',
      '-frames:v',
      '3',
      '-c:v',
      'ffv1',
      '-pix_fmt',
      'gbrp',
    );
    const clip = await renderClip(source);
    for (const strength of [1, 0.5]) {
      const output = inBench(`at${strength}.mkv`);
      const job = await bench.ended(bench.export(clip, { output, deblur: { ...QUICK, strength } }));
      expect(job).toMatchObject({ state: 'done' });
    }
    await bench.ended(bench.preview(clip));
    const screen = await bench.frames(clip, await bench.recipe(clip));
    const [before, half, full] = ['rgb.mkv', 'at0.5.mkv', 'at1.mkv'].map((name) => pixelsOf(inBench(name)));
    let [changed, differing, outside] = [0, 0, 0];
    screen.forEach((pixels, frame) => {
      for (let i = 0; i < pixels.length; i++) {
        const at = frame * pixels.length + i;
        if (full![at] !== pixels[i]) differing++;
        if (Math.abs(half![at]! - (before![at]! + pixels[i]!) / 2) > 1) outside++;
        if (before![at] !== pixels[i]) changed++;
      }
    });
    expect({ differing, outside }).toEqual({ differing: 0, outside: 0 });
    expect(changed).toBeGreaterThan(1000);
  });
});

describe('strength of infer, on the command line', () => {
  it('is a percentage of the change', async () => {
    const dims = [3, 3, 16, 24];
    const input = Float32Array.from({ length: 3 * 3 * 16 * 24 }, (_, i) => ((i * 37) % 101) / 100);
    writeFileSync(inBench('in.npy'), encodeNpy({ data: input, dims }));
    const at = async (percent: string): Promise<Float32Array> => {
      const output = inBench(`${percent}.npy`);
      const options = ['--input', inBench('in.npy'), '--output', output, '--device', 'cpu', '--stages', '1'];
      const outcome = await runCommand(['infer', ...options, '--strength', percent]);
      expect(outcome).toMatchObject({ code: 0 });
      return decodeNpy(readFileSync(output), output).data as Float32Array;
    };
    const [none, quarter, full] = [await at('0'), await at('25'), await at('100%')];
    expect(none).toEqual(input);
    expect(full.some((value, i) => Math.abs(value - input[i]!) > 0.01)).toBe(true);
    const worst = quarter.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (input[i]! + 0.25 * (full[i]! - input[i]!)))),
      0,
    );
    expect(worst).toBeLessThan(1e-6);
  });

  it('is refused outside 0 to 100', async () => {
    const outcome = await runCommand(['deblur', 'in.mp4', '-o', 'out.mp4', '--strength', '120']);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain('0 to 100');
  });
});
