import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EvaluateResult } from '../../src/shared/evaluation.ts';
import { decodeNpy } from '../../src/shared/npy.ts';
import { encodePicture } from '../../src/main/media/picture-encoder.ts';
import { makeClip, makeLiteWeights, parseEvents, runCommand } from './support/command-line.ts';

const fixture = (name: string) => new URL(`../fixtures/evaluation/${name}`, import.meta.url);
const reference = JSON.parse(readFileSync(fixture('reference.json'), 'utf8')) as Record<
  'blurred' | 'moved',
  { readonly plain: object; readonly aligned: object }
>;

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'acutance-evaluate-'));
  const { data, dims } = decodeNpy(readFileSync(fixture('pictures.npy')), 'pictures.npy');
  const [, , height = 0, width = 0] = dims;
  const size = width * height;
  const png = (index: number) => {
    const rgba = new Uint8Array(4 * size).fill(255);
    for (let at = 0; at < size; at++) {
      for (let channel = 0; channel < 3; channel++) {
        rgba[4 * at + channel] = data[(3 * index + channel) * size + at]!;
      }
    }
    return encodePicture({ width, height, rgba }, 'png');
  };
  const [sharp, blurred, moved] = [await png(0), await png(1), await png(2)];
  for (const [side, pictures] of [
    ['input', [blurred, moved]],
    ['GT', [sharp, sharp]],
  ] as const) {
    mkdirSync(join(folder, 'dvd/one', side), { recursive: true });
    for (const [index, picture] of pictures.entries()) {
      writeFileSync(join(folder, 'dvd/one', side, `0000${index}.png`), picture);
    }
  }
  writeFileSync(join(folder, 'not.mp4'), 'no video');
  makeClip(join(folder, 'a.mkv'), 'testsrc2=size=48x40:rate=25', '-frames:v', '4', '-c:v', 'ffv1');
  makeClip(join(folder, 'b.mkv'), 'testsrc2=size=48x40:rate=25', '-frames:v', '3', '-c:v', 'ffv1');
  makeClip(join(folder, 'whole.jpg'), 'testsrc2=size=48x40:rate=25', '-frames:v', '1');
  for (const [whole, part] of [
    ['whole.jpg', 'cut-off.jpg'],
    ['a.mkv', 'cut-off.mkv'],
  ] as const) {
    writeFileSync(join(folder, part), readFileSync(join(folder, whole)).subarray(0, -40));
  }
  for (const [side, clips] of [
    ['bare', []],
    ['takes', ['a.mkv', 'b.mkv']],
    ['fewer', ['a.mkv']],
  ] as const) {
    mkdirSync(join(folder, side));
    for (const clip of clips) copyFileSync(join(folder, clip), join(folder, side, clip));
  }
  makeClip(join(folder, 'wide.mkv'), 'testsrc2=size=64x40:rate=25', '-frames:v', '4', '-c:v', 'ffv1');
  makeClip(
    join(folder, 'line.mkv'),
    'testsrc2=size=64x40:rate=25,format=gbrp,crop=1:40:9:0',
    '-frames:v',
    '4',
    '-c:v',
    'ffv1',
  );
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function evaluate(...args: string[]) {
  return runCommand(['evaluate', ...args], { cwd: folder });
}

async function evaluated(...args: string[]): Promise<EvaluateResult> {
  const { code, stdout } = await evaluate(...args, '--json');
  expect(code).toBe(0);
  return parseEvents(stdout).at(-1) as unknown as EvaluateResult;
}

/** Options for a small network with made-up weights. */
function madeUpNetwork(): string[] {
  return ['--weights', makeLiteWeights(), '--network', 'cdvd-tsp', '--stages', '1', '--device', 'cpu'];
}

describe('evaluate', () => {
  it('gives the scores of scikit-image for a folder laid out like DVD', async () => {
    const { layout, clips, overall } = await evaluated('--blurry', 'dvd', '--sharp', 'dvd', '--align');
    expect(layout).toBe('Laid out as DVD: 1 clip, "input" beside "GT".');
    const inputs = clips[0]!.frames.map(({ input }) => input);
    for (const [index, { plain, aligned }] of [reference.blurred, reference.moved].entries()) {
      for (const [found, expected] of [
        [inputs[index]!, plain],
        [inputs[index]!.aligned!, aligned],
      ] as const) {
        for (const [name, value] of Object.entries(expected) as [string, number][]) {
          // The reader's codes are single precision: a few parts in ten million.
          expect((found as unknown as Record<string, number>)[name]).toBeCloseTo(value, 5);
        }
      }
    }
    expect(overall.frames).toBe(2);
    expect(overall.input.aligned).toMatchObject({ psnr: inputs[1]!.aligned!.psnr });
  });

  it('scores what a network makes, with a table, a CSV file and a plot', async () => {
    const weights = madeUpNetwork();
    const sides = ['--blurry', 'a.mkv', '--sharp', 'a.mkv'];
    const { code, stdout, stderr } = await evaluate(
      ...[...sides, ...weights, '--csv', 's.csv', '--plot', 's.svg'],
    );
    expect(stderr).not.toContain('acutance:');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Frame +Input PSNR +SSIM +Output PSNR +SSIM$/m);
    expect(stdout).toMatch(/^3 +equal +1\.0000 +\d+\.\d{3} +0\.\d{4}$/m);
    const lines = readFileSync(join(folder, 's.csv'), 'utf8').trimEnd().split('\r\n');
    expect(lines[0]).toBe('clip,frame,input_psnr,input_ssim,output_psnr,output_ssim');
    expect(lines.length).toBe(5);
    expect(readFileSync(join(folder, 's.svg'), 'utf8')).toMatch(/^<svg [^]*<\/svg>\n$/);
    const untouched = await evaluated(...sides, ...weights, '--strength', '0');
    expect(untouched.clips[0]!.frames[3]!.output).toMatchObject({ ssim: 1 });
    const again = await evaluate(...sides, '--csv', 's.csv');
    expect(again.code).toBe(4);
  });

  it('restores every shot of a folder by itself, with cuts that are found or given', async () => {
    for (const [shot, source, first] of [
      ['shots/one', 'testsrc2=size=48x40:rate=25', '0'],
      ['shots/two', 'mandelbrot=size=48x40:rate=25', '3'],
    ] as const) {
      for (const where of [shot, 'joined']) {
        mkdirSync(join(folder, where), { recursive: true });
        makeClip(join(folder, where, '%d.png'), source, '-frames:v', '3', '-start_number', first);
      }
    }
    const network = madeUpNetwork();
    const scores = async (frames: string, ...more: string[]) => {
      const { clips } = await evaluated('--blurry', frames, '--sharp', frames, ...network, ...more);
      return clips.flatMap((clip) => clip.frames).map(({ name, output }) => [name, output]);
    };
    const alone = await scores('shots');
    expect(alone.length).toBe(6);
    expect(await scores('joined', '--cuts', '3f')).toEqual(alone);
    expect(await scores('joined')).toEqual(alone);
    expect(await scores('joined', '--cuts', 'none')).not.toEqual(alone);
    const late = await evaluate('--blurry', 'joined', '--sharp', 'joined', ...network, '--cuts', '6f');
    expect(late.code).toBe(2);
    expect(late.stderr).toMatch(/There is no frame 6 for a cut: ".*joined" has 6\./);
  });

  it.each(['--csv', '--plot'])('never replaces what it reads by what goes to %s', async (option) => {
    copyFileSync(join(folder, 'a.mkv'), join(folder, 'sharp.mkv'));
    symlinkSync('sharp.mkv', join(folder, `link${option}`));
    const videos = ['--blurry', 'a.mkv', '--sharp', 'sharp.mkv'];
    const frames = ['--blurry', 'dvd', '--sharp', 'dvd'];
    for (const [sides, output, kept] of [
      [videos, './dvd/../a.mkv', 'a.mkv'],
      [videos, 'sharp.mkv', 'sharp.mkv'],
      [videos, `link${option}`, 'sharp.mkv'],
      [frames, 'dvd/one/input/00001.png', 'dvd/one/input/00001.png'],
      [frames, 'dvd/one/GT/00000.png', 'dvd/one/GT/00000.png'],
    ] as const) {
      const before = readFileSync(join(folder, kept));
      const { code, stderr } = await evaluate(...sides, option, output, '--overwrite');
      expect([code, stderr]).toEqual([4, expect.stringContaining('is one of the inputs.')]);
      // Nothing was computed before.
      expect(stderr).not.toContain('Comparing');
      expect(readFileSync(join(folder, kept)).equals(before)).toBe(true);
    }
  });

  it('refuses one file for the scores and the plot before anything is computed', async () => {
    mkdirSync(join(folder, 'out'), { recursive: true });
    symlinkSync('out', join(folder, 'way'));
    for (const [csv, plot] of [
      ['same.out', 'out/../same.out'],
      ['out/same.out', 'way/same.out'],
    ] as const) {
      const outputs = ['--csv', csv, '--plot', plot, '--overwrite'];
      const { code, stderr } = await evaluate('--blurry', 'a.mkv', '--sharp', 'a.mkv', ...outputs);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/same\.out" can't be both/)]);
      expect(stderr).not.toContain('Comparing');
    }
    expect(readdirSync(join(folder, 'out'))).toEqual([]);
    expect(readdirSync(folder)).not.toContain('same.out');
  });

  it('refuses --gamma where nothing is laid out as GoPro', async () => {
    for (const side of ['dvd', 'dvd/one/input', 'a.mkv']) {
      const { code, stderr } = await evaluate('--blurry', side, '--sharp', side, '--gamma');
      expect([code, stderr]).toEqual([2, expect.stringMatching(/--gamma needs .*GoPro/)]);
    }
  });

  it('never replaces the weights it reads', async () => {
    const weights = madeUpNetwork();
    const sides = ['--blurry', 'a.mkv', '--sharp', 'a.mkv'];
    const { code, stderr } = await evaluate(...sides, ...weights, '--csv', weights[1]!, '--overwrite');
    expect([code, stderr]).toEqual([4, expect.stringContaining('is one of the inputs.')]);
  });

  it.each([
    ['unequal frame counts', 'a.mkv', 'b.mkv', [], /a\.mkv" has more than 3 frames, ".*b\.mkv" has 3\./],
    ['unequal sizes', 'a.mkv', 'wide.mkv', [], /a\.mkv" is 48x40, ".*wide\.mkv" is 64x40/],
    ['a width of 1', 'line.mkv', 'line.mkv', [], /is 1x40; SSIM needs at least 11x11/],
    ['frames too small to align', 'a.mkv', 'a.mkv', ['--align'], /aligned scores need at least 43x43/],
    ['a missing file', 'nothing.mp4', 'a.mkv', [], /nothing\.mp4" does not exist/],
    ['a folder without frames', 'bare', 'a.mkv', [], /There are no frames in ".*bare"/],
    ['a clip that one side lacks', 'takes', 'fewer', [], /fewer" has nothing for "b" of ".*takes"/],
    ['a picture whose end is missing', 'cut-off.jpg', 'cut-off.jpg', [], /is damaged: it is cut off/],
    ['a clip whose end is missing', 'cut-off.mkv', 'cut-off.mkv', [], /is damaged: it is cut off/],
    ['something that is no video', 'not.mp4', 'a.mkv', [], /not\.mp4" is not a video file/],
  ])('names %s', async (_, blurry, sharp, more, message) => {
    const { code, stderr } = await evaluate('--blurry', blurry, '--sharp', sharp, '--csv', 'x.csv', ...more);
    expect(stderr).toMatch(message);
    expect(code).toBe(3);
    expect(readdirSync(folder).filter((name) => name.includes('partial') || name === 'x.csv')).toEqual([]);
  });
});
