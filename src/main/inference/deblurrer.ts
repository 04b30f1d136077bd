import type { Network, NetworkOptions, NetworkSize } from '../../networks/network.ts';
import type { Look } from '../../networks/looks.ts';
import type { EnsembleCount } from '../../shared/settings.ts';
import { checkSetup } from './check-setup.ts';
import type { Deblurrer } from './deblurrer-types.ts';
import { ReflectionPadding } from './frames/reflection-padding.ts';
import { NetworkDeblurrer } from './network-deblurrer.ts';
import { NetworkPrograms } from './network-programs.ts';
import type { NetworkWeights } from './network-programs.ts';
import type { DeviceId, Runtime, SessionOptions } from './runtime.ts';
import { SelfEnsemble } from './self-ensemble.ts';
import { availableMemoryBytes, memoryBudget, type MemoryBudget } from './tiling/memory-budget.ts';
import { planMemory } from './tiling/memory-plan.ts';

export type { Deblurrer, DeblurStatistics, ProcessOptions } from './deblurrer-types.ts';

export interface DeblurrerOptions {
  readonly runtime: Runtime;
  readonly network: Network;
  readonly size: NetworkSize;
  readonly stages: number;
  /** Options of this network; those not given have its defaults. */
  readonly options?: NetworkOptions | undefined;
  /** Mirrored and turned copies of every frame that the result is the mean of; 1 where absent. */
  readonly ensemble?: EnsembleCount | undefined;
  readonly weights: NetworkWeights;
  /** As settled by `chooseDevice`. */
  readonly device: DeviceId;
  /** Frame size in pixels; any size from 1 x 1. */
  readonly height: number;
  readonly width: number;
  /** Upper limit for everything deblurring holds; from the memory that is free when absent. */
  readonly memoryBudgetBytes?: number | undefined;
  /** Largest tile; chosen from the memory budget when absent. */
  readonly tile?: { readonly height: number; readonly width: number } | undefined;
  readonly sessionOptions?: SessionOptions | undefined;
  /** What is to be seen of the network's inside, by way of `onRun`. */
  readonly looks?: readonly Look[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Loads a network's graphs for one frame size.
 * @throws AcutanceError `usage` (size, stages, options, frame size), `out-of-memory`, `device-unavailable`,
 *   `inference-failed`
 */
export async function createDeblurrer(options: DeblurrerOptions): Promise<Deblurrer> {
  checkSetup(options);
  const { ensemble = 1, height, width } = options;
  const budget = memoryBudget(options.device, availableMemoryBytes(), options.memoryBudgetBytes);
  if (ensemble === 1) return loadDeblurrer(options, { budget, streams: 1 });
  // Frames that lie on their side are of another size: they need graphs of their own, and share the memory.
  const share = ensemble === 8 ? halved(budget) : budget;
  const upright = await loadDeblurrer(options, { budget: share, streams: 4 });
  try {
    const turned = { ...options, height: width, width: height };
    const sideways = ensemble === 8 ? await loadDeblurrer(turned, { budget: share, streams: 4 }) : undefined;
    return new SelfEnsemble({ upright, sideways, height, width });
  } catch (thrown) {
    await upright.dispose();
    throw thrown;
  }
}

function halved({ wantedBytes, limitBytes }: MemoryBudget): MemoryBudget {
  return { wantedBytes: wantedBytes / 2, limitBytes: limitBytes / 2 };
}

/** The options that have a value. */
function given(options: NetworkOptions = {}): NetworkOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** What a set of graphs may use, and how many clips go through it at once. */
interface Load {
  readonly budget: MemoryBudget;
  readonly streams: number;
}

async function loadDeblurrer(
  options: DeblurrerOptions,
  { budget, streams }: Load,
): Promise<NetworkDeblurrer> {
  const { network, size, stages, signal } = options;
  const setup = { stages, options: { ...network.options, ...given(options.options) } };
  const padding = new ReflectionPadding(options.height, options.width, {
    multiple: network.frameMultiple(size),
    minimum: network.frameMinimum(size),
  });
  const { paddedHeight: height, paddedWidth: width } = padding;
  const programs = new NetworkPrograms({ ...options, options: setup.options });
  try {
    const request = { network, size, setup, height, width, budget, streams, tile: options.tile };
    // Frames far too large are refused before anything is loaded for them.
    let plan = planMemory({ ...request, featureBytes: 0 });
    for (const program of network.programs(setup)) {
      const { tiles, alignmentTiles = { height, width }, keepMemory } = plan;
      const shape = program === 'reconstruct' ? tiles : alignmentTiles;
      await programs.load(program, { height: shape.height, width: shape.width, keepMemory }, signal);
      if (program === 'features' && network.alignmentTile === undefined)
        plan = planMemory({ ...request, featureBytes: programs.outputBytes('features') });
    }
    return new NetworkDeblurrer(network, setup, padding, programs, plan);
  } catch (thrown) {
    await programs.dispose();
    throw thrown;
  }
}
