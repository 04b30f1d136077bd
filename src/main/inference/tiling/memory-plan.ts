import type { Network, NetworkProgram, NetworkSetup, NetworkSize } from '../../../networks/network.ts';
import { AcutanceError } from '../../../shared/errors.ts';
import { elementCount } from '../../../shared/tensor.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { computedPixels, planTiles, planTilesOfSize, smallestTile } from './tile-plan.ts';
import type { TilePlan } from './tile-plan.ts';

export interface MemoryRequest {
  readonly network: Network;
  readonly size: NetworkSize;
  readonly setup: NetworkSetup;
  /** Padded frame size in pixels. */
  readonly height: number;
  readonly width: number;
  /** Bytes of the features of one frame. */
  readonly featureBytes: number;
  readonly budget: MemoryBudget;
  /** Clips that are restored by turns; 1 where absent. */
  readonly streams?: number | undefined;
  /** A tile size that was asked for; it is used even where larger tiles would fit. */
  readonly tile?: { readonly height: number; readonly width: number } | undefined;
}

export interface MemoryPlan {
  /** Of `reconstruct`. */
  readonly tiles: TilePlan;
  /**
   * Of all programs before it, whose results for a tile are not kept; absent where they take whole frames, of which they
   * compute the features once.
   */
  readonly alignmentTiles?: TilePlan | undefined;
  /** Whether there is room for every program to keep its memory between runs. */
  readonly keepMemory: boolean;
  /** Estimated peak of everything deblurring holds: weights, the window of frames, the running program (or all). */
  readonly peakBytes: number;
}

/** Channels of what one run of a stage holds beside its frames and `align`'s result: two flows, or three pictures. */
const WORKING_CHANNELS = { flow: 4, deformable: 9, none: 0 };

/**
 * Pixels around a cut in which tiles whose results depend on them are mixed: neighbours differ by fractions of an 8-bit
 * level, which shows as an edge in flat areas where one ends as the other begins.
 */
const BLEND = 64;

/** What may be used where there is so much and tiles would cost much time: margins may be wide. */
const GENEROUS_AIM = 4 * 2 ** 30;
/** Tiles that compute so many times the pixels of the frame cost much time. */
const COSTLY_TILES = 1.25;

/** Weights are held as given, and once more in the layout the kernels want. */
const WEIGHT_COPIES = 2;

/**
 * Chooses tiles so that the whole stays below the budget's aim, or at least its limit: those of `reconstruct`, and those of
 * alignment where it can have any and would take too much without.
 * @throws AcutanceError `out-of-memory` when not even the smallest tiles fit
 */
export function planMemory(request: MemoryRequest): MemoryPlan {
  const { network, size, budget, tile, height, width } = request;
  const alignment = network.alignmentTile?.(size);
  if (alignment === undefined) return planWholeFrames(request);
  const featureBytes = alignment.featureBytesPerPixel * height * width;
  const whole = { ...request, featureBytes };
  const aim = Math.min(Math.max(budget.wantedBytes, GENEROUS_AIM), budget.limitBytes);
  if (tile === undefined || (tile.height >= height && tile.width >= width)) {
    const plan = planWholeFrames({ ...whole, budget: { ...budget, limitBytes: Infinity } });
    if (plan.peakBytes <= aim) return plan;
  }
  return planAlignmentTiles(whole, alignment.margin, aim);
}

/** Tiles of alignment take all memory up to `aim`, those of `reconstruct` no more than they. */
function planAlignmentTiles(request: MemoryRequest, margin: number, aim: number): MemoryPlan {
  const { network, size, setup, height, width, budget, streams = 1, tile } = request;
  const pixels = height * width;
  const { alignedChannels, alignment } = network;
  const held =
    weightBytes(request) +
    streams * (frameBytes({ ...request, featureBytes: 0 }) + 4 * alignedChannels * pixels);
  const perPixel = (program: NetworkProgram) => network.bytesPerPixel(program, size);
  const programs = network.programs(setup).filter((program) => program !== 'reconstruct');
  // Beside the running program: the features of the centre and of a neighbour, three frames, what is made of them.
  const buffers =
    streams * ((2 * request.featureBytes) / pixels + 4 * (9 + alignedChannels + WORKING_CHANNELS[alignment]));
  const tileBytes = buffers + Math.max(...programs.map(perPixel));
  const shape = { height, width, multiple: network.frameMultiple(size), margin };
  const restoring = { ...shape, margin: network.reconstructionMargin(size) };
  const smallest = smallestTile(shape);
  const smallestRestored = smallestTile(restoring);
  const leastRestored = smallestRestored.height * smallestRestored.width * perPixel('reconstruct');
  const least = held + Math.max(smallest.height * smallest.width * tileBytes, leastRestored);
  if (least > budget.limitBytes) throw tooLarge(request, least);
  const plan = (wanted: typeof restoring, bytes: number, room: number) =>
    tile === undefined
      ? (planTiles({ ...wanted, maxPixels: room / bytes }) ?? planTilesOfSize(wanted, smallestTile(wanted)))
      : planTilesOfSize(wanted, tile);
  const room = Math.max(0, aim - held);
  const alignmentTiles = plan(shape, tileBytes, room);
  const alignedPixels = alignmentTiles.height * alignmentTiles.width;
  const tiles = plan(
    restoring,
    perPixel('reconstruct'),
    Math.max(room - alignedPixels * buffers, leastRestored),
  );
  const restoredBytes = tiles.height * tiles.width * perPixel('reconstruct');
  const peakBytes = held + Math.max(alignedPixels * tileBytes, alignedPixels * buffers + restoredBytes);
  return { tiles, alignmentTiles, keepMemory: false, peakBytes };
}

/** The last one is half of what there is, where that is known. */
function generousAims({ limitBytes }: MemoryBudget): number[] {
  const half = limitBytes / 2;
  return Number.isFinite(half) && half > GENEROUS_AIM ? [GENEROUS_AIM, half] : [GENEROUS_AIM];
}

function weightBytes({ network, size, setup }: MemoryRequest): number {
  const parameters = network.parameters(size, setup.options);
  return 4 * WEIGHT_COPIES * parameters.reduce((sum, { dims }) => sum + elementCount(dims), 0);
}

/** With alignment of whole frames. @throws AcutanceError as `planMemory` */
function planWholeFrames(request: MemoryRequest): MemoryPlan {
  const { network, size, setup, height, width, budget } = request;
  const pixels = height * width;
  const perPixel = (program: NetworkProgram) => network.bytesPerPixel(program, size);
  const { streams = 1 } = request;
  const held = weightBytes(request) + streams * (frameBytes(request) + stageBytes(request));
  // Programs that need the whole frame: motion has no bounds.
  const untiled = network
    .programs(setup)
    .filter((program) => program !== 'reconstruct')
    .map((program) => pixels * perPixel(program));
  const whole = Math.max(0, ...untiled);

  const matching = network.matchingTile?.(size);
  const shape = {
    height,
    width,
    multiple: network.frameMultiple(size),
    margin: network.reconstructionMargin(size),
    minimum: matching?.least,
    blend: matching === undefined ? 0 : BLEND,
  };
  const tileBytes = perPixel('reconstruct');
  const smallest = smallestTile(shape);
  const least = held + Math.max(whole, smallest.height * smallest.width * tileBytes);
  if (least > budget.limitBytes) throw tooLarge(request, least);

  // Programs run one after another, so tiles may use what the untiled ones need anyway. Where a result depends on the
  // tiles, only what can be had at all may decide about them.
  const wanted = Math.max(budget.wantedBytes - held, whole);
  const planned = (bytes: number): TilePlan => {
    const room = Math.min(matching === undefined ? bytes : Infinity, budget.limitBytes - held) / tileBytes;
    const maxPixels = Math.min(room, matching?.pixels ?? Infinity);
    return planTiles({ ...shape, maxPixels }) ?? planTilesOfSize(shape, smallest);
  };
  let tiles = request.tile === undefined ? planned(wanted) : planTilesOfSize(shape, request.tile);
  for (const aim of request.tile === undefined ? generousAims(budget) : []) {
    if (computedPixels(tiles) <= COSTLY_TILES * pixels) break;
    tiles = planned(Math.max(wanted, aim - held));
  }
  const tileTotal = tiles.height * tiles.width * tileBytes;
  const keeping = held + untiled.reduce((sum, bytes) => sum + bytes, tileTotal);
  const keepMemory = keeping <= budget.wantedBytes;
  return { tiles, keepMemory, peakBytes: keepMemory ? keeping : held + Math.max(whole, tileTotal) };
}

/** Bytes that one run of a stage holds beside its frames. */
function stageBytes({ network, height, width, featureBytes }: MemoryRequest): number {
  const { alignedChannels, alignment } = network;
  const images = 4 * (alignedChannels + WORKING_CHANNELS[alignment]) * height * width;
  // Features of the centre are as large as those of a neighbour.
  return alignment === 'deformable' ? images + featureBytes : images;
}

/** Bytes of the frames and results that a schedule holds. */
function frameBytes({ network, setup, height, width, featureBytes }: MemoryRequest): number {
  const pixelBytes = 12 * height * width;
  // Two outputs of every stage wait for their successor, and one more is being made.
  if (network.schedule === 'cascade') return (2 * setup.stages + 2) * (pixelBytes + featureBytes);
  // A frame and its result, and three results with features that make one more.
  if (network.schedule === 'refined') return 6 * pixelBytes + 3 * featureBytes;
  // Three frames, two of them with features, the previous result and the next one.
  return 5 * pixelBytes + 2 * featureBytes;
}

function tooLarge({ network, size, height, width, budget }: MemoryRequest, least: number): AcutanceError {
  return new AcutanceError(
    'out-of-memory',
    `Deblurring ${width}x${height} frames with ${network.title} (${size}) needs about ${gigabytes(least)}, ` +
      `but only ${gigabytes(budget.limitBytes)} can be used.`,
    { hint: 'Close other programs, choose the size "lite", or scale the clip down.' },
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GB`;
}
