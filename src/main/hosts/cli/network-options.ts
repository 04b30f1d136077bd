import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DeblurProvenance } from '../../../shared/engine-protocol.ts';
import type { DeblurSettings, DeviceChoice } from '../../../shared/settings.ts';
import { formatCount } from './format.ts';

/** The options that `deblur` and `infer` share, as the parser hands them over. */
export interface NetworkOptions {
  readonly network: string;
  readonly size: string;
  readonly stages: number;
  readonly device: DeviceChoice;
  readonly weights?: string;
  readonly alignCorners?: boolean;
  readonly tile?: number;
}

export function readNetworkOptions(options: NetworkOptions): DeblurSettings {
  const { network, size, stages, device, weights, alignCorners, tile } = options;
  return { network, size, stages, device, weights: weights && locateWeights(weights), alignCorners, tile };
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
