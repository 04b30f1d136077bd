/**
 * Keeps a part of the change that a network made: `input + strength * (restored - input)`, value by value, in place of
 * `restored`. At 0 the result is the input to the last bit.
 *
 * @param strength - 0..1.
 */
export function applyStrength(restored: Float32Array, input: Float32Array, strength: number): void {
  if (restored.length !== input.length) {
    throw new RangeError(`${restored.length} values can't be mixed with ${input.length}.`);
  }
  if (strength === 1) return;
  for (let i = 0; i < restored.length; i++) {
    const before = input[i]!;
    restored[i] = before + strength * (restored[i]! - before);
  }
}
