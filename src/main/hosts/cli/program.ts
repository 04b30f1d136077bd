import { Command, Option, type CommanderError } from 'commander';
import { AcutanceError } from '../../../shared/errors.ts';
import { TRANSFER_CHOICES } from '../../../shared/evaluation.ts';
import { installedVersion } from '../../render/installation.ts';
import {
  DEFAULT_DEBLUR_SETTINGS,
  DEFAULT_EXPORT_PRESET,
  DEVICE_CHOICES,
  EXPORT_PRESETS,
  NETWORK_IDS,
  NETWORK_SIZES,
  NO_NETWORK,
} from '../../../shared/settings.ts';
import {
  COMPARE_PUBLISHED_HELP,
  DEBLUR_HELP,
  DEVICES_HELP,
  EVALUATE_HELP,
  INFER_HELP,
  INSPECT_HELP,
  PROGRAM_HELP,
  SERVE_HELP,
  SYNTHESISE_HELP,
  WEIGHTS_HELP,
} from './help-texts.ts';
import {
  parseBoolean,
  parseCount,
  parseCuts,
  parseEnsemble,
  parseLayers,
  parseFrameRange,
  parseNames,
  parsePath,
  parsePaths,
  parsePlace,
  parsePort,
  parseSeed,
  parseStages,
  parseStrength,
  parseTile,
  parseTimeOption,
} from './option-values.ts';

// A command's module is loaded when it runs: help and typing mistakes are answered without ONNX Runtime or FFmpeg.

/** The command line: its commands, options and help. Parsing a command line runs the command. */
export function createProgram(): Command {
  const program = configure(new Command('acutance'))
    .description('Takes motion blur out of video clips.')
    .version(installedVersion(), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'show help; every command has its own')
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('after', PROGRAM_HELP);
  addServe(program);
  addDeblur(program);
  addProbe(program);
  addDevices(program);
  addWeights(program);
  addInfer(program);
  addInspect(program);
  addEvaluate(program);
  addSynthesise(program);
  addComparePublished(program);
  return program;
}

/** What went wrong while parsing, as our own kind of error; undefined when the help that was shown says it all. */
export function parsingProblem(thrown: CommanderError): AcutanceError | undefined {
  if (thrown.exitCode === 0 || thrown.code === 'commander.help') return undefined;
  const [first = '', ...rest] = thrown.message.replace(/^error: /, '').split('\n');
  const suggestion = rest.join(' ').replace(/^\((.*)\)$/, '$1');
  const hint =
    suggestion === ''
      ? 'acutance --help shows the commands, acutance COMMAND --help their options.'
      : suggestion;
  const message = first.charAt(0).toUpperCase() + first.slice(1) + (/[.?!]$/.test(first) ? '' : '.');
  return new AcutanceError('usage', message, { hint });
}

/** Applies to the program and every command: errors are thrown and formatted by us. */
function configure(command: Command): Command {
  return command
    .exitOverride()
    .showSuggestionAfterError()
    .allowExcessArguments(false)
    .configureOutput({ outputError: () => undefined })
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false });
}

function addCommand(parent: Command, usage: string, description: string, help: string): Command {
  return configure(parent.command(usage))
    .description(description)
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', help);
}

const JSON_OPTION = ['--json', 'write JSON to stdout, one object per line, and nothing else there'] as const;

function addNetworkOptions(
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
    );
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
  addNetworkOptions(command, [...NETWORK_IDS, NO_NETWORK], DEFAULT_DEBLUR_SETTINGS)
    .option(
      '--weights <file|name>',
      'a weight file, or imported weights by name or hash (default: the shipped weights)',
    )
    .addOption(
      new Option('--tile <pixels>', 'largest tile edge; the default suits the memory available').argParser(
        parseTile,
      ),
    )
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
    .option('-q, --quiet', 'show errors only')
    .action(async (clip: string, options: object) => {
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
  addCommand(weights, 'list', 'list the weights that can be used', '')
    .option(...JSON_OPTION)
    .action(async (options: object) => {
      const { listWeights } = await import('./commands/weights.ts');
      await listWeights(options);
    });
}

function addInspect(program: Command): void {
  const command = addCommand(program, 'inspect', 'look inside a network at one frame of a clip', INSPECT_HELP)
    .argument('<clip>', 'the video file to read', parsePath)
    .addOption(
      new Option('--at <time>', 'the frame: its number (12f) or a time in seconds')
        .argParser(parsePlace)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--look <names>', 'what to look at; several with commas')
        .argParser(parseNames)
        .makeOptionMandatory(),
    )
    .requiredOption('-o, --output <path>', 'a .png or .npy file to write, or a folder', parsePath);
  addNetworkOptions(command, NETWORK_IDS, DEFAULT_DEBLUR_SETTINGS)
    .option(
      '--weights <file|name>',
      'a weight file, or imported weights by name or hash (default: the shipped weights)',
    )
    .option('--overwrite', 'replace the output if it exists', false)
    .option(...JSON_OPTION)
    .option('-q, --quiet', 'show errors only')
    .action(async (clip: string, options: object) => {
      const { inspect } = await import('./commands/inspect.ts');
      await inspect(clip, options as Parameters<typeof inspect>[1]);
    });
}

function addInfer(program: Command): void {
  const command = addCommand(
    program,
    'infer',
    'run a network over an array of frames, for checking it',
    INFER_HELP,
  )
    .requiredOption(
      '--input <file>',
      'frames: .npy, float32 or float64, N x 3 x H x W, RGB in [0, 1]',
      parsePath,
    )
    .requiredOption('--output <file>', 'the .npy file to write: float32, the same shape', parsePath);
  addNetworkOptions(command, NETWORK_IDS, DEFAULT_DEBLUR_SETTINGS)
    .option(
      '--weights <file|name>',
      'a weight file, or imported weights by name or hash (default: the shipped weights)',
    )
    .addOption(
      new Option(
        '--align-corners <bool>',
        'the warp convention (default: what the weights were stored with, else true)',
      ).argParser(parseBoolean),
    )
    .addOption(new Option('--tile <pixels>', 'force tiles of at most this edge').argParser(parseTile))
    .option('--overwrite', 'replace the output if it exists', false)
    .option(...JSON_OPTION)
    .option('-q, --quiet', 'show errors only')
    .action(async (options: object) => {
      const { infer } = await import('./commands/infer.ts');
      await infer(options as Parameters<typeof infer>[0]);
    });
}

function addEvaluate(program: Command): void {
  const command = addCommand(
    program,
    'evaluate',
    'compare blurry frames, and what a network makes of them, with sharp ones',
    EVALUATE_HELP,
  )
    .requiredOption('--blurry <file|folder>', 'the blurry frames', parsePath)
    .requiredOption('--sharp <file|folder>', 'the sharp frames they should be', parsePath);
  addNetworkOptions(command, NETWORK_IDS, { ...DEFAULT_DEBLUR_SETTINGS, network: undefined })
    .option(
      '--weights <file|name>',
      'a weight file, or imported weights by name or hash (default: the shipped weights)',
    )
    .addOption(
      new Option(
        '--align-corners <bool>',
        'the warp convention (default: what the weights were stored with, else true)',
      ).argParser(parseBoolean),
    )
    .addOption(new Option('--tile <pixels>', 'force tiles of at most this edge').argParser(parseTile))
    .option('--align', 'measure after global translation and gain were taken out, too', false)
    .option('--gamma', 'GoPro: take "blur_gamma" instead of "blur"', false)
    .addOption(
      new Option('--csv <file>', 'write the scores of all frames to a CSV file').argParser(parsePath),
    )
    .addOption(new Option('--plot <file>', 'draw them into an SVG file').argParser(parsePath))
    .option('--overwrite', 'replace these files if they exist', false)
    .option(...JSON_OPTION)
    .option('-q, --quiet', 'show errors only')
    .action(async (options: object) => {
      const { evaluate } = await import('./commands/evaluate.ts');
      await evaluate(options as Parameters<typeof evaluate>[0]);
    });
}

function addSynthesise(program: Command): void {
  addCommand(
    program,
    'synthesise',
    'make blurry and sharp pictures out of a clip of many frames per second',
    SYNTHESISE_HELP,
  )
    .requiredOption('--input <clip>', 'a video file of many frames per second', parsePath)
    .requiredOption('-o, --output <folder>', 'the folder to make', parsePath)
    .addOption(
      new Option('--average <frames>', 'frames that make one blurry picture; odd')
        .argParser(parseCount)
        .default(41),
    )
    .addOption(
      new Option('--every <frames>', 'frames from one pair to the next, or a range to draw from')
        .argParser(parseFrameRange)
        .default({ from: 38, to: 44 }, '38..44'),
    )
    .addOption(new Option('--seed <n>', 'of the distances that are drawn').argParser(parseSeed).default(0))
    .addOption(
      new Option('--transfer <curve>', 'how codes become light; "clip" reads the clip\'s tag')
        .choices(TRANSFER_CHOICES)
        .default('clip'),
    )
    .addOption(new Option('--width <pixels>', 'scale wider pictures down').argParser(parseCount))
    .option(...JSON_OPTION)
    .option('-q, --quiet', 'show errors only')
    .action(async (options: object) => {
      const { synthesise } = await import('./commands/synthesise.ts');
      await synthesise(options as Parameters<typeof synthesise>[0]);
    });
}

function addComparePublished(program: Command): void {
  addCommand(
    program,
    'compare-published',
    "run a checkout of an author's own code beside ours, with the same weights",
    COMPARE_PUBLISHED_HELP,
  )
    .argument('<folder>', 'a checkout of the published code', parsePath)
    .addOption(
      new Option(
        '--weights <file>',
        'the weights the authors published (default: made-up ones, from the seed)',
      ).argParser(parsePath),
    )
    .addOption(new Option('--size <size>', 'pvdnet: medium or large').choices(NETWORK_SIZES))
    .addOption(new Option('--stages <n>', 'erdn: 1 (single) or 2 (double)').argParser(parseStages))
    .addOption(new Option('--python <program>', 'a Python with PyTorch').default('python3'))
    .addOption(
      new Option('--device <device>', 'where ours computes; theirs runs on the CPU')
        .choices(DEVICE_CHOICES)
        .default('cpu'),
    )
    .addOption(new Option('--frames <n>', 'length of the test clip').argParser(parseCount).default(4))
    .addOption(new Option('--width <pixels>', 'of the test clip').argParser(parseCount).default(320))
    .addOption(new Option('--height <pixels>', 'of the test clip').argParser(parseCount).default(176))
    .addOption(new Option('--threads <n>', 'that PyTorch may use (default: all cores)').argParser(parseCount))
    .addOption(
      new Option('--seed <n>', 'of the test clip and of made-up weights').argParser(parseSeed).default(0),
    )
    .option(...JSON_OPTION)
    .option('-q, --quiet', 'show errors only')
    .action(async (folder: string, options: object) => {
      const { comparePublished } = await import('./commands/compare-published.ts');
      await comparePublished(folder, options as Parameters<typeof comparePublished>[1]);
    });
}
