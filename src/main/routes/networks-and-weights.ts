import type { Network } from '../../shared/api/catalogue.ts';
import type { ClipDeblurSettings } from '../../shared/api/clip.ts';
import type { WeightStore } from '../inference/weights/weight-store.ts';

/** What can be chosen. Loaded on demand: a start need not wait for the code of all networks. */
export interface NetworksAndWeights {
  list(): Promise<Network[]>;
  /**
   * The same settings with weights named by their hash. The command line takes any file for weights; a page may only
   * name those that were imported, so that it can't have other files read.
   *
   * @throws AcutanceError `weights-missing`, or `usage` where a name stands for several.
   */
  settle(deblur: ClipDeblurSettings): Promise<ClipDeblurSettings>;
}

/** The weights shipped with this program, and those imported by its user. */
export async function installedWeights(): Promise<WeightStore> {
  const { openInstalledWeights } = await import('../render/installed-weights.ts');
  return openInstalledWeights();
}

/** The networks of this program, and their weights. */
export const installedNetworks: NetworksAndWeights = {
  list: async () => {
    const [{ networks }, store] = await Promise.all([
      import('../../networks/catalogue.ts'),
      installedWeights(),
    ]);
    const { weights } = await store.list();
    return networks.map(({ id, title, stages, sizes }) => ({
      id,
      title,
      stages,
      sizes: sizes.map((size) => ({
        size,
        weights: weights
          .filter((record) => record.network === id && record.size === size)
          .map(({ name, sha256, licence }) => ({
            name,
            hash: sha256,
            ...(licence === undefined ? {} : { licence }),
          })),
      })),
    }));
  },
  settle: async (deblur) => {
    if (deblur.weights === undefined) return deblur;
    const { sha256 } = await (await installedWeights()).find(deblur);
    return { ...deblur, weights: sha256 };
  },
};
