import { execFileSync } from 'node:child_process';
import {
  linkSync,
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
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isMissing } from '../support/test-tools.ts';
import { makeClip, runCommand } from './support/command-line.ts';

/** Inputs are made once in `sources`; every test runs in an empty `folder` and must leave it as it was. */
let sources: string;
let folder: string;
let good: string;

beforeAll(() => {
  sources = mkdtempSync(join(tmpdir(), 'acutance-sources-'));
  if (isMissing('ffmpeg')) return;
  const options = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-preset', 'ultrafast', '-g', '10'];
  good = makeClip(
    join(sources, 'good.mp4'),
    'testsrc2=size=128x96:rate=25:duration=2',
    ...options,
    '-movflags',
    '+faststart',
  );
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acutance-bad-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

afterAll(() => rmSync(sources, { recursive: true, force: true }));

function source(name: string, content: Uint8Array | string): string {
  const path = join(sources, name);
  writeFileSync(path, content);
  return path;
}

/** Runs `deblur` and checks what every failure has in common. */
async function refusal(input: string, output: string, ...options: string[]) {
  const before = listing();
  const outcome = await runCommand(
    ['deblur', input, '-o', output, '--network', 'none', '--quiet', ...options],
    {
      cwd: folder,
    },
  );
  expect(outcome.signal).toBeNull();
  expect(outcome.stdout).toBe('');
  expect(outcome.stderr).toMatch(/^acutance: .+[.?!:]\n {2}\S.*\n$/);
  expect(outcome.stderr).not.toMatch(/\bat .*:\d+:\d+|undefined|\[object|node:internal/);
  expect(listing()).toEqual(before);
  return { code: outcome.code, said: outcome.stderr };
}

function listing(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}

describe.skipIf(isMissing('ffmpeg'))('an input that is no good', () => {
  it.each([
    ['is not there', () => join(sources, 'nothing.mp4'), /nothing\.mp4.*(no such|does not exist|not found)/i],
    ['is a folder', () => sources, /folder/i],
    ['is below a file', () => join(good, 'clip.mp4'), /clip\.mp4/],
    ['is empty', () => source('empty.mp4', ''), /empty/i],
    ['is text', () => source('text.mp4', 'hello, this is not a clip\n'.repeat(99)), /not a video|damaged/i],
    ['has a name that is too long', () => join(sources, 'x'.repeat(300)), /long/i],
  ])('because it %s', async (_, input, said) => {
    const refused = await refusal(input(), 'out.mp4');
    expect(refused).toEqual({ code: 3, said: expect.stringMatching(said) as string });
  });

  it('because it holds sound only', async () => {
    const sound = makeClip(join(sources, 'sound.m4a'), 'sine=duration=0.5');
    expect(await refusal(sound, 'out.mp4')).toEqual({
      code: 3,
      said: expect.stringMatching(/picture|video/i) as string,
    });
  });

  it('because its index is cut off', async () => {
    const bytes = readFileSync(
      makeClip(join(sources, 'index-last.mp4'), 'testsrc2=size=128x96:rate=25:duration=1'),
    );
    const cut = source('no-index.mp4', bytes.subarray(0, bytes.length / 2));
    expect((await refusal(cut, 'out.mp4')).code).toBe(3);
  });

  it('because its end is cut off', async () => {
    const bytes = readFileSync(good);
    const cut = source('cut.mp4', bytes.subarray(0, Math.floor(bytes.length * 0.7)));
    expect(await refusal(cut, 'out.mp4')).toEqual({
      code: 3,
      said: expect.stringMatching(/damaged.*--allow-damaged/s) as string,
    });
  });

  it('because a part of it was overwritten', async () => {
    const bytes = Buffer.from(readFileSync(good));
    const start = Math.floor(bytes.length * 0.5);
    for (let i = start; i < start + bytes.length * 0.2; i++) bytes[i] = (i * 193) & 0xff;
    const corrupt = source('corrupt.mp4', bytes);
    expect(await refusal(corrupt, 'out.mp4')).toEqual({
      code: 3,
      said: expect.stringMatching(/damaged/) as string,
    });
  });

  it('because all of it but the header is noise', async () => {
    const bytes = Buffer.from(readFileSync(good));
    for (let i = 64; i < bytes.length; i++) bytes[i] = (i * 2654435761) >>> 24;
    expect((await refusal(source('noise.mp4', bytes), 'out.mp4')).code).toBe(3);
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'because it may not be read',
    async () => {
      const locked = source('locked.mp4', readFileSync(good));
      execFileSync('chmod', ['000', locked]);
      expect(await refusal(locked, 'out.mp4')).toEqual({
        code: 3,
        said: expect.stringMatching(/permi|allow/i) as string,
      });
    },
  );

  it.skipIf(process.platform !== 'linux')('because reading it fails', async () => {
    expect((await refusal('/proc/self/mem', 'out.mp4')).code).toBe(3);
  });
});

describe.skipIf(isMissing('ffmpeg'))('an output that can not be', () => {
  it.each([
    ['its folder is missing', 'none/out.mp4', 4, /folder/],
    ['its folder is a file', 'file/out.mp4', 4, /folder/],
    ['it is a folder', 'folder.mp4', 4, /folder/],
    ['its name is too long', `${'x'.repeat(300)}.mp4`, 4, /long/],
    ['its path is too long', `${'x/'.repeat(3000)}out.mp4`, 4, /long|folder/],
    ['its extension names no container', 'out.txt', 2, /\.txt.*--preset h264.*\.mp4/s],
    ['it has no extension', 'out', 2, /extension/],
    ['its container does not go with the preset', 'out.webm', 2, /\.webm/],
  ])('because %s', async (_, output, code, said) => {
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder.mp4'));
    expect(await refusal(good, output, '--overwrite')).toEqual({
      code,
      said: expect.stringMatching(said) as string,
    });
  });

  it('because it exists', async () => {
    writeFileSync(join(folder, 'out.mp4'), 'precious');
    expect(await refusal(good, 'out.mp4')).toEqual({
      code: 4,
      said: expect.stringMatching(/exists/) as string,
    });
    expect(readFileSync(join(folder, 'out.mp4'), 'utf8')).toBe('precious');
  });

  it('because it is the input, under any name', async () => {
    const input = join(folder, 'in.mp4');
    const content = readFileSync(good);
    writeFileSync(input, content);
    symlinkSync(input, join(folder, 'soft.mp4'));
    linkSync(input, join(folder, 'hard.mp4'));
    symlinkSync(folder, join(sources, 'loop'));
    for (const output of ['in.mp4', './in.mp4', 'soft.mp4', 'hard.mp4', join(sources, 'loop', 'in.mp4')]) {
      expect(await refusal(input, output, '--overwrite')).toEqual({
        code: 4,
        said: expect.stringMatching(/input/) as string,
      });
    }
    expect(readFileSync(input).equals(content)).toBe(true);
  });

  it.skipIf(process.platform !== 'linux')('because its folder takes no files', async () => {
    expect((await refusal(good, '/proc/self/out.mp4')).code).toBe(4);
  });

  it.skipIf(process.platform !== 'linux')('because it is a device', async () => {
    symlinkSync('/dev/null', join(folder, 'null.mp4'));
    expect(await refusal(good, 'null.mp4', '--overwrite')).toEqual({
      code: 4,
      said: expect.stringMatching(/regular file/) as string,
    });
  });

  /** Has something done with a small disk of its own. */
  async function withDisk(
    options: string,
    skip: (why: string) => void,
    work: (disk: string) => Promise<void>,
  ) {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      skip('Only an administrator may mount a disk.');
      return;
    }
    try {
      await work(disk);
    } finally {
      execFileSync('umount', [disk]);
    }
  }

  it.skipIf(process.platform !== 'linux')('because the disk is full', async ({ skip }) => {
    await withDisk('size=64k', skip, async (disk) => {
      const { code, said } = await refusal(good, join(disk, 'out.mkv'), '--preset', 'ffv1');
      expect({ code, said }).toEqual({ code: 4, said: expect.stringMatching(/disk is full/) as string });
      expect(readdirSync(disk)).toEqual([]);
    });
  });

  it.skipIf(process.platform !== 'linux')('because the disk is read-only', async ({ skip }) => {
    await withDisk('ro', skip, async (disk) => {
      expect(await refusal(good, join(disk, 'out.mp4'))).toEqual({
        code: 4,
        said: expect.stringMatching(/read-only/) as string,
      });
    });
  });
});

describe.skipIf(isMissing('ffmpeg'))('a range', () => {
  it.each([
    ['ends before it starts', ['--in', '1', '--out', '0.5']],
    ['is empty', ['--in', '1', '--out', '1']],
    ['lies behind the end', ['--in', '100']],
  ])('that %s is refused', async (_, options) => {
    expect((await refusal(good, 'out.mp4', ...options)).code).toBe(2);
  });
});

describe.skipIf(isMissing('ffmpeg'))('weights and devices that are no good', () => {
  it.each([
    ['weights that are not there', ['--weights', './none.safetensors'], 5],
    ['an unknown name of weights', ['--weights', 'nobody'], 5],
    ['weights that are something else', ['--weights', 'GOOD'], 5],
    ['a device that can not be here', ['--device', process.platform === 'win32' ? 'coreml' : 'dml'], 6],
  ])('%s', async (_, options, code) => {
    const resolved = options.map((option) => (option === 'GOOD' ? good : option));
    const outcome = await runCommand(['deblur', good, '-o', 'out.mp4', '--quiet', ...resolved], {
      cwd: folder,
    });
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toMatch(/^acutance: .+[.?!:]\n {2}\S.*\n$/);
    expect(listing()).toEqual([]);
  });
});
