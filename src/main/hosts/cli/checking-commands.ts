import { type Command, Option } from 'commander';
import { TRANSFER_CHOICES } from '../../../shared/evaluation.ts';
import { DEFAULT_DEBLUR_SETTINGS, DEVICE_CHOICES, NETWORK_IDS } from '../../../shared/settings.ts';
import {
  addCommand,
  addNetworkOptions,
  addNumericOptions,
  addResultOptions,
  JSON_OPTION,
  QUIET_OPTION,
  requireNoneGiven,
} from './command-options.ts';
import {
  COMPARE_PUBLISHED_HELP,
  EVALUATE_HELP,
  INFER_HELP,
  INSPECT_HELP,
  SYNTHESISE_HELP,
} from './help-texts.ts';
import {
  parseCount,
  parseFrameRange,
  parseNames,
  parsePath,
  parsePlace,
  parseSeed,
  parseStages,
} from './option-values.ts';

/** Of the sizes that there are, those that published code has. */
const PUBLISHED_SIZES = ['paper', 'medium', 'large'];

// A command's module is loaded when it runs: help and typing mistakes are answered without ONNX Runtime or FFmpeg.

/** The commands that show what a network does, and how well. */
export function addCheckingCommands(program: Command): void {
  addInfer(program);
  addInspect(program);
  addEvaluate(program);
  addSynthesise(program);
  addComparePublished(program);
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
  addNumericOptions(addResultOptions(addNetworkOptions(command, NETWORK_IDS, DEFAULT_DEBLUR_SETTINGS)))
    .option('--overwrite', 'replace the output if it exists', false)
    .option(...JSON_OPTION)
    .option(...QUIET_OPTION)
    .action(async (options: object) => {
      const { infer } = await import('./commands/infer.ts');
      await infer(options as Parameters<typeof infer>[0]);
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
    .option('--overwrite', 'replace the output if it exists', false)
    .option(...JSON_OPTION)
    .option(...QUIET_OPTION)
    .action(async (clip: string, options: object) => {
      const { inspect } = await import('./commands/inspect.ts');
      await inspect(clip, options as Parameters<typeof inspect>[1]);
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
  const own = command.options.length;
  addNumericOptions(
    addResultOptions(
      addNetworkOptions(command, NETWORK_IDS, { ...DEFAULT_DEBLUR_SETTINGS, network: undefined }),
    ),
  );
  const ofNetwork = command.options.slice(own);
  command
    .option('--align', 'measure after global translation and gain were taken out, too', false)
    .option('--gamma', 'GoPro only: take "blur_gamma" instead of "blur"', false)
    .addOption(
      new Option('--csv <file>', 'write the scores of all frames to a CSV file').argParser(parsePath),
    )
    .addOption(new Option('--plot <file>', 'draw them into an SVG file').argParser(parsePath))
    .option('--overwrite', 'replace these files if they exist', false)
    .option(...JSON_OPTION)
    .option(...QUIET_OPTION)
    .action(async (options: { readonly network?: string }) => {
      if (options.network === undefined)
        requireNoneGiven(command, ofNetwork, 'the blurry frames are compared as they are');
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
    .option(...QUIET_OPTION)
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
    .addOption(
      new Option(
        '--size <size>',
        'paper is the usual one; pvdnet has medium (the usual one) and large',
      ).choices(PUBLISHED_SIZES),
    )
    .addOption(new Option('--stages <n>', 'erdn: 1 (single) or 2 (double)').argParser(parseStages))
    .addOption(new Option('--python <program>', 'a Python with PyTorch').default('python3'))
    .addOption(
      new Option('--device <device>', 'where ours computes; theirs runs on the CPU')
        .choices(DEVICE_CHOICES)
        .default('cpu'),
    )
    .addOption(
      new Option('--frames <n>', 'length of the test clip, 3 or more').argParser(parseCount).default(8),
    )
    .addOption(
      new Option('--width <pixels>', 'of the test clip, a multiple of 8').argParser(parseCount).default(320),
    )
    .addOption(
      new Option('--height <pixels>', 'of the test clip, a multiple of 8').argParser(parseCount).default(176),
    )
    .addOption(new Option('--threads <n>', 'that PyTorch may use (default: all cores)').argParser(parseCount))
    .addOption(
      new Option('--seed <n>', 'of the test clip and of made-up weights').argParser(parseSeed).default(0),
    )
    .option(...JSON_OPTION)
    .option(...QUIET_OPTION)
    .action(async (folder: string, options: object) => {
      const { comparePublished } = await import('./commands/compare-published.ts');
      await comparePublished(folder, options as Parameters<typeof comparePublished>[1]);
    });
}
