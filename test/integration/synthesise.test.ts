import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FrameConverter, VideoReader } from '../../src/main/media/index.ts';
import { makeClip, parseEvents, runCommand } from './support/command-line.ts';
import { fixture } from './support/media-copy.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'acutance-synthesise-'));
  const coding = ['-frames:v', '40', '-c:v', 'ffv1', '-pix_fmt', 'gbrp'];
  makeClip(join(folder, 'hfr.mkv'), 'testsrc2=size=64x48:rate=25', ...coding);
  const source = 'testsrc2=size=64x48:rate=25';
  makeClip(join(folder, 'hfr.mp4'), source, '-frames:v', '40', '-c:v', 'mpeg4', '-bf', '2');
  makeClip(join(folder, 'bare.m2v'), source, '-frames:v', '40', '-c:v', 'mpeg2video', '-bf', '2');
  makeClip(join(folder, 'pq.mkv'), 'testsrc2=size=64x48:rate=25', ...coding, '-color_trc', 'smpte2084');
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function synthesise(...args: string[]) {
  return runCommand(['synthesise', ...args], { cwd: folder });
}

async function codesOf(path: string): Promise<Float32Array[]> {
  const converter = new FrameConverter();
  const frames: Float32Array[] = [];
  for await (const frame of (await VideoReader.open(join(folder, path))).frames()) {
    frames.push(converter.toRgb(frame));
    frame.dispose();
  }
  converter.dispose();
  return frames;
}

interface PairsRecord {
  readonly transfer: string;
  readonly pairs: readonly { readonly name: string; readonly first: number; readonly middle: number }[];
}

describe('synthesise', () => {
  it('averages consecutive frames in linear light, the middle one being the sharp one', async () => {
    const options = ['--average', '5', '--every', '6..9', '--seed', '3', '--transfer', 'gamma22'];
    const { code, stdout } = await synthesise('--input', 'hfr.mkv', '-o', 'pairs', ...options, '--json');
    expect(code).toBe(0);
    const record = JSON.parse(readFileSync(join(folder, 'pairs/pairs.json'), 'utf8')) as PairsRecord;
    const { pairs } = record;
    expect(parseEvents(stdout).at(-1)).toMatchObject({ pairs: pairs.length, frames: 40, width: 64 });
    expect(readdirSync(join(folder, 'pairs/blur'))).toEqual(pairs.map(({ name }) => name));
    const distances = pairs.slice(1).map(({ middle }, index) => middle - pairs[index]!.middle);
    expect(distances.every((distance) => distance >= 6 && distance <= 9)).toBe(true);
    expect(new Set(distances).size).toBeGreaterThan(1);
    const source = await codesOf('hfr.mkv');
    for (const { name, first, middle } of pairs) {
      const [blurry] = await codesOf(`pairs/blur/${name}`);
      const [sharp] = await codesOf(`pairs/sharp/${name}`);
      let moves = 0;
      for (let at = 0; at < sharp!.length; at++) {
        const light = [0, 1, 2, 3, 4].map((k) => source[first + k]![at]! ** 2.2);
        const code = (light.reduce((a, b) => a + b) / 5) ** (1 / 2.2);
        if (Math.abs(blurry![at]! - code) > 0.501 / 255) throw new Error(`${name} is wrong at ${at}.`);
        if (Math.abs(blurry![at]! - sharp![at]!) > 1 / 255) moves++;
      }
      expect(sharp).toEqual(source[middle]);
      expect(moves).toBeGreaterThan(10);
    }
  });

  it('gives the same pairs for the same seed, and smaller ones where asked', async () => {
    const options = ['--input', 'hfr.mkv', '--average', '3', '--every', '5..9', '--width', '16'];
    const picture = (output: string) => readFileSync(join(folder, output, 'blur/000002.png'));
    await synthesise(...options, '-o', 'first', '--seed', '8');
    const { stdout } = await synthesise(...options, '-o', 'second', '--seed', '8');
    expect(stdout).toContain('of 16x12 from 40 frames');
    expect(picture('second')).toEqual(picture('first'));
  });

  it.each([
    ['too few frames', ['--input', 'hfr.mkv', '--average', '41'], 3, /has 40 frames; a pair is made of 41/],
    ['an even number', ['--input', 'hfr.mkv', '--average', '40'], 2, /40 frames have no middle one/],
    ['a range the wrong way round', ['--input', 'hfr.mkv', '--every', '9..5'], 2, /larger one/],
    ['no range at all', ['--input', 'hfr.mkv', '--every', 'soon'], 2, /38\.\.44/],
    ['a clip that is not there', ['--input', 'none.mkv'], 3, /none\.mkv" does not exist/],
    ['a transfer without a curve', ['--input', 'pq.mkv'], 3, /has the transfer smpte2084/],
    ['an output folder in a missing one', ['--input', 'hfr.mkv', '-o', 'no/where'], 4, /does not exist/],
    ['an output folder that is a file', ['--input', 'hfr.mkv', '-o', 'hfr.mkv'], 4, /is not a folder/],
  ])('names %s and leaves nothing behind', async (_, args, exitCode, message) => {
    const { code, stderr } = await synthesise('-o', 'out', ...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(exitCode);
    expect(existsSync(join(folder, 'out'))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('refuses a clip that is known to be too short before it decodes it', async () => {
    const phases = async (clip: string) => {
      const args = ['--input', clip, '-o', 'short', '--average', '41', '--json'];
      const { code, stdout } = await synthesise(...args);
      const events = parseEvents(stdout);
      const message = expect.stringContaining(`${clip}" has 40 frames; a pair is made of 41`) as string;
      expect([code, events.at(-1)]).toMatchObject([3, { type: 'failed', message }]);
      return events.flatMap(({ type, phase }) => (type === 'phase' ? [phase] : []));
    };
    for (const clip of ['hfr.mkv', 'hfr.mp4']) expect(await phases(clip)).toEqual(['starting', 'opening']);
    // A bare stream does not tell how long it is.
    expect(await phases('bare.m2v')).toEqual(['starting', 'opening', 'averaging']);
    expect(readdirSync(folder).filter((name) => name.includes('short'))).toEqual([]);
  });

  it('refuses a clip whose end is missing before it decodes it', async () => {
    writeFileSync(join(folder, 'cut-off.mkv'), readFileSync(join(folder, 'hfr.mkv')).subarray(0, -40));
    const args = ['--input', 'cut-off.mkv', '-o', 'cut-off', '--average', '3', '--json'];
    const { code, stdout } = await synthesise(...args);
    const events = parseEvents(stdout);
    const message = expect.stringContaining('is damaged: it is cut off') as string;
    expect([code, events.at(-1)]).toMatchObject([3, { type: 'failed', message }]);
    expect(events.filter(({ phase }) => phase === 'averaging')).toEqual([]);
    expect(existsSync(join(folder, 'cut-off'))).toBe(false);
  });

  it('says that frames of uneven times are averaged as if they were even', async () => {
    const notices = async (clip: string) => {
      const args = ['--input', clip, '--average', '3', '--transfer', 'srgb', '--json'];
      const { code, stdout } = await synthesise(...args, '-o', join(folder, basename(clip, '.mp4')));
      expect(code).toBe(0);
      return parseEvents(stdout).flatMap(({ type, message }) => (type === 'notice' ? [message] : []));
    };
    expect(await notices(fixture('vfr.mp4'))).toEqual([
      expect.stringContaining('frame rate of the clip varies'),
    ]);
    expect(await notices(join(folder, 'hfr.mp4'))).toEqual([]);
  });

  it('leaves a folder alone that has something in it', async () => {
    mkdirSync(join(folder, 'full'));
    writeFileSync(join(folder, 'full/mine.txt'), 'mine');
    const { code, stderr } = await synthesise('--input', 'hfr.mkv', '-o', 'full', '--average', '3');
    expect([code, stderr]).toEqual([4, expect.stringContaining('has something in it already')]);
    expect(readdirSync(join(folder, 'full'))).toEqual(['mine.txt']);
  });
});
