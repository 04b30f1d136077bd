/**
 * Whole numbers from a range, both ends included, in an order that a seed fixes for good: SplitMix32, whose numbers
 * outside the largest multiple of the range are drawn again so that all are equally likely.
 */
export function seededNumbers(
  seed: number,
  { from, to }: { readonly from: number; readonly to: number },
): () => number {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  const count = to - from + 1;
  const usable = 2 ** 32 - (2 ** 32 % count);
  return () => {
    let drawn = next();
    while (drawn >= usable) drawn = next();
    return from + (drawn % count);
  };
}
