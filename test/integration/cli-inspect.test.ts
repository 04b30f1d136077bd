import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VideoReader } from '../../src/main/media/index.ts';
import { decodeNpy } from '../../src/shared/npy.ts';
import { parseEvents, runCommand } from './support/command-line.ts';
import { fixture } from './support/media-copy.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'acutance-inspect-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inspect = (...args: string[]) =>
  runCommand(['inspect', fixture('vfr.mp4'), '--device', 'cpu', ...args], { cwd: folder });

/** Width and height in the header of a PNG. */
function pngSize(name: string): number[] {
  const bytes = readFileSync(join(folder, name));
  expect(bytes.subarray(1, 4).toString('latin1')).toBe('PNG');
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

describe('acutance inspect', () => {
  let size: readonly [width: number, height: number];

  beforeAll(async () => {
    const { video } = (await VideoReader.open(fixture('vfr.mp4'))).info;
    size = [video.width, video.height];
  });

  it('writes everything there is to see into a folder, as pictures and as arrays', async () => {
    const { code, stdout } = await inspect(
      ...['--at', '5f', '--look', 'flow,mask,prior,stage1', '-o', 'inside', '--json'],
    );
    expect(code).toBe(0);
    const names = ['flow', 'mask', 'prior', 'stage1'];
    expect(readdirSync(join(folder, 'inside')).sort()).toEqual(
      names.flatMap((name) => [`${name}.npy`, `${name}.png`]).sort(),
    );
    const [width, height] = size;
    expect(pngSize('inside/flow.png')).toEqual([2 * width, height]);
    expect(pngSize('inside/stage1.png')).toEqual([width, height]);
    const array = (name: string) => decodeNpy(readFileSync(join(folder, 'inside', `${name}.npy`)), name);
    expect(names.map((name) => array(name).dims)).toEqual(
      [
        [2, 2],
        [2, 1],
        [1, 1],
        [1, 3],
      ].map((start) => [...start, height, width]),
    );
    const prior = array('prior').data as Float32Array;
    expect(Math.min(...prior)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...prior)).toBeLessThanOrEqual(1);
    const phases = parseEvents(stdout).flatMap(({ type, phase }) => (type === 'phase' ? [phase] : []));
    expect(phases).toEqual(['starting', 'opening', 'loading', 'inspecting', 'finishing']);
    const last = stdout.trim().split('\n').at(-1)!;
    expect(last).toContain('"frame":5');
    expect(last).toContain('"label":"previous"');
  });

  it('gives at the last frame what there is, by time as by number', async () => {
    const one = await inspect('--at', '3f', '--look', 'stage1', '-o', 'by-number.npy');
    expect(one.code).toBe(0);
    expect(one.stdout).toContain('Frame 3');
    expect((await inspect('--at', '0', '--look', 'prior', '-o', 'first.png')).stdout).toContain('Frame 0');
    expect(pngSize('first.png')).toEqual([...size]);
  });

  it('says what a network has when it is asked for something else, and writes nothing', async () => {
    const unknown = await inspect('--at', '0', '--look', 'offsets', '-o', 'no.png');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('CDVD-TSP, as it is set, has no look "offsets"');
    expect(unknown.stderr).toContain('flow, mask, prior, stage1');
    const one = await inspect('--at', '0', '--stages', '1', '--look', 'stage1', '-o', 'no.png');
    expect(one.code).toBe(2);
    expect(one.stderr).toContain('flow, mask, prior.');
    const late = await inspect('--at', '9999f', '--look', 'flow', '-o', 'no.png');
    expect(late.code).toBe(2);
    expect(late.stderr).toContain('has no frame 9999');
    const beyond = await inspect('--at', '9999', '--look', 'flow', '-o', 'no.png');
    expect(beyond.stderr).toContain('ends before the time asked for');
    const several = await inspect('--at', '0', '--look', 'flow,mask', '-o', 'no.png');
    expect(several.code).toBe(2);
    expect(several.stderr).toContain('can hold one look, not 2');
    expect(existsSync(join(folder, 'no.png'))).toBe(false);
  });

  it('leaves nothing where the frame or its network can not be had', async () => {
    const outcome = await inspect('--at', '9999f', '--look', 'flow,mask', '-o', 'empty');
    expect(outcome.code).toBe(2);
    expect(readdirSync(folder).filter((name) => /empty|partial/.test(name))).toEqual([]);
  });

  it('checks where its files go before anything is opened or computed', async () => {
    writeFileSync(join(folder, 'old.npy'), 'old');
    writeFileSync(join(folder, 'good.mkv'), 'clip');
    mkdirSync(join(folder, 'full.d'));
    writeFileSync(join(folder, 'full.d', 'mask.npy'), 'old');
    for (const [output, code, said] of [
      ['nodir/x.png', 4, /nodir" does not exist/],
      ['nodir/x', 4, /nodir" does not exist/],
      ['old.npy', 4, /old\.npy" exists already/],
      ['good.mkv', 4, /good\.mkv" is a file, not a folder/],
      ['x.jpg', 2, /x\.jpg" is neither a \.png nor a \.npy file/],
      ['full.d', 4, /mask\.npy" exists already/],
    ] as const) {
      const outcome = await inspect('--at', '0', '--look', 'mask', '-o', output, '--json');
      expect([outcome.code, outcome.stdout]).toEqual([code, expect.stringMatching(/"failed"/)]);
      const events = parseEvents(outcome.stdout);
      expect(events.at(-1)).toMatchObject({ message: expect.stringMatching(said) as string });
      expect(events.map(({ phase }) => phase)).not.toContain('opening');
    }
    expect(readdirSync(join(folder, 'full.d'))).toEqual(['mask.npy']);
    expect(readdirSync(folder).filter((name) => /partial|nodir|x\.jpg/.test(name))).toEqual([]);
  });

  it('adds to a folder that is there, and never replaces what it reads', async () => {
    mkdirSync(join(folder, 'mine.files'));
    writeFileSync(join(folder, 'mine.files', 'note.txt'), 'mine');
    expect((await inspect('--at', '0', '--look', 'mask', '-o', 'mine.files')).code).toBe(0);
    expect(readdirSync(join(folder, 'mine.files')).sort()).toEqual(['mask.npy', 'mask.png', 'note.txt']);
    copyFileSync(fixture('vfr.mp4'), join(folder, 'clip.png'));
    const args = ['inspect', 'clip.png', '--device', 'cpu', '--at', '0', '--look', 'mask'];
    const refused = await runCommand([...args, '-o', './clip.png', '--overwrite'], { cwd: folder });
    expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('is the input itself')]);
    expect(readFileSync(join(folder, 'clip.png')).equals(readFileSync(fixture('vfr.mp4')))).toBe(true);
  });

  it('does not replace what is there unless it may', async () => {
    expect((await inspect('--at', '0', '--look', 'prior', '-o', 'kept.png')).code).toBe(0);
    expect((await inspect('--at', '0', '--look', 'prior', '-o', 'kept.png')).code).toBe(4);
    expect((await inspect('--at', '0', '--look', 'prior', '-o', 'kept.png', '--overwrite')).code).toBe(0);
  });
});
