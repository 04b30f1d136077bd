import type { Network } from '../../shared/api/catalogue.ts';

/** Every network with what can be chosen for it. Loaded on demand: a start need not wait for all networks. */
export async function listNetworks(): Promise<Network[]> {
  const [{ networks }, { openInstalledWeights }] = await Promise.all([
    import('../../networks/catalogue.ts'),
    import('../render/installed-weights.ts'),
  ]);
  const { weights } = await openInstalledWeights().list();
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
}
