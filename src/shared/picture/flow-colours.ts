/**
 * The colour wheel of the Middlebury benchmark (Baker et al., A Database and Evaluation Methodology for Optical Flow,
 * IJCV 2011): arcs between red, yellow, green, cyan, blue and magenta, each with as many steps as the eye tells apart.
 * Per arc: the channel that changes, how, and in how many steps.
 */
const ARCS = [
  { from: [1, 0, 0], to: [1, 1, 0], steps: 15 },
  { from: [1, 1, 0], to: [0, 1, 0], steps: 6 },
  { from: [0, 1, 0], to: [0, 1, 1], steps: 4 },
  { from: [0, 1, 1], to: [0, 0, 1], steps: 11 },
  { from: [0, 0, 1], to: [1, 0, 1], steps: 13 },
  { from: [1, 0, 1], to: [1, 0, 0], steps: 6 },
] as const;

/** The longest vector of a picture may come out a rounding error longer than 1. */
const LONGEST = 1 + 1e-6;

const WHEEL: readonly (readonly number[])[] = ARCS.flatMap(({ from, to, steps }) =>
  Array.from({ length: steps }, (_, step) =>
    from.map((value, channel) => value + ((to[channel]! - value) * step) / steps),
  ),
);

/**
 * The colour of a motion: its direction as hue (to the right red, down yellow, to the left cyan, up violet), its length as
 * saturation: white is no motion, full colours are motions of length 1, longer ones are darker.
 *
 * @param x - to the right. @param y - down.
 * @returns R, G, B in 0..255.
 */
export function flowColour(x: number, y: number): [number, number, number] {
  const length = Math.hypot(x, y);
  // Half a turn on, so that the wheel begins with motion to the right; -0 would turn that into its end.
  const angle = (Math.atan2(-y, -x) + 2 * Math.PI) % (2 * Math.PI);
  const turn = (angle + Math.PI) % (2 * Math.PI);
  const place = (turn / (2 * Math.PI)) * (WHEEL.length - 1);
  const index = Math.floor(place);
  const [first, second] = [WHEEL[index]!, WHEEL[(index + 1) % WHEEL.length]!];
  const colour = (channel: number) => {
    const pure = first[channel]! + (second[channel]! - first[channel]!) * (place - index);
    return Math.round(255 * (length <= LONGEST ? 1 - length * (1 - pure) : 0.75 * pure));
  };
  return [colour(0), colour(1), colour(2)];
}
