import type { HandlersOf } from './mount.ts';
import type { Services } from './services.ts';

/** What can be chosen. */
export function catalogueRoutes({ render, networks }: Services): HandlersOf<'devices' | 'networks'> {
  return {
    devices: () => render.devices(),
    networks: () => networks.list(),
  };
}
