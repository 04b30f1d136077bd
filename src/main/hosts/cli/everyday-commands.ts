import { type Command, Option } from 'commander';
import {
  DEFAULT_DEBLUR_SETTINGS,
  DEFAULT_EXPORT_PRESET,
  EXPORT_PRESETS,
  NETWORK_IDS,
  NETWORK_SIZES,
  NO_NETWORK,
} from '../../../shared/settings.ts';
import {
  addCommand,
  addNetworkOptions,
  addResultOptions,
  configure,
  JSON_OPTION,
  QUIET_OPTION,
  requireNoneGiven,
} from './command-options.ts';
import { DEBLUR_HELP, DEVICES_HELP, SERVE_HELP, WEIGHTS_HELP } from './help-texts.ts';
import {
  parseBoolean,
  parsePath,
  parsePaths,
  parsePort,
  parseTile,
  parseTimeOption,
} from './option-values.ts';

// A command's module is loaded when it runs: help and typing mistakes are answered without ONNX Runtime or FFmpeg.

/** The commands for working with clips. */
export function addEverydayCommands(program: Command): void {
  addServe(program);
  addDeblur(program);
  addProbe(program);
  addDevices(program);
  addWeights(program);
}

function addServe(program: Command): void {
  addCommand(program, 'serve', 'open the application in a browser', SERVE_HELP)
    .argument('[paths...]', 'clips to open, and folders that the page may open files from', parsePaths)
    .addOption(
      new Option(
        '--port <n>',
        'where to listen on this machine (default: 7517, or the next free one)',
      ).argParser(parsePort),
    )
    .addOption(
      new Option('--root <folder>', 'a folder that the page may open files from; may be repeated').argParser(
        parsePaths,
      ),
    )
    .option('--no-open', 'leave the browser alone')
    .option(...JSON_OPTION)
    .action(async (paths: readonly string[], options: object) => {
      const { serve } = await import('./commands/serve.ts');
      await serve(paths, options as Parameters<typeof serve>[1]);
    });
}

function addDeblur(program: Command): void {
  const command = addCommand(program, 'deblur', 'take the motion blur out of a clip', DEBLUR_HELP)
    .argument('<clip>', 'the video file to read', parsePath)
    .requiredOption('-o, --output <file>', 'the video file to write', parsePath);
  const own = command.options.length;
  addResultOptions(
    addNetworkOptions(command, [...NETWORK_IDS, NO_NETWORK], DEFAULT_DEBLUR_SETTINGS),
  ).addOption(
    new Option('--tile <pixels>', 'largest tile edge; the default suits the memory available').argParser(
      parseTile,
    ),
  );
  const ofNetwork = command.options.slice(own);
  command
    .addOption(
      new Option('--in <time>', 'first moment to keep (default: the start)').argParser(parseTimeOption),
    )
    .addOption(
      new Option('--out <time>', 'first moment to leave out (default: the end)').argParser(parseTimeOption),
    )
    .addOption(
      new Option('--preset <preset>', 'codec and quality of the output')
        .choices(EXPORT_PRESETS)
        .default(DEFAULT_EXPORT_PRESET),
    )
    .option('--overwrite', 'replace the output if it exists', false)
    .option(
      '--allow-damaged',
      'export what a damaged or cut-off clip still holds instead of refusing it',
      false,
    )
    .option(...JSON_OPTION)
    .option(...QUIET_OPTION)
    .action(async (clip: string, options: { readonly network: string }) => {
      if (options.network === NO_NETWORK)
        requireNoneGiven(command, ofNetwork, 'the frames are copied as they are');
      const { deblur } = await import('./commands/deblur.ts');
      await deblur(clip, options as Parameters<typeof deblur>[1]);
    });
}

function addProbe(program: Command): void {
  addCommand(program, 'probe', 'show what is in a video file', '')
    .argument('<clip>', 'the video file to read', parsePath)
    .option(...JSON_OPTION)
    .action(async (clip: string, options: object) => {
      const { probe } = await import('./commands/probe.ts');
      await probe(clip, options);
    });
}

function addDevices(program: Command): void {
  addCommand(program, 'devices', 'list the devices that networks can run on', DEVICES_HELP)
    .option(...JSON_OPTION)
    .action(async (options: object) => {
      const { devices } = await import('./commands/devices.ts');
      await devices(options);
    });
}

function addWeights(program: Command): void {
  const weights = configure(program.command('weights'))
    .description('import and list network weights')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false);
  addCommand(weights, 'import', 'check a weight file against a network and keep a copy', WEIGHTS_HELP)
    .argument(
      '<files...>',
      '.safetensors, .pth, .pt or .pytorch; several where a network was published in parts',
      parsePaths,
    )
    .addOption(
      new Option('--network <name>', 'the network it is for (default: the one that fits)').choices(
        NETWORK_IDS,
      ),
    )
    .addOption(
      new Option('--size <size>', 'the size it is for (default: the one that fits)').choices(NETWORK_SIZES),
    )
    .addOption(
      new Option(
        '--align-corners <bool>',
        'the warp convention it was trained with (default: what the file says, else true)',
      ).argParser(parseBoolean),
    )
    .option('--licence <text>', 'a note on where it is from and what you may do with it')
    .option(...JSON_OPTION)
    .action(async (files: [string, ...string[]], options: object) => {
      const { importWeights } = await import('./commands/weights.ts');
      await importWeights(files, options);
    });
  addCommand(
    weights,
    'list',
    'list the weights that can be used, and every network with what it can run with',
    '',
  )
    .option(...JSON_OPTION)
    .action(async (options: object) => {
      const { listWeights } = await import('./commands/weights.ts');
      await listWeights(options);
    });
}
