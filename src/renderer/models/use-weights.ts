import type { WeightsFinding } from '../../shared/api/weights.ts';
import { settingsOfNetwork } from '../inspector/deblur-choices.ts';
import type { Workspace } from '../state/workspace.svelte.ts';

/** Chooses imported weights for the clip on the screen, with the network and size that they are for. */
export function useWeights(
  { networks, clip }: Workspace,
  { network, size, weights: { hash, options } }: Extract<WeightsFinding, { result: 'imported' }>,
): void {
  const chosen = networks.find(({ id }) => id === network);
  if (!chosen || !clip) return;
  const before = networks.find(({ id }) => id === clip.deblur.network);
  const [usual] = chosen.sizes.find((candidate) => candidate.size === size)?.weights ?? [];
  const weights = usual?.hash === hash ? undefined : hash;
  clip.changeDeblur({ ...settingsOfNetwork(chosen, clip.deblur, before), ...options, size, weights });
}
