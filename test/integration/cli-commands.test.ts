import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InferResult } from '../../src/shared/deblurring.ts';
import { decodeNpy, encodeNpy } from '../../src/shared/npy.ts';
import { encodeSafetensors } from '../../src/networks/checkpoints/safetensors-writer.ts';
import { fillState, type FillState } from '../fixtures/fill.ts';
import { makeLiteWeights, parseEvents, runCommand } from './support/command-line.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);
const PARITY = new URL('parity/cdvd_tsp/', FIXTURES);

let folder: string;
let lite: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'acutance-commands-'));
  lite = makeLiteWeights();
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(dirname(lite), { recursive: true, force: true });
});

function run(...args: string[]) {
  return runCommand(args, { cwd: folder, env: { ACUTANCE_DATA_DIR: join(folder, 'data') } });
}

function readArray(path: string) {
  return decodeNpy(readFileSync(path), path);
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs((a[i] ?? NaN) - (b[i] ?? NaN)));
  return largest;
}

describe('infer', () => {
  let paper: string;

  beforeAll(() => {
    const state = JSON.parse(readFileSync(new URL('state.json', PARITY), 'utf8')) as FillState;
    const values = fillState(state);
    paper = join(folder, 'paper.safetensors');
    const tensors = state.tensors.map(
      ({ name, shape }) => [name, { dims: shape, data: values.get(name) ?? new Float32Array() }] as const,
    );
    writeFileSync(paper, encodeSafetensors(new Map(tensors)));
  });

  it.each([
    ['true', 'align_corners_true_expected.npy', []],
    ['false', 'expected.npy', ['--tile', '64']],
  ])('gives what the published code gives, with align_corners %s', async (alignCorners, expected, more) => {
    const input = fileURLToPath(new URL('64x96/input.npy', PARITY));
    const options = [
      '--size',
      'paper',
      '--weights',
      paper,
      '--stages',
      '2',
      '--device',
      'cpu',
      '--align-corners',
      alignCorners,
    ];
    const outcome = await run(
      'infer',
      ...options,
      ...more,
      '--input',
      input,
      '--output',
      `${alignCorners}.npy`,
    );
    expect(outcome).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Wrote \w+\.npy: 5 x 3 x 64 x 96/) as string,
    });
    const output = readArray(join(folder, `${alignCorners}.npy`));
    expect(output).toMatchObject({ type: 'float32', dims: [5, 3, 64, 96] });
    const middle = output.data.subarray(2 * 3 * 64 * 96, 3 * 3 * 64 * 96);
    const published = readArray(fileURLToPath(new URL(`64x96/${expected}`, PARITY)));
    expect(largestDifference(middle, published.data)).toBeLessThan(1e-4);
  });

  it('takes any size, neither clamps nor rounds, and reads float64', async () => {
    const dims = [2, 3, 33, 21];
    const data = Float32Array.from({ length: 2 * 3 * 33 * 21 }, (_, i) => (i % 97) / 96);
    writeFileSync(join(folder, 'odd.npy'), encodeNpy({ dims, data }));
    const header = Buffer.from(encodeNpy({ dims, data }))
      .subarray(0, 128)
      .toString('latin1')
      .replace('<f4', '<f8');
    const doubles = Buffer.concat([
      Buffer.from(header, 'latin1'),
      Buffer.from(Float64Array.from(data).buffer),
    ]);
    writeFileSync(join(folder, 'doubles.npy'), doubles);
    for (const name of ['odd', 'doubles']) {
      const args = [
        '--weights',
        lite,
        '--device',
        'cpu',
        '--input',
        `${name}.npy`,
        '--output',
        `${name}-out.npy`,
        '--json',
      ];
      const { code, stdout } = await run('infer', ...args);
      expect(code).toBe(0);
      const done = parseEvents(stdout).at(-1) as unknown as InferResult;
      expect(done).toMatchObject({ type: 'done', shape: dims, deblur: { size: 'lite', stages: 2 } });
      expect(done.frameSeconds).toHaveLength(dims[0]!);
      const sum = done.frameSeconds.reduce((total, seconds) => total + seconds, 0);
      expect(sum).toBeCloseTo(done.inferenceSeconds, 6);
    }
    const output = readArray(join(folder, 'odd-out.npy'));
    expect(output.dims).toEqual(dims);
    expect(output.data.some((value) => value < 0 || value > 1)).toBe(true);
    expect(readArray(join(folder, 'doubles-out.npy'))).toEqual(output);
  });

  it.each([
    ['a file that is not there', undefined, 3],
    ['a file that is no array', Buffer.from('hello'), 3],
    [
      'an array of another shape',
      Buffer.from(encodeNpy({ dims: [2, 8, 8, 3], data: new Float32Array(384) })),
      3,
    ],
    ['an array without frames', Buffer.from(encodeNpy({ dims: [0, 3, 8, 8], data: new Float32Array(0) })), 3],
    [
      'an array that is cut short',
      Buffer.from(encodeNpy({ dims: [1, 3, 8, 8], data: new Float32Array(192) })).subarray(0, 500),
      3,
    ],
    [
      'an array with NaN',
      Buffer.from(encodeNpy({ dims: [1, 3, 8, 8], data: new Float32Array(192).fill(NaN) })),
      3,
    ],
  ])('refuses %s and writes nothing', async (_, content, code) => {
    const input = join(folder, 'bad.npy');
    rmSync(input, { force: true });
    if (content) writeFileSync(input, content);
    const before = readdirSync(folder);
    const outcome = await run(
      'infer',
      '--weights',
      lite,
      '--input',
      input,
      '--output',
      'refused.npy',
      '--device',
      'cpu',
      '--quiet',
    );
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toMatch(/^acutance: .+\n {2}\S.*\n$/);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('never writes over its weights', async () => {
    const input = join(folder, 'grey.npy');
    writeFileSync(input, encodeNpy({ dims: [1, 3, 16, 16], data: new Float32Array(768).fill(0.5) }));
    const weights = join(folder, 'weights.npy');
    copyFileSync(lite, weights);
    const { code, stderr } = await run(
      ...['infer', '--weights', weights, '--input', input, '--output', weights],
      ...['--overwrite', '--device', 'cpu'],
    );
    expect([code, stderr]).toEqual([4, expect.stringContaining('is one of the inputs.')]);
    expect(readFileSync(weights)).toEqual(readFileSync(lite));
  });
});

describe('weights', () => {
  it('are imported, listed, and then used by their hash', async () => {
    expect(
      await run('weights', 'import', lite, '--network', 'cdvd-tsp', '--licence', 'Made up, CC0'),
    ).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^Imported lite\.safetensors for cdvd-tsp lite/) as string,
    });
    const listed = parseEvents((await run('weights', 'list', '--json')).stdout).at(-1) as {
      weights: { name: string; sha256: string; source: string; licence: string }[];
      networks: { network: string; size: string; weights: string[] }[];
    };
    const mine = listed.weights.find(({ source }) => source === 'imported');
    expect(mine).toMatchObject({ name: 'lite.safetensors', licence: 'Made up, CC0' });
    expect(listed.networks[0]).toMatchObject({ network: 'cdvd-tsp', size: 'lite' });
    expect(listed.networks[0]?.weights).toContain(mine?.sha256);
    const { stdout: text } = await run('weights', 'list');
    expect(text).toMatch(/lite {2}.*lite\.safetensors .*Made up, CC0/);
    expect(text).toMatch(
      /^cdvd-tsp +lite \(default\) +1 to 3, default 2 +cdvd-tsp-lite, lite\.safetensors$/m,
    );
    expect(text).toMatch(/^arvo +paper \(default\) .*none yet: acutance weights import FILE$/m);

    const dims = [1, 3, 16, 16];
    writeFileSync(join(folder, 'tiny.npy'), encodeNpy({ dims, data: new Float32Array(768).fill(0.5) }));
    const hash = mine?.sha256.slice(0, 12) ?? '';
    const { stdout } = await run(
      'infer',
      '--weights',
      hash,
      '--input',
      'tiny.npy',
      '--output',
      'tiny-out.npy',
      '--json',
    );
    expect(parseEvents(stdout).at(-1)).toMatchObject({ type: 'done', deblur: { weightsHash: mine?.sha256 } });
  });

  it('of another network or with a hostile pickle are refused', async () => {
    const hostile = fileURLToPath(new URL('pth/malicious_system_zip.pth', FIXTURES));
    for (const path of [join(folder, 'tiny.npy'), hostile]) {
      const { code, stderr } = await run('weights', 'import', path, '--network', 'cdvd-tsp');
      expect(code).toBe(5);
      expect(stderr).toMatch(/^acutance: /);
      expect(stderr).not.toMatch(/\n {4}at /);
    }
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });
});

describe('devices', () => {
  it('are listed with a name, or with the reason why not', async () => {
    const { code, stdout } = await run('devices', '--json');
    expect(code).toBe(0);
    const { devices } = parseEvents(stdout).at(-1) as {
      devices: { device: string; usable: boolean; reason?: string }[];
    };
    expect(devices.map(({ device }) => device)).toEqual(['cpu', 'webgpu', 'cuda', 'dml', 'coreml']);
    expect(devices[0]?.usable).toBe(true);
    for (const { usable, reason } of devices) if (!usable) expect(reason).toBeTruthy();
    expect((await run('devices')).stdout).toMatch(/^Device {2}Usable {2}Name or reason\ncpu {5}yes/);
  });
});

/** A device of Linux that is always full. */
const FULL = '/dev/full';

describe.skipIf(!existsSync(FULL))('results that go to a full disk', () => {
  it.each([[[]], [['--json']]])('are told as lost: weights list %j', (options) => {
    const full = openSync(FULL, 'w');
    const program = fileURLToPath(new URL('../../src/main/hosts/cli.ts', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [program, 'weights', 'list', ...options], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
      env: { ...process.env, ACUTANCE_DATA_DIR: join(folder, 'data') },
    });
    closeSync(full);
    expect([status, stderr]).toEqual([4, expect.stringContaining('the disk is full')]);
  });
});

describe('help and version', () => {
  it('are on stdout and end well', async () => {
    const help = await run('--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('deblur');
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await run('--version')).toMatchObject({ code: 0, stdout: `${manifest.version}\n` });
  });

  it('is shown, with exit code 2, where no command is given', async () => {
    const outcome = await run();
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain('Usage: acutance');
  });

  it('reports mistakes as events to programs', async () => {
    const { code, stdout, stderr } = await run('deblur', '--json', '--stages', '9');
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(parseEvents(stdout)).toEqual([
      expect.objectContaining({ type: 'failed', code: 'usage', exitCode: 2 }),
    ]);
  });
});
