import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findNetwork } from '../../src/networks/catalogue.ts';
import { encodeSafetensors } from '../../src/networks/checkpoints/safetensors-writer.ts';
import type { NetworkSize } from '../../src/networks/network.ts';
import { elementCount } from '../../src/shared/tensor.ts';
import { parseEvents, runCommand } from './support/command-line.ts';

let folder: string;

/** Stands in for Python: gives the frames back as they are, and writes down how it was called. */
const FAKE_PYTHON = `#!/usr/bin/env node
const { copyFileSync, writeFileSync } = require('node:fs');
const value = (name) => process.argv[process.argv.indexOf(name) + 1];
writeFileSync('called.json', JSON.stringify(process.argv.slice(2)));
if (!process.argv.includes('--make-weights')) copyFileSync(value('--frames'), value('--output'));
`;

function fakePython(name: string, end: string): void {
  writeFileSync(join(folder, name), FAKE_PYTHON + end);
  chmodSync(join(folder, name), 0o755);
}

/** Weights of the right names and shapes, with which the network makes a gray picture of every frame. */
function makeWeights(network: string, size: NetworkSize): string {
  const path = join(folder, `${network}-${size}.safetensors`);
  const parameters = findNetwork(network)?.parameters(size) ?? [];
  const tensors = parameters.map(
    ({ name, dims }) =>
      [name, { dims, data: new Float32Array(elementCount(dims)).fill(dims.length === 1 ? 0.1 : 0) }] as const,
  );
  writeFileSync(path, encodeSafetensors(new Map(tensors)));
  return path;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'acutance-compared-'));
  for (const file of [
    'cdvd/code/model/cdvd_tsp.py',
    'erdn/model/erdn.py',
    'pvdnet/models/archs/PVDNet.py',
    'other/readme.md',
  ]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  writeFileSync(join(folder, 'bad.pth'), 'no weights');
  fakePython(
    'torchless',
    `console.log(JSON.stringify({ message: 'python3 has no torch.', hint: 'Install PyTorch.' }));`,
  );
  fakePython(
    'talkative',
    `console.log(JSON.stringify({ message: 'It broke:\\n\\t' + 'a.name, '.repeat(5000), hint: 'Mend\\tit.' }));`,
  );
  fakePython(
    'crashing',
    `console.error('Traceback:\\n  File "x.py"\\n    run()\\n    ^^^^^\\nRuntimeError:\\tit broke'); process.exit(1);`,
  );
  fakePython('silent', '');
  fakePython('parrot', 'console.log(1);');
  fakePython('failing', 'process.exit(4);');
  fakePython('killed', `process.kill(process.pid, 'SIGKILL');`);
  fakePython('working', `console.log(JSON.stringify({ seconds: [9, 2, 1], torch: '1.13', threads: 2 }));`);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function compare(...args: string[]) {
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const outcome = await runCommand(['compare-published', ...args], {
    cwd: folder,
    env: { TMPDIR: temporary },
  });
  return { ...outcome, left: readdirSync(temporary).filter((name) => name.startsWith('acutance-compare')) };
}

/** What followed an argument when the stand-in was called last. */
function handedOver(argument: string): string | undefined {
  const called = JSON.parse(readFileSync(join(folder, 'called.json'), 'utf8')) as string[];
  return called[called.findIndex((each) => each === argument || basename(each) === argument) + 1];
}

describe.skipIf(process.platform === 'win32')('compare-published', () => {
  const small = ['--width', '64', '--height', '64', '--frames', '3'];

  it.each([
    ['a folder that is no checkout', ['other'], 3, /other" is no checkout of published code/],
    ['a folder that is not there', ['gone'], 3, /gone" does not exist/],
    ['a file instead of a folder', ['bad.pth'], 3, /bad\.pth" is a file, not a folder/],
    ['fewer stages than the code has', ['cdvd', '--stages', '1'], 2, /CDVD-TSP runs with 2 stages, not 1/],
    ['more stages than the code has', ['erdn', '--stages', '3'], 2, /ERDN runs with 1 or 2 stages, not 3/],
    ['stages of code without any', ['pvdnet', '--stages', '2'], 2, /PVDNet runs with 1 stage, not 2/],
    ['a size that the code does not have', ['erdn', '--size', 'large'], 2, /ERDN has no size "large"/],
    [
      'a size that no published code has',
      ['pvdnet', '--size', 'small'],
      2,
      /choices are paper, medium, large/,
    ],
    ['too few frames', ['erdn', '--frames', '2'], 2, /A clip of 2 frames is too short/],
    ['a single frame', ['erdn', '--frames', '1'], 2, /A clip of 1 frame is too short/],
    ['a size its code refuses', ['erdn', '--height', '180'], 2, /can't be compared at 64x180/],
    ['a width of 1', ['cdvd', '--width', '1'], 2, /can't be compared at 1x64/],
    [
      'a size at which its code divides by zero',
      ['pvdnet', '--width', '56'],
      2,
      /can't be compared at 56x64/,
    ],
    ['a Python that is not there', ['cdvd', '--python', './nothing'], 3, /There is no program "\.\/nothing"/],
    ['a Python that is no program', ['cdvd', '--python', './bad.pth'], 3, /bad\.pth" may not be run/],
    ['a Python that says nothing', ['cdvd', '--python', './silent'], 3, /"\.\/silent" gave no answer/],
    ['a Python that says anything', ['cdvd', '--python', './parrot'], 3, /"\.\/parrot" gave no answer/],
    [
      'a Python that only fails',
      ['cdvd', '--python', './failing'],
      3,
      /ended with exit code 4 and said nothing/,
    ],
    ['a Python that is killed', ['cdvd', '--python', './killed'], 3, /CDVD-TSP was ended by SIGKILL/],
    ['a Python without PyTorch', ['cdvd', '--python', './torchless'], 3, /python3 has no torch/],
    [
      'code that breaks',
      ['erdn', '--python', './crashing'],
      3,
      /ERDN ended with exit code 1:\nTraceback:\nRuntimeError: it broke\n/,
    ],
    ['weights that are none', ['cdvd', '--python', './working', '--weights', 'bad.pth'], 5, /bad\.pth/],
  ])('names %s and leaves nothing behind', async (_, args, exitCode, message) => {
    const { code, stderr, left } = await compare(...small, ...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(exitCode);
    expect(left).toEqual([]);
  });

  it.each([
    [
      'of another network',
      'cdvd',
      [],
      ['pvdnet', 'medium'],
      'These are weights for pvdnet medium: give some for CDVD-TSP.',
    ],
    [
      'of another size',
      'pvdnet',
      [],
      ['pvdnet', 'large'],
      'These are weights for pvdnet large: use --size large.',
    ],
    [
      'of a size that only Acutance has',
      'pvdnet',
      ['--size', 'large'],
      ['pvdnet', 'lite'],
      'These are weights for pvdnet lite, which the published code does not have: give some for medium or large.',
    ],
  ] as const)(
    'refuses weights %s before it runs anything',
    async (_, checkout, options, [network, size], hint) => {
      rmSync(join(folder, 'called.json'), { force: true });
      const weights = makeWeights(network, size);
      const { code, stderr, left } = await compare(
        ...[checkout, ...small, ...options, '--python', './working', '--weights', weights],
      );
      expect(stderr).toContain(
        `${weights} does not fit ${checkout === 'cdvd' ? 'cdvd-tsp paper' : 'pvdnet'}`,
      );
      expect(stderr).toContain(hint);
      expect(stderr).not.toContain('Running the published code');
      expect(code).toBe(5);
      expect(readdirSync(folder)).not.toContain('called.json');
      expect(left).toEqual([]);
    },
  );

  it('tells the times of the median frame and of the whole clip, and how far the results are apart', async () => {
    const tiny = ['--width', '8', '--height', '8', '--frames', '3'];
    const weights = makeWeights('cdvd-tsp', 'paper');
    const { code, stdout, stderr, left } = await compare(
      ...['cdvd', ...tiny, '--python', './working', '--weights', weights],
    );
    expect(stderr).not.toContain('acutance:');
    expect(stdout).toContain(`CDVD-TSP paper, 2 stages, 3 frames of 8x8, weights ${weights}`);
    expect(stdout).toMatch(/^Time per frame +median +whole clip$/m);
    expect(stdout).toMatch(/^Published code +2\.000 s +4\.000 s$/m);
    expect(stdout).toMatch(/^Acutance +\d\.\d{3} s +\d\.\d{3} s$/m);
    expect(stdout).toMatch(/^ +\d+\.\d\d times as fast +\d+\.\d\d times as fast$/m);
    expect(stdout).toContain('ran with PyTorch 1.13 on 2 threads.');
    expect(stdout).toMatch(
      /differ by \d\.\d\de-?\+?\d+ at most, .* on average; their values are 0\.\d+ to \d\.\d+\.$/m,
    );
    expect(code).toBe(0);
    expect(left).toEqual([]);
  });

  it('says in its help which clips can be compared', async () => {
    const help = (await compare('--help')).stdout.replace(/\s+/g, ' ');
    for (const part of ['3 or more', 'multiples of 8', 'for PVDNet 64 or more']) expect(help).toContain(part);
    expect(help).not.toContain('"lite"');
  });

  it('takes the size that is called paper for the usual one', async () => {
    await compare('pvdnet', ...small, '--size', 'paper', '--python', './torchless');
    expect(handedOver('--size')).toBe('medium');
  });

  it('says in a line or two what published code says in tens of kilobytes', async () => {
    const { code, stdout } = await compare('erdn', ...small, '--python', './talkative', '--json');
    const { message, hint } = parseEvents(stdout).at(-1) as { message: string; hint: string };
    expect(message).toMatch(/^It broke: a\.name, a\.name, /);
    expect(message.length).toBeLessThanOrEqual(500);
    expect(hint).toBe('Mend it.');
    expect(code).toBe(3);
  });

  it('hands the same frames, weights and stages to the published code', async () => {
    const weights = makeWeights('erdn', 'paper');
    await compare(...['erdn', ...small, '--stages', '1', '--python', './torchless', '--weights', weights]);
    expect(handedOver('run_published.py')).toBe('--checkout');
    expect(handedOver('--network')).toBe('erdn');
    expect(handedOver('--size')).toBe('paper');
    expect(handedOver('--stages')).toBe('1');
    expect(handedOver('--weights')).toBe(weights);
  });
});

describe.skipIf(spawnSync('python3', ['--version']).status !== 0)(
  'the program that runs published code',
  () => {
    const compareFolder = fileURLToPath(new URL('../../native-models/compare', import.meta.url));

    function describeMisfit(expected: string, found: string): string {
      const script = `from run_published import describe_misfit\nprint(describe_misfit(${expected}, ${found}))`;
      const env = { ...process.env, PYTHONPATH: compareFolder, PYTHONDONTWRITEBYTECODE: '1' };
      return execFileSync('python3', ['-c', script], { encoding: 'utf8', env }).trim();
    }

    it('counts tensors that do not fit, and names ten of them', () => {
      const many = '{f"n{i}": (1,) for i in range(1100)}';
      expect(describeMisfit(many, many)).toBe('');
      expect(describeMisfit('{"a": (1,), "b": (2,)}', '{"b": (3,), "c": (1,)}')).toBe(
        '1 missing, 1 unexpected, 1 of another shape (a, c, b)',
      );
      expect(describeMisfit(many, '{}')).toBe(
        '1100 missing (n0, n1, n2, n3, n4, n5, n6, n7, n8, n9 and 1090 more)',
      );
    });
  },
);
