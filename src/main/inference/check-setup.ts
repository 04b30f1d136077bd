import type { Network, NetworkOptionName, NetworkOptions } from '../../networks/network.ts';
import { AcutanceError } from '../../shared/errors.ts';

export interface RequestedSetup {
  readonly network: Network;
  readonly size: string;
  readonly stages: number;
  readonly options?: NetworkOptions | undefined;
  readonly height: number;
  readonly width: number;
}

/**
 * Refuses what a network does not have.
 * @throws AcutanceError `usage`
 */
export function checkSetup({ network, size, stages, options = {}, height, width }: RequestedSetup): void {
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
  if (!Number.isInteger(height) || !Number.isInteger(width) || height < 1 || width < 1) {
    throw new AcutanceError('usage', `A frame cannot have ${width} x ${height} pixels.`);
  }
}
