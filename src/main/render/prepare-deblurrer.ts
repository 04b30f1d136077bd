import type { Look } from '../../networks/looks.ts';
import type { DeblurProvenance } from '../../shared/deblurring.ts';
import type { DeblurSettings } from '../../shared/settings.ts';
import { createDeblurrer, type Deblurrer } from '../inference/deblurrer.ts';
import { chooseDevice } from '../inference/devices/device-choice.ts';
import type { Runtime } from '../inference/runtime.ts';
import { parameterSource } from '../inference/weights/parameter-source.ts';
import type { WeightStore } from '../inference/weights/weight-store.ts';
import { findSettingsNetwork } from './recipe-network.ts';

export interface FrameSize {
  readonly height: number;
  readonly width: number;
}

export interface PreparedDeblurrer {
  readonly deblurrer: Deblurrer;
  readonly provenance: DeblurProvenance;
  /** Frames before and after each frame that its result depends on. */
  readonly context: { readonly before: number; readonly after: number };
}

/**
 * Turns a user's settings into a network that is loaded for one frame size.
 *
 * @throws AcutanceError `usage`, the `weights-` codes, `device-unavailable`, `out-of-memory`, `inference-failed`.
 */
export async function prepareDeblurrer(
  settings: DeblurSettings,
  frame: FrameSize,
  services: { readonly runtime: Runtime; readonly weights: WeightStore },
  signal: AbortSignal,
  looks?: readonly Look[],
): Promise<PreparedDeblurrer> {
  const { stages, tile } = settings;
  const { network, size } = findSettingsNetwork(settings);
  const { runtime } = services;
  const chosen = await chooseDevice(runtime, settings.device);
  signal.throwIfAborted();
  const weights = await services.weights.resolve({ ...settings, network: network.id, size });
  const deblurrer = await createDeblurrer({
    runtime,
    network,
    size,
    stages,
    options: { motion: settings.motion, layers: settings.layers },
    ensemble: settings.ensemble,
    weights: {
      parameters: parameterSource(weights.parameters),
      alignCorners: settings.alignCorners ?? weights.alignCorners,
    },
    device: chosen.device,
    ...frame,
    tile: tile === undefined ? undefined : { height: tile, width: tile },
    looks,
    signal,
  });
  const provenance = {
    network: network.id,
    size,
    stages,
    device: chosen.device,
    deviceName: chosen.name,
    weights: weights.name,
    weightsHash: weights.sha256,
  };
  return {
    deblurrer,
    provenance,
    context: network.context({ stages, options: { ...network.options, motion: settings.motion } }),
  };
}
