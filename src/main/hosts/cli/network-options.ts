import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DeblurProvenance } from '../../../shared/deblurring.ts';
import { findNetwork } from '../../../networks/catalogue.ts';
import { findSettingsNetwork } from '../../render/recipe-network.ts';
import { DEFAULT_DEBLUR_SETTINGS } from '../../../shared/settings.ts';
import type {
  CutSetting,
  DeblurSettings,
  DeviceChoice,
  EnsembleCount,
  LayerCount,
} from '../../../shared/settings.ts';
import { formatCount } from './format.ts';

/** The options of the commands that run a network, as the parser hands them over. */
export interface NetworkOptions {
  readonly network: string;
  /** The network's own default where absent, as for the stages. */
  readonly size?: string;
  readonly stages?: number;
  readonly device: DeviceChoice;
  /** 0..1; absent where no frame is given out. */
  readonly strength?: number;
  readonly ensemble?: EnsembleCount;
  /** False with `--no-motion`. */
  readonly motion: boolean;
  readonly layers?: LayerCount;
  readonly cuts?: CutSetting;
  readonly weights?: string;
  readonly alignCorners?: boolean;
  readonly tile?: number;
}

/**
 * The settings that options come to, before anything is opened or looked for.
 * @throws AcutanceError `usage` for a size, a number of stages or an option that the network does not have.
 */
export function readNetworkOptions(options: NetworkOptions): DeblurSettings {
  const { network, device, strength, motion, ensemble, layers, cuts, weights, alignCorners, tile } = options;
  const defaults = findNetwork(network);
  const settings = {
    network,
    size: options.size ?? defaults?.defaultSize ?? DEFAULT_DEBLUR_SETTINGS.size,
    stages: options.stages ?? defaults?.stages.default ?? DEFAULT_DEBLUR_SETTINGS.stages,
    device,
    ...(strength === undefined ? {} : { strength }),
    ...(motion ? {} : { motion }),
    ...(ensemble === undefined ? {} : { ensemble }),
    ...(layers === undefined ? {} : { layers }),
    ...(cuts === undefined ? {} : { cuts }),
    weights: weights && locateWeights(weights),
    alignCorners,
    tile,
  };
  findSettingsNetwork(settings);
  return settings;
}

/** A file of that name, or one that is meant to be a path, comes before imported weights of that name. */
function locateWeights(text: string): string {
  return existsSync(text) || /[\\/.]/.test(text) ? resolve(text) : text;
}

/** One line for the summary: what computed the result. */
export function describeProvenance(deblur: DeblurProvenance): string {
  const device = deblur.deviceName === undefined ? deblur.device : `${deblur.device} (${deblur.deviceName})`;
  return `${deblur.network} ${deblur.size}, ${formatCount(deblur.stages, 'stage')}, on ${device}, weights ${deblur.weights}.`;
}
