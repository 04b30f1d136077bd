import type { Look as NetworkLook } from '../../networks/looks.ts';
import type { Network, NetworkOption } from '../../shared/api/catalogue.ts';
import type { ClipDeblurSettings } from '../../shared/api/clip.ts';
import type { Look } from '../../shared/api/look.ts';
import { LAYER_COUNTS } from '../../shared/settings.ts';
import type { WeightStore } from '../inference/weights/weight-store.ts';

/** What can be chosen. Loaded on demand: a start need not wait for the code of all networks. */
export interface NetworksAndWeights {
  list(): Promise<Network[]>;
  /**
   * The same settings with weights named by their hash. The command line takes any file for weights; a page may only
   * name those that were imported, so that it can't have other files read.
   *
   * @throws AcutanceError `weights-missing`, or `usage` where a name stands for several and for a network, a size, a
   *   number of stages or an option that does not exist.
   */
  settle(deblur: ClipDeblurSettings): Promise<ClipDeblurSettings>;
}

/** The weights shipped with this program, and those imported by its user. */
export async function installedWeights(): Promise<WeightStore> {
  const { openInstalledWeights } = await import('../render/installed-weights.ts');
  return openInstalledWeights();
}

/** The numbers that options can be set to; the others are switches. */
const OPTION_VALUES: Readonly<Record<string, readonly number[]>> = { layers: LAYER_COUNTS };

/** The networks of this program, and their weights. */
export const installedNetworks: NetworksAndWeights = {
  list: async () => {
    const [{ networks }, { describeWeights }, store] = await Promise.all([
      import('../../networks/catalogue.ts'),
      import('../render/describe-weights.ts'),
      installedWeights(),
    ]);
    const { weights: listed } = await store.list();
    // Shipped weights may have been imported once more.
    const weights = listed.filter(
      ({ sha256 }, index) => listed.findIndex((other) => other.sha256 === sha256) === index,
    );
    return networks.map(({ id, title, stages, options, looks, defaultSize, sizes }) => ({
      id,
      title,
      stages,
      options: describeOptions(options),
      looks: (looks ?? []).map(describeLook),
      defaultSize,
      sizes: sizes.map((size) => ({
        size,
        weights: weights
          .filter((record) => record.network === id && record.size === size)
          .map(describeWeights),
      })),
    }));
  },
  settle: async (deblur) => {
    const { findSettingsNetwork } = await import('../render/recipe-network.ts');
    findSettingsNetwork(deblur);
    if (deblur.weights === undefined) return deblur;
    const { sha256 } = await (await installedWeights()).find(deblur);
    return { ...deblur, weights: sha256 };
  },
};

/** A look as a page offers it. */
function describeLook({ name, title, stage, without, parts }: NetworkLook): Look {
  return {
    ...{ name, title, stage },
    ...(without === undefined ? {} : { without }),
    parts: parts.map(({ label }) => label),
  };
}

/** The options of a network as a page offers them. @param defaults the value of each, by its name */
export function describeOptions(defaults: object): NetworkOption[] {
  return Object.entries(defaults).flatMap(([name, value]: [string, unknown]): NetworkOption[] => {
    if (typeof value === 'boolean') return [{ kind: 'flag', name, default: value }];
    const values = OPTION_VALUES[name];
    if (typeof value !== 'number' || !values) return [];
    return [{ kind: 'choice', name, values: [...values], default: value }];
  });
}
