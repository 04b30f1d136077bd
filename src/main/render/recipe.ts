import { createHash } from 'node:crypto';
import type { DeviceReport } from '../../shared/devices.ts';
import { AcutanceError } from '../../shared/errors.ts';
import type { DeblurSettings } from '../../shared/settings.ts';
import type { DeviceChoice, DeviceId, Runtime } from '../inference/runtime.ts';
import { describeVariant, variantOf, type VariedNetwork } from '../inference/weights/weight-variants.ts';
import type { WeightRequest, WeightStore } from '../inference/weights/weight-store.ts';
import type { WeightRecord } from '../inference/weights/weight-record.ts';
import type { FramesAround } from './clip-frames.ts';

/** To be raised whenever the same settings give other pixels than before. */
const RENDER_VERSION = 2;

/** Settings with nothing left open, and what identifies the pixels that they make of a clip. */
export interface ResolvedRecipe {
  /** 32 hexadecimal digits: the same for everything that gives the same pixels at full strength. */
  readonly id: string;
  /** The same for recipes that differ in nothing but the cuts. */
  readonly family: string;
  /** Frames around each frame that its result depends on, as far as the shot has them. */
  readonly context: FramesAround;
  /** With a device by its name and weights by their id; strength as it was. */
  readonly settings: DeblurSettings;
  readonly device: DeviceId;
  readonly weights: WeightRecord;
}

export interface RecipeServices {
  readonly weights: () => Promise<WeightStore>;
  /** What a look at every device says; asked for only where it matters. */
  readonly devices: () => Promise<readonly DeviceReport[]>;
}

/** Finds out what settings come to on this machine now. */
export class RecipeResolver {
  readonly #services: RecipeServices;

  constructor(services: RecipeServices) {
    this.#services = services;
  }

  /**
   * @throws AcutanceError `usage` for a network, size, number of stages or option that does not exist;
   *   `weights-missing`, `weights-mismatch`; `device-unavailable`.
   */
  async resolve(deblur: DeblurSettings): Promise<ResolvedRecipe> {
    // It knows every network, which the application's start should not wait for.
    const { changedOptions, effectiveCuts, findSettingsNetwork } = await import('./recipe-network.ts');
    const { network, size } = findSettingsNetwork(deblur);
    const weights = await this.#findWeights({ ...deblur, network: network.id, size }, network);
    const device = await this.#findDevice(deblur.device);
    const alignCorners = deblur.alignCorners ?? weights.alignCorners;
    const settings = {
      ...deblur,
      ...changedOptions(network, deblur),
      ensemble: deblur.ensemble === 1 ? undefined : deblur.ensemble,
      cuts: effectiveCuts(network, deblur),
      network: network.id,
      ...{ size, device, weights: weights.id, alignCorners },
    };
    const family = recipeId({ ...settings, cuts: undefined }, weights.sha256);
    const context = network.context({ stages: deblur.stages, options: network.options });
    return { id: recipeId(settings, weights.sha256), family, context, settings, device, weights };
  }

  /** Listed weights only: a path from a page would let it look into any file. */
  async #findWeights(request: WeightRequest, network: VariedNetwork): Promise<WeightRecord> {
    const store = await this.#services.weights();
    const record = await store.find(request);
    const [found, wanted] = [record, { ...request, options: variantOf(network, request) }].map(
      describeVariant,
    );
    if (found === wanted) return record;
    throw new AcutanceError(
      'weights-mismatch',
      `The weights "${record.name}" are for ${found}, not for ${wanted}.`,
      { hint: 'Choose other weights, or the network and size that these are for.' },
    );
  }

  async #findDevice(choice: DeviceChoice): Promise<DeviceId> {
    // The processor can always be used, and looking at the other devices takes seconds.
    if (choice === 'cpu') return 'cpu';
    const { chooseDevice } = await import('../inference/devices/device-choice.ts');
    return (await chooseDevice(reportedDevices(await this.#services.devices()), choice)).device;
  }
}

/** A runtime as far as choosing a device is concerned, out of what the engine said about the devices. */
function reportedDevices(reports: readonly DeviceReport[]): Runtime {
  const known = reports.map((report) => ({ ...report, device: report.device as DeviceId }));
  return {
    id: 'reported',
    devices: () => Promise.resolve(known),
    device: (device) => {
      const missing = {
        device,
        name: undefined,
        usable: false,
        software: false,
        reason: 'it is not known here',
      };
      return Promise.resolve(known.find((report) => report.device === device) ?? missing);
    },
    createSession: () => Promise.reject(new Error('Networks run in the engine.')),
  };
}

function recipeId(settings: DeblurSettings, weightsHash: string): string {
  const entries = Object.entries({ ...settings, strength: undefined, weights: undefined })
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const content = JSON.stringify([RENDER_VERSION, weightsHash, entries]);
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}
