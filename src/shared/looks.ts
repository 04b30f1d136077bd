/** What can be seen of a network at work, as the papers' figures show it. */
export const LOOK_NAMES = [
  'flow',
  'mask',
  'prior',
  'volume',
  'offsets',
  'maxima',
  'gradient',
  'stage1',
] as const;
export type LookName = (typeof LOOK_NAMES)[number];

/** The frames that a look may concern, from the one that is restored. */
export const LOOK_PARTS = ['previous', 'middle', 'next'] as const;
export type LookPartName = (typeof LOOK_PARTS)[number];

/** When a network, as it is set, has something to look at. */
export interface LookCondition {
  /** Which stage it is seen in: the last one, or the second, which there must be. */
  readonly stage: 'last' | 'second';
  /** The value of an option with which there is no such thing. */
  readonly without?: { readonly option: string; readonly value: boolean | number } | undefined;
}

/**
 * Whether there is something to look at.
 *
 * @param settings - the number of stages, and options by their names.
 * @param defaults - of the network's options, for those that are not set.
 */
export function isLookOffered(
  { stage, without }: LookCondition,
  settings: { readonly stages: number },
  defaults: object,
): boolean {
  if (stage === 'second' && settings.stages < 2) return false;
  if (without === undefined) return true;
  const set = valueOf(settings, without.option) ?? valueOf(defaults, without.option);
  return set !== without.value;
}

function valueOf(record: object, name: string): unknown {
  return Object.entries(record).find(([key]) => key === name)?.[1];
}
