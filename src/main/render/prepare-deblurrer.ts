import { findNetwork, networks } from '../../networks/catalogue.ts';
import type { DeblurProvenance } from '../../shared/engine-protocol.ts';
import { AcutanceError } from '../../shared/errors.ts';
import type { DeblurSettings } from '../../shared/settings.ts';
import { createDeblurrer, type Deblurrer } from '../inference/deblurrer.ts';
import { chooseDevice } from '../inference/devices/device-choice.ts';
import { parameterSource } from '../inference/weights/parameter-source.ts';
import { OnnxRuntimeRuntime } from '../inference/onnxruntime-runtime.ts';
import type { JobContext } from './engine-server.ts';
import { openInstalledWeights } from './installed-weights.ts';

export interface PreparedDeblurrer {
  readonly deblurrer: Deblurrer;
  readonly provenance: DeblurProvenance;
}

/**
 * Turns a user's settings into a network that is loaded for one frame size.
 *
 * @throws AcutanceError `usage`, the `weights-` codes, `device-unavailable`, `out-of-memory`, `inference-failed`.
 */
export async function prepareDeblurrer(
  settings: DeblurSettings,
  frame: { readonly height: number; readonly width: number },
  { signal }: JobContext,
): Promise<PreparedDeblurrer> {
  const { stages, tile } = settings;
  const network = findNetwork(settings.network);
  if (!network) {
    throw new AcutanceError('usage', `There is no network "${settings.network}".`, {
      hint: `Choose one of ${networks.map(({ id }) => id).join(', ')}.`,
    });
  }
  const size = network.sizes.find((each) => each === settings.size);
  if (!size) {
    throw new AcutanceError('usage', `${network.title} has no size "${settings.size}".`, {
      hint: `Choose one of ${network.sizes.join(', ')}.`,
    });
  }
  const runtime = new OnnxRuntimeRuntime();
  const chosen = await chooseDevice(runtime, settings.device);
  signal.throwIfAborted();
  const weights = await openInstalledWeights().resolve({
    network: network.id,
    size,
    weights: settings.weights,
  });
  const deblurrer = await createDeblurrer({
    runtime,
    network,
    size,
    stages,
    weights: {
      parameters: parameterSource(weights.parameters),
      alignCorners: settings.alignCorners ?? weights.alignCorners,
    },
    device: chosen.device,
    ...frame,
    tile: tile === undefined ? undefined : { height: tile, width: tile },
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
  return { deblurrer, provenance };
}
