import { arvo } from './archs/arvo/arvo.ts';
import { cdvdTsp } from './archs/cdvd-tsp/cdvd-tsp.ts';
import { erdn } from './archs/erdn/erdn.ts';
import { mlfa } from './archs/mlfa/mlfa.ts';
import { pvdNet } from './archs/pvdnet/pvdnet.ts';
import type { Network } from './network.ts';

/** Every network that Acutance runs. */
export const networks: readonly Network[] = [cdvdTsp, pvdNet, erdn, arvo, mlfa];

export function findNetwork(id: string): Network | undefined {
  return networks.find((network) => network.id === id);
}
