import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AcutanceError } from '../../../../shared/errors.ts';
import { decodeNpy, encodeNpy } from '../../../../shared/npy.ts';
import type { DeviceChoice } from '../../../../shared/settings.ts';
import {
  type PublishedCheckout,
  recogniseCheckout,
  runPublished,
} from '../../../evaluation/published-code.ts';
import { makeTestClip } from '../../../evaluation/test-clip.ts';
import { installationFolder } from '../../../render/installation.ts';
import { formatCount, formatTable } from '../format.ts';
import { interruptible } from '../interrupt.ts';
import { requireFittingWeights } from '../published-weights.ts';
import { createReporter, type ReporterOptions } from '../reporter.ts';
import { runJob } from '../run-job.ts';

export interface ComparePublishedOptions extends ReporterOptions {
  readonly weights?: string;
  readonly size?: string;
  readonly stages?: number;
  readonly python: string;
  readonly device: DeviceChoice;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  readonly threads?: number;
}

/**
 * What was found: differences are of values in [0, 1]; times are those of the median frame, which is one in the middle of
 * the clip, and of the whole clip per frame.
 */
interface Comparison {
  readonly network: string;
  readonly size: string;
  readonly stages: number;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly largestDifference: number;
  readonly meanDifference: number;
  /** Smallest and largest value of their result, for judging the differences. */
  readonly range: readonly [number, number];
  readonly publishedSeconds: number;
  readonly ourSeconds: number;
  readonly ratio: number;
  readonly wholePublishedSeconds: number;
  readonly wholeOurSeconds: number;
  readonly wholeRatio: number;
  readonly torch: string;
  readonly threads: number;
  readonly weights: string;
}

/** The networks' windows hold so many. */
const FEWEST_FRAMES = 3;
/** The published code takes frames of this multiple only, and rejects or crops others. */
const MULTIPLE = 8;

/** `acutance compare-published`: an author's own code beside ours, same weights, same frames. */
export async function comparePublished(folder: string, options: ComparePublishedOptions): Promise<void> {
  const reporter = createReporter(options, process);
  const checkout = recogniseCheckout(resolve(folder));
  requireSense(checkout, options);
  const work = await mkdtemp(join(tmpdir(), 'acutance-compare-'));
  try {
    const result = await compare(checkout, options, work, reporter);
    reporter.result(result, describe(checkout, result));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function compare(
  checkout: PublishedCheckout,
  options: ComparePublishedOptions,
  work: string,
  reporter: ReturnType<typeof createReporter>,
): Promise<Comparison> {
  const { frames, width, height, seed, python, device, threads } = options;
  const stages = options.stages ?? checkout.stages.at(-1)!;
  const size = publishedSize(checkout, options.size);
  const [input, theirs, ours] = ['input.npy', 'theirs.npy', 'ours.npy'].map((name) => join(work, name));
  if (!input || !theirs || !ours) throw new AcutanceError('internal', 'No names.');
  const made = options.weights === undefined;
  const weights = { path: made ? join(work, 'weights.pth') : resolve(options.weights), made };
  if (!made) await requireFittingWeights(checkout, size, weights.path);
  const dims = [frames, 3, height, width];
  await writeFile(input, encodeNpy({ data: makeTestClip(frames, height, width, seed), dims }));

  reporter.remark(`Running the published code of ${checkout.title}; it may take minutes.`);
  const driver = fileURLToPath(new URL('native-models/compare/run_published.py', installationFolder()));
  const times = await interruptible((signal) =>
    runPublished(
      { python, driver, checkout, size, stages, frames: input, output: theirs, weights, seed, threads },
      signal,
    ),
  );
  const deblur = {
    ...{ network: checkout.network, size, stages, device, weights: weights.path },
    // The meaning that the authors' PyTorch gave their warps, and that their code is run with here.
    alignCorners: true,
  };
  const result = await runJob('infer', { input, output: ours, deblur, overwrite: false }, reporter);

  const published = decodeNpy(await readFile(theirs), theirs);
  const own = decodeNpy(await readFile(ours), ours);
  const [publishedSeconds, ourSeconds] = [median(times.seconds), median(result.frameSeconds)];
  const wholePublishedSeconds = times.seconds.reduce((a, b) => a + b, 0) / frames;
  const wholeOurSeconds = result.inferenceSeconds / frames;
  return {
    ...{ network: checkout.network, size, stages, frames, width, height },
    ...differences(published.data, own.data),
    ...{ publishedSeconds, ourSeconds, ratio: publishedSeconds / ourSeconds },
    ...{ wholePublishedSeconds, wholeOurSeconds, wholeRatio: wholePublishedSeconds / wholeOurSeconds },
    ...{ torch: times.torch, threads: times.threads, weights: made ? `made up, seed ${seed}` : weights.path },
  };
}

/** The size as the network itself calls it; `paper` is the usual one of each. */
function publishedSize({ sizes }: PublishedCheckout, asked = 'paper'): string {
  return asked === 'paper' ? sizes[0]! : asked;
}

function requireSense(
  checkout: PublishedCheckout,
  { size, stages, frames, width, height }: ComparePublishedOptions,
): void {
  if (stages !== undefined && !checkout.stages.includes(stages)) {
    const known = `${checkout.stages.join(' or ')} ${checkout.stages.at(-1) === 1 ? 'stage' : 'stages'}`;
    throw new AcutanceError(
      'usage',
      `The published code of ${checkout.title} runs with ${known}, not ${stages}.`,
      {
        hint: `Give --stages ${checkout.stages.join(' or ')}.`,
      },
    );
  }
  if (!checkout.sizes.includes(publishedSize(checkout, size))) {
    throw new AcutanceError('usage', `The published code of ${checkout.title} has no size "${size}".`, {
      hint: `Give --size ${checkout.sizes.join(' or ')}.`,
    });
  }
  if (frames < FEWEST_FRAMES) {
    throw new AcutanceError('usage', `A clip of ${formatCount(frames, 'frame')} is too short.`, {
      hint: `Give --frames ${FEWEST_FRAMES} or more.`,
    });
  }
  if (width % MULTIPLE !== 0 || height % MULTIPLE !== 0 || Math.min(width, height) < checkout.smallest) {
    throw new AcutanceError(
      'usage',
      `The published code of ${checkout.title} can't be compared at ${width}x${height}.`,
      {
        hint: `Give a width and a height that are multiples of ${MULTIPLE}, and ${checkout.smallest} or more.`,
      },
    );
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

function differences(
  published: ArrayLike<number>,
  own: ArrayLike<number>,
): Pick<Comparison, 'largestDifference' | 'meanDifference' | 'range'> {
  if (published.length !== own.length) {
    throw new AcutanceError('internal', `Their result has ${published.length} values, ours ${own.length}.`);
  }
  let [largest, sum, low, high] = [0, 0, Infinity, -Infinity];
  for (let i = 0; i < own.length; i++) {
    const difference = Math.abs(published[i]! - own[i]!);
    // A comparison that is not true of NaN would hide it.
    if (!(difference <= largest)) largest = difference;
    sum += difference;
    low = Math.min(low, published[i]!);
    high = Math.max(high, published[i]!);
  }
  return { largestDifference: largest, meanDifference: sum / own.length, range: [low, high] };
}

function describe({ title }: PublishedCheckout, result: Comparison): string {
  const { largestDifference, meanDifference, range } = result;
  const seconds = (value: number) => `${value.toFixed(3)} s`;
  const factor = (value: number) => `${value.toFixed(2)} times as fast`;
  const clip = `${formatCount(result.frames, 'frame')} of ${result.width}x${result.height}`;
  return [
    `${title} ${result.size}, ${formatCount(result.stages, 'stage')}, ${clip}, weights ${result.weights}\n\n`,
    formatTable(
      ['Time per frame', 'median', 'whole clip'],
      [
        ['Published code', seconds(result.publishedSeconds), seconds(result.wholePublishedSeconds)],
        ['Acutance', seconds(result.ourSeconds), seconds(result.wholeOurSeconds)],
        ['', factor(result.ratio), factor(result.wholeRatio)],
      ],
    ),
    `\nThe published code ran with PyTorch ${result.torch} on ${formatCount(result.threads, 'thread')}.\n`,
    `The results differ by ${largestDifference.toExponential(2)} at most, ${meanDifference.toExponential(2)} on average; `,
    `their values are ${range[0].toFixed(3)} to ${range[1].toFixed(3)}.\n`,
  ].join('');
}
