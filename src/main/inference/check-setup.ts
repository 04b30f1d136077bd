import type { Network, NetworkOptionName, NetworkOptions } from '../../networks/network.ts';
import { AcutanceError } from '../../shared/errors.ts';
import { ENSEMBLE_COUNTS, LAYER_COUNTS } from '../../shared/settings.ts';

export interface RequestedSetup {
  readonly network: Network;
  readonly size: string;
  readonly stages: number;
  readonly options?: NetworkOptions | undefined;
  readonly ensemble?: number | undefined;
  readonly height: number;
  readonly width: number;
}

/**
 * Refuses what a network does not have.
 * @throws AcutanceError `usage`
 */
export function checkSetup({
  network,
  size,
  stages,
  options = {},
  ensemble = 1,
  height,
  width,
}: RequestedSetup): void {
  const { min, max } = network.stages;
  if (!Number.isInteger(stages) || stages < min || stages > max) {
    const range = min === max ? `${min} stage` : `${min} to ${max} stages`;
    throw new AcutanceError('usage', `${network.title} runs with ${range}, not ${stages}.`, {
      hint: `Use --stages ${network.stages.default}.`,
    });
  }
  if (!network.sizes.some((each) => each === size)) {
    throw new AcutanceError('usage', `${network.title} has no size "${size}".`, {
      hint: `Choose one of ${network.sizes.join(', ')}.`,
    });
  }
  for (const [name, value] of Object.entries(options) as [NetworkOptionName, unknown][]) {
    if (value !== undefined && network.options[name] === undefined) {
      throw new AcutanceError('usage', `${network.title} has no option "${name}".`, {
        hint: `Leave it out, or choose another network.`,
      });
    }
  }
  const { layers } = options;
  if (layers !== undefined && !LAYER_COUNTS.some((count) => count === layers)) {
    throw new AcutanceError(
      'usage',
      `${network.title} has ${LAYER_COUNTS.join(', ')} layers, not ${String(layers)}.`,
      {
        hint: `Use --layers ${String(network.options.layers)}.`,
      },
    );
  }
  if (!ENSEMBLE_COUNTS.some((count) => count === ensemble)) {
    throw new AcutanceError('usage', `A self-ensemble has 1, 4 or 8 members, not ${ensemble}.`, {
      hint: 'More members take out more blur, and that much more time.',
    });
  }
  if (!Number.isInteger(height) || !Number.isInteger(width) || height < 1 || width < 1) {
    throw new AcutanceError('usage', `A frame cannot have ${width} x ${height} pixels.`);
  }
}
