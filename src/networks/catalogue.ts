import { cdvdTsp } from './archs/cdvd-tsp/cdvd-tsp.ts';
import type { CascadeNetwork } from './network.ts';

/** Every network that Acutance runs. */
export const networks: readonly CascadeNetwork[] = [cdvdTsp];

export function findNetwork(id: string): CascadeNetwork | undefined {
  return networks.find((network) => network.id === id);
}
