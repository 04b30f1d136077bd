import { findNetwork, networks } from '../../networks/catalogue.ts';
import {
  findSize,
  type Network,
  type NetworkOptionName,
  type NetworkOptions,
  type NetworkSize,
} from '../../networks/network.ts';
import { AcutanceError } from '../../shared/errors.ts';
import type { DeblurSettings } from '../../shared/settings.ts';

/** Every option that some network has. */
const OPTION_NAMES = [
  ...new Set(networks.flatMap(({ options }) => Object.keys(options))),
] as readonly NetworkOptionName[];

/**
 * The network that settings name, and its size.
 *
 * @throws AcutanceError `usage` for a network, a size, a number of stages or an option that does not exist.
 */
export function findSettingsNetwork(
  settings: Pick<DeblurSettings, 'network' | 'size' | 'stages'> & NetworkOptions,
): {
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
  for (const name of OPTION_NAMES) {
    if (settings[name] !== undefined && network.options[name] === undefined) {
      throw new AcutanceError('usage', `${network.title} has no option "${name}".`, {
        hint: 'Leave it out, or choose another network.',
      });
    }
  }
  return { network, size };
}

/** The options that a network has, as settings have them: those at their default are left out. */
export function changedOptions(network: Network, settings: NetworkOptions): NetworkOptions {
  const entries = OPTION_NAMES.map((name) => [
    name,
    settings[name] === network.options[name] ? undefined : settings[name],
  ]);
  return Object.fromEntries(entries) as NetworkOptions;
}
