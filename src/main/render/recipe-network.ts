import { findNetwork, networks } from '../../networks/catalogue.ts';
import {
  findSize,
  type Network,
  type NetworkOptionName,
  type NetworkOptions,
  type NetworkSize,
} from '../../networks/network.ts';
import { AcutanceError } from '../../shared/errors.ts';
import type { CutSetting, DeblurSettings } from '../../shared/settings.ts';
import { compareTimes } from '../../shared/time.ts';

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

/** Cuts as far as they matter: undefined where they are looked for, or where frames are restored one by one. */
export function effectiveCuts(network: Network, settings: DeblurSettings): CutSetting | undefined {
  const { cuts = 'detect', stages } = settings;
  const { before, after } = network.context({ stages, options: network.options });
  if (cuts === 'detect' || before + after === 0) return undefined;
  if (cuts === 'none' || cuts.length === 0) return 'none';
  // Frame 0 begins the clip anyway.
  const numbers = cuts.filter((place): place is number => typeof place === 'number' && place > 0);
  const times = cuts.filter((place) => typeof place !== 'number');
  const distinct = new Map(times.map((time) => [`${time.numerator}/${time.denominator}`, time]));
  return [...[...new Set(numbers)].sort((a, b) => a - b), ...[...distinct.values()].sort(compareTimes)];
}
