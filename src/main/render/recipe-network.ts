import { findNetwork, networks } from '../../networks/catalogue.ts';
import { findSize, type Network, type NetworkSize } from '../../networks/network.ts';
import { AcutanceError } from '../../shared/errors.ts';
import type { DeblurSettings } from '../../shared/settings.ts';

/**
 * The network that settings name, and its size.
 *
 * @throws AcutanceError `usage` for a network, a size or a number of stages that does not exist.
 */
export function findSettingsNetwork(settings: Pick<DeblurSettings, 'network' | 'size' | 'stages'>): {
  readonly network: Network;
  readonly size: NetworkSize;
} {
  const network = findNetwork(settings.network);
  if (!network) {
    throw new AcutanceError('usage', `There is no network "${settings.network}".`, {
      hint: `Choose one of ${networks.map(({ id }) => id).join(', ')}.`,
    });
  }
  const size = findSize(network, settings.size);
  if (!size) {
    throw new AcutanceError('usage', `${network.title} has no size "${settings.size}".`, {
      hint: `Choose one of ${network.sizes.join(', ')}.`,
    });
  }
  const { stages } = settings;
  const { min, max } = network.stages;
  if (!Number.isInteger(stages) || stages < min || stages > max) {
    const range = min === max ? `${min} stage` : `${min} to ${max} stages`;
    throw new AcutanceError('usage', `${network.title} runs with ${range}, not ${stages}.`, {
      hint: `The usual number is ${network.stages.default}.`,
    });
  }
  return { network, size };
}
