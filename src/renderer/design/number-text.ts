export interface NumberLimits {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** Brings a value into its limits and onto a multiple of the step, without the dust of binary fractions. */
export function settle(value: number, { min, max, step }: NumberLimits): number {
  const stepped = Math.round(value / step) * step;
  const decimals = Math.max(0, -Math.floor(Math.log10(step)));
  return Math.min(max, Math.max(min, Number(stepped.toFixed(decimals))));
}

/**
 * Reads a number that a person wrote, with either decimal sign and with or without a unit behind it.
 * @returns the number settled into its limits, or undefined when there is none
 */
export function readNumber(text: string, limits: NumberLimits): number | undefined {
  const match = /^\s*([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+))\s*\D*$/.exec(text);
  if (!match?.[1]) return undefined;
  const value = Number(match[1].replace(',', '.'));
  return Number.isFinite(value) ? settle(value, limits) : undefined;
}
