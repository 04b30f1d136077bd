/**
 * What every network and size takes on the processor, with made-up weights and its default stages and options. All of it
 * takes ten minutes on two quiet cores, most of it the published sizes at 1280x720; `npm run bench -- networks lite` or
 * `-- networks erdn` measures a part.
 *
 * A frame is one in the middle of a clip, so what a stream reuses counts once. Frames that take long are measured once, on
 * graphs that have not run before; others until a second is over.
 */
import { networks } from '../../src/networks/catalogue.ts';
import type { Network, NetworkProgram, NetworkSize } from '../../src/networks/network.ts';
import { elementCount } from '../../src/shared/tensor.ts';
import { atLeast, type BenchCase, type Figure } from './bench.ts';
import { writeWeights } from './support/materials.ts';
import { MatrixMultiplyPeak } from './support/matrix-multiply.ts';
import { runNetwork, type MeasuredRun } from './support/network-run.ts';
import { frameWork, programWork } from './support/network-work.ts';
import { convolutionSeconds } from './support/profile.ts';

/** The first is what graph runs are counted and convolutions are looked at in; the last is what work is stated for. */
const FRAMES = [
  { height: 180, width: 320 },
  { height: 360, width: 640 },
  { height: 720, width: 1280 },
] as const;
const [SMALLEST, , LARGEST] = FRAMES;

const SECONDS = 1;
/** Where a frame is likely to take longer, what leads to the first result is not computed. */
const LONG = 4;

/**
 * Percent of the matrix-multiply peak that convolutions reach where they are nine tenths of the work or more. Nothing is
 * promised of the narrow ones of `lite`, which have few products for every number they read.
 */
const REACHED = 85;
const CONVOLUTION_BOUND = 0.9;

const GIGA = 1e9;

const matrixMultiply = new MatrixMultiplyPeak();

/** What all measurements of a case have in common. */
interface Subject {
  readonly network: Network;
  readonly size: NetworkSize;
  readonly folder: string;
  readonly weights: string;
}

function bench(network: Network, size: NetworkSize): BenchCase {
  const stages = network.stages.default;
  return {
    name: `networks: ${network.id} ${size}, ${stages} ${stages === 1 ? 'stage' : 'stages'}`,
    async run(folder) {
      const subject = { network, size, folder, weights: writeWeights(folder, size, network) };
      await matrixMultiply.measure();
      const smallest = await measure(subject, SMALLEST, 0);
      if ('refusal' in smallest) return [...describe(subject), refused(SMALLEST, smallest.refusal)];
      const inside = await insideConvolutions(subject, smallest);
      const measured: (MeasuredRun | { refusal: string })[] = [smallest];
      let { secondsPerFrame } = smallest;
      for (const frame of FRAMES.slice(1)) {
        const run = await measure(subject, frame, 4 * secondsPerFrame);
        measured.push(run);
        if (!('refusal' in run)) ({ secondsPerFrame } = run);
      }
      const peak = await matrixMultiply.measure();
      const { runsPerFrame } = smallest;
      return [
        ...describe(subject),
        {
          what: `work per ${named(LARGEST)} frame`,
          value: frameWork(network, size, runsPerFrame, LARGEST) / GIGA,
          unit: 'GFLOP',
        },
        {
          what: 'graph runs per frame',
          value: Object.values(runsPerFrame).reduce((sum, runs) => sum + runs, 0),
          unit: '',
          beside: Object.entries(runsPerFrame).map(([program, runs]) => `${program} ${runs}`),
        },
        { what: 'matrix-multiply peak', value: peak / GIGA, unit: 'GFLOP/s' },
        {
          what: `${named(SMALLEST)}, share of it inside convolutions`,
          value: (100 * inside.operations) / inside.seconds / peak,
          unit: '%',
          promised: inside.isBound && size !== 'lite' ? atLeast(REACHED) : undefined,
        },
        ...FRAMES.map((frame, index) =>
          timing(subject, frame, measured[index]!, { peak, untiled: smallest }),
        ),
      ];
    },
  };
}

function describe({ network, size }: Subject): Figure[] {
  const parameters = network
    .parameters(size, network.options)
    .reduce((sum, { dims }) => sum + elementCount(dims), 0);
  return [{ what: 'parameters', value: parameters / 1e6, unit: 'M' }];
}

/** @param likely the seconds that a frame is likely to take */
function measure(
  { network, size, weights }: Subject,
  frame: (typeof FRAMES)[number],
  likely: number,
): ReturnType<typeof runNetwork> {
  const request = { network: network.id, size, stages: network.stages.default, weights, ...frame };
  return runNetwork({ ...request, seconds: SECONDS, warmsUp: likely < LONG });
}

interface InsideConvolutions {
  /** Of a frame. */
  readonly operations: number;
  readonly seconds: number;
  /** Whether the network's work is mostly convolutions. */
  readonly isBound: boolean;
}

/** One more run, since looking at every node takes time itself. */
async function insideConvolutions(
  { network, size, folder, weights }: Subject,
  { runsPerFrame, tile }: MeasuredRun,
): Promise<InsideConvolutions> {
  const request = { network: network.id, size, stages: network.stages.default, weights, ...SMALLEST };
  await runNetwork({ ...request, seconds: SECONDS, warmsUp: true, profilePrefix: `${folder}/profile` });
  const parts = Object.entries(runsPerFrame).map(([program, runs]) => {
    const work = programWork(network, size, program as NetworkProgram, { ...SMALLEST, tile });
    return {
      operations: runs * work.convolutions,
      others: runs * work.others,
      seconds: runs * convolutionSeconds(folder, `profile-${program}`),
    };
  });
  const total = (of: (part: (typeof parts)[number]) => number) =>
    parts.reduce((sum, part) => sum + of(part), 0);
  const operations = total((part) => part.operations);
  return {
    operations,
    seconds: total((part) => part.seconds),
    isBound: operations / (operations + total((part) => part.others)) >= CONVOLUTION_BOUND,
  };
}

/** @param untiled a run in which frames were not cut into tiles */
function timing(
  { network, size }: Subject,
  frame: (typeof FRAMES)[number],
  run: MeasuredRun | { readonly refusal: string },
  { peak, untiled }: { readonly peak: number; readonly untiled: MeasuredRun },
): Figure {
  if ('refusal' in run) return refused(frame, run.refusal);
  const { runsPerFrame, secondsPerFrame, tile, peakBytes } = run;
  const work = frameWork(network, size, runsPerFrame, { ...frame, tile });
  const needed = frameWork(network, size, untiled.runsPerFrame, frame);
  return {
    what: `${named(frame)}, per frame`,
    value: 1000 * secondsPerFrame,
    unit: 'ms',
    beside: [
      `${((100 * work) / secondsPerFrame / peak).toFixed(0)} % of the peak`,
      `${(peakBytes / GIGA).toFixed(1)} GB of memory`,
      ...tiling(run, untiled, work / needed),
    ],
  };
}

/** What tiles cost, where there are any: they overlap, and work is counted as often as it is done. */
function tiling(run: MeasuredRun, untiled: MeasuredRun, ratio: number): string[] {
  const tiles = (run.runsPerFrame.reconstruct ?? 0) / (untiled.runsPerFrame.reconstruct ?? 0);
  if (tiles === 1) return [];
  return [`${tiles} tiles, ${((ratio - 1) * 100).toFixed(0)} % more work`];
}

function refused(frame: (typeof FRAMES)[number], refusal: string): Figure {
  return { what: `${named(frame)}, per frame`, value: undefined, unit: 'ms', beside: [refusal] };
}

function named({ height, width }: (typeof FRAMES)[number]): string {
  return `${width}x${height}`;
}

export const cases: readonly BenchCase[] = networks.flatMap((network) =>
  network.sizes.map((size) => bench(network, size)),
);
