import { type Command, Option } from 'commander';
import { AcutanceError } from '../../../shared/errors.ts';
import { DEVICE_CHOICES, NETWORK_SIZES } from '../../../shared/settings.ts';
import {
  parseBoolean,
  parseCuts,
  parseEnsemble,
  parseLayers,
  parseStages,
  parseStrength,
  parseTile,
} from './option-values.ts';

export const JSON_OPTION = [
  '--json',
  'write JSON to stdout, one object per line, and nothing else there',
] as const;
export const QUIET_OPTION = ['-q, --quiet', 'show errors only'] as const;

/** Applies to the program and every command: errors are thrown and formatted by us. */
export function configure(command: Command): Command {
  return command
    .exitOverride()
    .showSuggestionAfterError()
    .allowExcessArguments(false)
    .configureOutput({ outputError: () => undefined })
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false });
}

/** A command of that parent; `help` is what its help says below the options. */
export function addCommand(parent: Command, usage: string, description: string, help: string): Command {
  return configure(parent.command(usage))
    .description(description)
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', help);
}

/** The options of every command that runs a network; `readNetworkOptions` makes settings of them. */
export function addNetworkOptions(
  command: Command,
  networks: readonly string[],
  defaults: { network?: string | undefined; size: string; stages: number; device: string },
): Command {
  return command
    .addOption(
      new Option('--network <name>', 'the network to use').choices(networks).default(defaults.network),
    )
    .addOption(
      new Option(
        '--size <size>',
        'lite is made for CPUs, paper has the published widths; pvdnet is published as medium (which is its ' +
          `paper) and large, and described as small (default: "${defaults.size}", pvdnet "medium", erdn, arvo and mlfa "paper")`,
      ).choices(NETWORK_SIZES),
    )
    .addOption(
      new Option(
        '--stages <n>',
        'how often the network is applied in sequence, 1 to 3: more take out more blur and more time; erdn and mlfa ' +
          `have 1 or 2, pvdnet 1 (default: ${defaults.stages}, pvdnet 1)`,
      ).argParser(parseStages),
    )
    .addOption(
      new Option('--device <device>', 'where to compute; "acutance devices" lists what works here')
        .choices(DEVICE_CHOICES)
        .default(defaults.device),
    )
    .addOption(
      new Option(
        '--cuts <where>',
        'where shots begin, each of which is restored by itself: detect, none, or a list such as 12f,3.5 of first ' +
          'frames and of seconds (default: "detect")',
      ).argParser(parseCuts),
    )
    .addOption(
      new Option(
        '--layers <n>',
        'arvo only: levels of the pyramid that likeness is looked for in, 0 to 4; each number has weights of its own ' +
          '(default: 3)',
      ).argParser(parseLayers),
    )
    .option(
      '--no-motion',
      'pvdnet only: look for the previous result in the same place instead of following the motion; faster',
    )
    .option(
      '--weights <file|name>',
      'a weight file, or imported weights by name or hash (default: the shipped weights)',
    );
}

/** Two more for the commands that give restored frames: what becomes of a network's result. */
export function addResultOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--strength <percent>',
        'how much of the change is kept, 0 (the clip as it is) to 100 (all that the network makes of it)',
      )
        .argParser(parseStrength)
        .default(1, '100'),
    )
    .addOption(
      new Option(
        '--ensemble <n>',
        'how many mirrored and turned copies to take the mean of, 1, 4 or 8: a little better, that much slower ' +
          '(default: 1)',
      ).argParser(parseEnsemble),
    );
}

/** Two more for the commands that check a network: what else its numbers depend on. */
export function addNumericOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--align-corners <bool>',
        'the warp convention (default: what the weights were stored with, else true)',
      ).argParser(parseBoolean),
    )
    .addOption(new Option('--tile <pixels>', 'force tiles of at most this edge').argParser(parseTile));
}

/**
 * Refuses options that were typed although nothing would come of them. The device is none of them: it is where this
 * machine computes, whatever there is to compute.
 *
 * @param options those of a network.
 * @param instead what happens without a network: the end of a sentence.
 * @throws AcutanceError `usage`
 */
export function requireNoneGiven(command: Command, options: readonly Option[], instead: string): void {
  const names = options
    .filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli')
    .map(({ long, flags }) => long ?? flags)
    .filter((name) => name !== '--network' && name !== '--device');
  if (names.length === 0) return;
  throw new AcutanceError('usage', `Without a network nothing would come of ${names.join(', ')}.`, {
    hint: `Leave that out, or choose a network with --network: without one ${instead}.`,
  });
}
