import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from './support/command-line.ts';

/** An empty folder: neither inputs nor weights are there, so whatever looks for them first would tell of them. */
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'acutance-impossible-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const COMMANDS = {
  deblur: ['deblur', 'none.mp4', '-o', 'out.mp4'],
  infer: ['infer', '--input', 'none.npy', '--output', 'out.npy'],
  inspect: ['inspect', 'none.mp4', '--at', '3f', '--look', 'flow', '-o', 'inside'],
  evaluate: ['evaluate', '--blurry', 'none', '--sharp', 'none', '--csv', 'scores.csv'],
};

async function refusal(command: readonly string[], options: readonly string[]): Promise<string> {
  const outcome = await runCommand([...command, ...options], {
    cwd: folder,
    env: { ACUTANCE_DATA_DIR: join(folder, 'data') },
  });
  expect(outcome).toMatchObject({ code: 2, stdout: '' });
  expect(readdirSync(folder)).toEqual([]);
  return outcome.stderr;
}

describe('what a network does not have is told before clips and weights are looked for', () => {
  it.each(Object.entries(COMMANDS))('by %s', async (_, command) => {
    expect(await refusal(command, ['--network', 'erdn', '--size', 'small'])).toBe(
      'acutance: ERDN has no size "small".\n  Choose one of lite, paper.\n',
    );
  });

  it.each([
    ['a number of stages', ['--network', 'mlfa', '--stages', '3'], /MLFA runs with 1 to 2 stages, not 3/],
    [
      'the only number of stages',
      ['--network', 'pvdnet', '--stages', '2'],
      /PVDNet runs with 1 stage, not 2/,
    ],
    ['an option', ['--network', 'cdvd-tsp', '--layers', '2'], /CDVD-TSP has no option "layers"/],
    ['a size, of given weights', ['--size', 'large', '--weights', 'x.pth'], /CDVD-TSP has no size "large"/],
  ])('be it %s', async (_, options, said) => {
    expect(await refusal(COMMANDS.deblur, options)).toMatch(said);
  });
});

describe('settings for a network are refused where none is chosen', () => {
  it.each([
    [['--stages', '2']],
    [['--size', 'lite']],
    [['--layers', '2']],
    [['--no-motion']],
    [['--ensemble', '4']],
    [['--cuts', '2f']],
    [['--strength', '50']],
    [['--weights', 'x.pth']],
    [['--tile', '512']],
  ])('%j', async (options) => {
    const said = await refusal(COMMANDS.deblur, ['--network', 'none', ...options]);
    expect(said).toContain(`Without a network nothing would come of ${options[0]}.\n`);
  });

  it('all of them by name', async () => {
    expect(await refusal(COMMANDS.deblur, ['--network', 'none', '--tile', '512', '--stages', '1'])).toContain(
      'come of --stages, --tile.\n',
    );
  });

  it('but a device may be named', async () => {
    const outcome = await runCommand([...COMMANDS.deblur, '--network', 'none', '--device', 'cpu'], {
      cwd: folder,
    });
    expect(outcome.code).toBe(3);
  });
});
