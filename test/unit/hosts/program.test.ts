import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram, parsingProblem } from '../../../src/main/hosts/cli/program.ts';
import { networks } from '../../../src/networks/catalogue.ts';
import { EXIT_CODES } from '../../../src/shared/errors.ts';
import { MAX_STAGES, NETWORK_IDS, NETWORK_SIZES } from '../../../src/shared/settings.ts';

async function problemOf(...args: string[]) {
  const thrown: unknown = await createProgram()
    .parseAsync(args, { from: 'user' })
    .catch((error: unknown) => error);
  if (!(thrown instanceof CommanderError)) throw new Error('The arguments were accepted.');
  return parsingProblem(thrown)?.toProblem();
}

function helpOf(...path: string[]): string {
  let command = createProgram();
  for (const name of path) {
    const found = command.commands.find((each) => each.name() === name);
    if (!found) throw new Error(`No command ${name}.`);
    command = found;
  }
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

describe('mistakes on the command line', () => {
  it('suggests the command that was probably meant', async () => {
    expect(await problemOf('deblurr', 'a.mp4')).toEqual({
      code: 'usage',
      message: "Unknown command 'deblurr'.",
      hint: 'Did you mean deblur?',
    });
  });

  it.each([
    ['--stages', '2'],
    ['--size', 'lite'],
    ['--strength', '100'],
    ['--ensemble', '4'],
    ['--cuts', 'none'],
    ['--layers', '2'],
    ['--no-motion'],
    ['--weights', 'none.safetensors'],
    ['--align-corners', 'true'],
    ['--tile', '64'],
  ])('refuses %s for an evaluation without a network, which it would be for', async (...option) => {
    const args = ['evaluate', '--blurry', 'none', '--sharp', 'none', ...option];
    await expect(createProgram().parseAsync(args, { from: 'user' })).rejects.toMatchObject({
      code: 'usage',
      message: `Without a network nothing would come of ${option[0]}.`,
      hint: expect.stringContaining('--network') as string,
    });
  });

  it.each(['--ensemble', '--strength'])(
    'has no %s for a look inside, which shows no result',
    async (option) => {
      const args = ['inspect', 'a.mp4', '--at', '3f', '--look', 'flow', '-o', 'x', option, '4'];
      expect(await problemOf(...args)).toMatchObject({ message: `Unknown option '${option}'.` });
    },
  );

  it('suggests the option that was probably meant', async () => {
    expect(await problemOf('deblur', 'a.mp4', '-o', 'b.mp4', '--stage', '2')).toMatchObject({
      hint: 'Did you mean --stages?',
    });
  });

  it.each([
    [['deblur', 'a.mp4'], /output/],
    [['deblur', '-o', 'b.mp4'], /clip/],
    [['deblur', 'a.mp4', 'b.mp4', '-o', 'c.mp4'], /too many arguments/i],
    [['deblur', 'a.mp4', '-o', 'b.mp4', '--network', 'magic'], /cdvd-tsp, pvdnet, erdn, arvo, mlfa, none/],
    [['deblur', 'a.mp4', '-o', 'b.mp4', '--preset', 'gif'], /h264, h265, prores, ffv1/],
    [['deblur', 'a.mp4', '-o', 'b.mp4', '--stages', '4'], /1 to 3/],
    [['deblur', 'a.mp4', '-o', 'b.mp4', '--ensemble', '2'], /1, 4, 8/],
    [['deblur', 'a.mp4', '-o', 'b.mp4', '--layers', '5'], /0, 1, 2, 3, 4/],
    [['deblur', 'a.mp4', '-o', 'b.mp4', '--in', 'soon'], /not a time/],
    [['infer', '--input', 'a.npy', '--output', 'b.npy', '--network', 'none'], /cdvd-tsp/],
    [['weights', 'import'], /files/],
  ])('explains %j', async (args, message) => {
    const problem = await problemOf(...args);
    expect(problem).toMatchObject({ code: 'usage', message: expect.stringMatching(message) as string });
    expect(problem?.hint).toBeTruthy();
  });
});

describe('help', () => {
  it('lists every exit code', () => {
    const documented = [...helpOf().matchAll(/^ {2}(\d+) {2}/gm)].map((match) => Number(match[1]));
    expect(new Set(documented)).toEqual(new Set([0, ...Object.values(EXIT_CODES)]));
  });

  it('shows an example for every command that takes a file', () => {
    for (const path of [['serve'], ['deblur'], ['infer'], ['weights', 'import']])
      expect(helpOf(...path)).toMatch(/Example/);
  });

  it('states the defaults', () => {
    const text = helpOf('deblur').replace(/\s+/g, ' ');
    for (const value of ['"cdvd-tsp"', '"lite"', '2', '"auto"', '"h264"'])
      expect(text).toContain(`default: ${value}`);
  });
});

describe('the choices offered', () => {
  it('are the networks and sizes that there are', () => {
    expect(NETWORK_IDS).toEqual(networks.map(({ id }) => id));
    expect(new Set(NETWORK_SIZES)).toEqual(new Set(networks.flatMap(({ sizes }) => sizes)));
    expect(Math.max(...networks.map(({ stages }) => stages.max))).toBe(MAX_STAGES);
  });
});
