import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing } from '../support/test-tools.ts';
import {
  frameHashes,
  frameTimes,
  makeClip,
  makeLiteWeights,
  parseEvents,
  runCommand,
} from './support/command-line.ts';

let folder: string;
let weights: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'acutance-deblur-'));
  weights = makeLiteWeights();
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(dirname(weights), { recursive: true, force: true });
});

const X264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-preset', 'ultrafast'] as const;

function clip(name: string, source: string, ...options: string[]): string {
  return makeClip(join(folder, name), source, ...(options.length > 0 ? options : X264));
}

async function deblur(input: string, output: string, ...options: string[]) {
  const outcome = await runCommand(['deblur', input, '-o', output, '--json', '--device', 'cpu', ...options], {
    cwd: folder,
  });
  const events = parseEvents(outcome.stdout);
  return { ...outcome, events, last: events.at(-1) };
}

describe.skipIf(isMissing('ffmpeg'))('exporting frames as they are', () => {
  it('gives exactly the decoded frames, at their own times', async () => {
    const input = clip('plain.mp4', 'testsrc2=size=96x64:rate=30000/1001:duration=0.5');
    const { code, last } = await deblur(input, 'plain.mkv', '--network', 'none', '--preset', 'ffv1');
    expect(code).toBe(0);
    expect(last).toMatchObject({ type: 'done', frames: 15 });
    expect(frameHashes(join(folder, 'plain.mkv'))).toEqual(frameHashes(input));
  });

  it('keeps the times of a variable frame rate', async () => {
    const select = "select='not(mod(n,5))+not(mod(n,7))',settb=1/90000";
    const input = clip(
      'vfr.mp4',
      'testsrc2=size=64x48:rate=60:duration=1',
      '-vf',
      select,
      '-fps_mode',
      'vfr',
      ...X264,
    );
    const times = frameTimes(input);
    expect(
      new Set(times.map((time, i) => (Number(time) - Number(times[i - 1] ?? 0)).toFixed(3))).size,
    ).toBeGreaterThan(3);
    for (const [output, preset] of [
      ['vfr-out.mp4', 'h264'],
      ['vfr-out.mov', 'h264'],
    ] as const) {
      const { code, last } = await deblur(input, output, '--network', 'none', '--preset', preset);
      expect(code).toBe(0);
      expect(last).toMatchObject({ frames: times.length });
      expect(frameTimes(join(folder, output))).toEqual(times);
    }
  });

  it('takes a picture 4096 pixels wide', async () => {
    const input = clip('wide.mp4', 'testsrc2=size=4096x64:rate=25:duration=0.12');
    expect(await deblur(input, 'wide-out.mp4', '--network', 'none')).toMatchObject({
      code: 0,
      last: { frames: 3, width: 4096 },
    });
  });
});

describe.skipIf(isMissing('ffmpeg'))('deblurring', () => {
  it('gives a frame for every frame, at its own time, and tells how it was made', async () => {
    const input = clip('short.mp4', 'testsrc2=size=64x64:rate=25:duration=0.24');
    const { code, stderr, events, last } = await deblur(input, 'short-out.mp4', '--weights', weights);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(events.filter(({ type }) => type === 'phase').map(({ phase }) => phase)).toEqual([
      'starting',
      'opening',
      'loading',
      'deblurring',
      'finishing',
    ]);
    expect(events.filter(({ type }) => type === 'progress').map(({ framesDone }) => framesDone)).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
    expect(last).toMatchObject({
      type: 'done',
      frames: 6,
      bytes: statSync(join(folder, 'short-out.mp4')).size,
      deblur: { network: 'cdvd-tsp', size: 'lite', stages: 2, device: 'cpu', weights },
    });
    expect(frameTimes(join(folder, 'short-out.mp4'))).toEqual(frameTimes(input));
    expect(frameHashes(join(folder, 'short-out.mp4'))).not.toEqual(frameHashes(input));
  });

  it.each([
    ['one frame', '64:64', 1],
    ['two frames', '64:64', 2],
    ['a picture of odd size', '65:47', 2],
    ['a picture one pixel wide', '1:40', 2],
    ['a picture one pixel high', '40:1', 2],
  ])('works on %s', async (name, size, frames) => {
    const crop = `format=yuv444p,crop=${size}:exact=1`;
    const options = ['-vf', crop, '-frames:v', String(frames), '-c:v', 'ffv1'];
    const input = clip(`${name.replaceAll(' ', '-')}.mkv`, 'testsrc2=size=128x128:rate=25', ...options);
    for (const [output, preset] of [
      ['odd.mkv', 'ffv1'],
      ['odd.mp4', 'h264'],
    ] as const) {
      const result = await deblur(input, output, '--preset', preset, '--weights', weights, '--overwrite');
      expect(result).toMatchObject({ code: 0, last: { type: 'done', frames } });
      expect(frameTimes(join(folder, output))).toHaveLength(frames);
    }
  });

  it.each([1, 3])('makes a part of a clip just as it is in the whole, with %i stages', async (stages) => {
    const input = clip('whole.mp4', 'testsrc2=size=64x64:rate=25:duration=0.48', ...X264, '-g', '4');
    const options = ['--preset', 'ffv1', '--weights', weights, '--stages', String(stages), '--overwrite'];
    expect((await deblur(input, 'whole.mkv', ...options)).code).toBe(0);
    const whole = frameHashes(join(folder, 'whole.mkv'));
    expect(new Set(whole).size).toBe(12);
    for (const [from, to] of [
      ['5f', '8f'],
      ['0.04', '0.08'],
      ['00:00:00:10', '1'],
    ] as const) {
      const { code } = await deblur(input, 'part.mkv', ...options, '--in', from, '--out', to);
      expect(code).toBe(0);
      const part = frameHashes(join(folder, 'part.mkv'));
      const start = { '5f': 5, '0.04': 1, '00:00:00:10': 10 }[from];
      expect(part).toEqual(whole.slice(start, start + part.length));
      expect(part).toHaveLength({ '5f': 3, '0.04': 1, '00:00:00:10': 2 }[from]);
    }
  });

  it('works with names that are not plain ASCII, and very long ones', async () => {
    const long = `${'long-'.repeat(49)}.mp4`;
    expect(long).toHaveLength(249);
    const input = clip('Größe и 動画 🎬.mp4', 'testsrc2=size=64x48:rate=25:duration=0.08');
    expect(await deblur(input, long, '--network', 'none')).toMatchObject({ code: 0, last: { frames: 2 } });
    expect(readdirSync(folder)).toContain(long);
    expect(await deblur(long, 'é ü 字.mp4', '--network', 'none')).toMatchObject({ code: 0 });
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('replaces a file only when told so', async () => {
    const input = clip('keep.mp4', 'testsrc2=size=64x48:rate=25:duration=0.08');
    writeFileSync(join(folder, 'precious.mp4'), 'precious');
    const refused = await deblur(input, 'precious.mp4', '--network', 'none');
    expect(refused).toMatchObject({ code: 4, last: { type: 'failed', code: 'output-exists', exitCode: 4 } });
    expect(statSync(join(folder, 'precious.mp4')).size).toBe(8);
    expect(await deblur(input, 'precious.mp4', '--network', 'none', '--overwrite')).toMatchObject({
      code: 0,
    });
    expect(frameTimes(join(folder, 'precious.mp4'))).toHaveLength(2);
  });

  it('writes a summary for people', async () => {
    const input = clip('summary.mp4', 'testsrc2=size=64x48:rate=25:duration=0.08');
    const { code, stdout, stderr } = await runCommand(
      ['deblur', input, '-o', 'summary-out.mp4', '--network', 'none'],
      {
        cwd: folder,
      },
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Wrote summary-out\.mp4: 2 frames, 64x48, [\d.]+ kB, in 0:0\d \([\d.]+ fps\)\.\n$/,
    );
    expect(stderr).toContain('Copying frames  2/2 frames  100 %');
  });
});

describe.skipIf(isMissing('ffmpeg'))('a damaged clip', () => {
  /** A clip whose index comes first, so that it can be opened although its end is missing. */
  function longer(): string {
    return clip(
      'longer.mp4',
      'testsrc2=size=128x96:rate=25:duration=4',
      ...X264,
      '-g',
      '25',
      '-movflags',
      '+faststart',
    );
  }

  it('is refused unless the user allows it, and then exported as far as it goes', async () => {
    const bytes = execFileSync('cat', [longer()]);
    writeFileSync(join(folder, 'cut.mp4'), bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    const refused = await deblur('cut.mp4', 'cut-out.mp4', '--network', 'none');
    expect(refused).toMatchObject({
      code: 3,
      last: { code: 'input-corrupt', hint: expect.stringContaining('--allow-damaged') as string },
    });
    expect(readdirSync(folder)).not.toContain('cut-out.mp4');
    const allowed = await deblur('cut.mp4', 'cut-out.mp4', '--network', 'none', '--allow-damaged');
    expect(allowed.code).toBe(0);
    expect(allowed.events.some(({ type }) => type === 'notice')).toBe(true);
    const frames = frameTimes(join(folder, 'cut-out.mp4')).length;
    expect(allowed.last).toMatchObject({ frames });
    expect(frames).toBeGreaterThan(30);
    expect(frames).toBeLessThan(100);
  });
});
