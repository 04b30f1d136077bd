import { AcutanceError } from '../../../shared/errors.ts';

/** Half a level of 8 bits: an output that never reaches it is written as black. */
const BLACK = 0.5 / 255;

/** An input with a mean below one 8-bit level may rightly give a black output (fades, pauses). */
const NOT_BLACK = 1 / 255;

/**
 * @param where what the values are, for the message ("frame 12")
 * @throws AcutanceError `output-not-finite` when a value is NaN or infinite
 */
export function checkFinite(values: Float32Array, where: string): void {
  // A sum of 8 products with zero is zero unless one factor is not finite; testing eight at once is four times faster.
  const bulk = values.length & ~7;
  for (let i = 0; i < bulk; i += 8) {
    const zero =
      values[i]! * 0 +
      values[i + 1]! * 0 +
      values[i + 2]! * 0 +
      values[i + 3]! * 0 +
      values[i + 4]! * 0 +
      values[i + 5]! * 0 +
      values[i + 6]! * 0 +
      values[i + 7]! * 0;
    if (zero !== 0) throw notFinite(where);
  }
  for (let i = bulk; i < values.length; i++) if (values[i]! * 0 !== 0) throw notFinite(where);
}

/** Whether a frame (values from 0) is dark enough that a black result is no surprise. */
export function isNearlyBlack(frame: Float32Array): boolean {
  const enough = NOT_BLACK * frame.length;
  let sum = 0;
  for (const value of frame) {
    sum += value;
    if (sum > enough) return false;
  }
  return true;
}

/**
 * Refuses a restored frame that would be written as black; for frames whose input is not `isNearlyBlack`. It is the mark
 * of a failing driver or of broken weights.
 * @throws AcutanceError `output-black`
 */
export function checkNotBlack(restored: Float32Array, where: string): void {
  for (const value of restored) if (value >= BLACK) return;
  throw new AcutanceError(
    'output-black',
    `The network made ${where} all black, although the clip is not black there.`,
    {
      hint: 'Try another device (--device cpu); if it stays black, the weights do not fit this network.',
    },
  );
}

function notFinite(where: string): AcutanceError {
  return new AcutanceError('output-not-finite', `The network gave values that are not numbers in ${where}.`, {
    hint: 'The weights or the graphics driver are at fault: try other weights, or --device cpu.',
  });
}
