/** IEEE 754 binary16 as a number: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits. */
export function widenHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The bits of the binary16 nearest to `value`, halves to even; beyond 65520 it is infinite. */
export function roundToHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) return sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | roundHalfToEven(magnitude * 2 ** 24);
  let exponent = Math.floor(Math.log2(magnitude));
  // log2 may round up to the next power just below it.
  if (2 ** exponent > magnitude) exponent -= 1;
  const fraction = roundHalfToEven((magnitude / 2 ** exponent - 1) * 1024);
  // A fraction of 1024 carries into the exponent, as it should.
  return sign | (((exponent + 15) << 10) + fraction);
}
