import type { Network, NetworkOptions, NetworkSize } from '../../../../src/networks/network.ts';
import { fillTensor } from '../../../fixtures/fill.ts';

/** How strongly a layer's output grows, so that made-up weights neither explode nor die out along the network. */
const GAINS: readonly (readonly [RegExp, number])[] = [
  [/moduleExtractor/, 1.6],
  [/moduleSix\.|moduleMain\.12/, 0.2],
  [/moduleUpfeat/, 0.4],
  [/outBlock\.\d+\.weight/, 0.3],
  [/conv2/, 0.5],
];

/** Deterministic made-up parameters for any network: noise that keeps images in a sensible range. */
export function madeUpWeights<Size extends NetworkSize>(
  network: Network<Size>,
  size: Size,
  options: NetworkOptions = {},
) {
  const values = new Map(
    network.parameters(size, options).map(({ name, dims }) => {
      const fanIn = dims.slice(1).reduce((product, dim) => product * dim, 1);
      const gain = GAINS.find(([pattern]) => pattern.test(name))?.[1] ?? 1.2;
      const isBias = dims.length === 1;
      const bound = isBias ? 0.03 : gain * Math.sqrt(3 / fanIn);
      const mean = name.endsWith('.scale') ? 1 : isBias && /outBlock\.\d+\.bias/.test(name) ? 0.4 : 0;
      return [name, fillTensor({ name, shape: dims, kind: 'fill', bound, mean }, 'made-up')] as const;
    }),
  );
  return (name: string): Float32Array => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`no weights for ${name}`);
    return value;
  };
}

/** Frames of a moving pattern with edges and texture, in [0.1, 0.9]. */
export function movingPattern(count: number, height: number, width: number): Float32Array[] {
  return Array.from({ length: count }, (_, frame) => {
    const pixels = new Float32Array(3 * height * width);
    for (let channel = 0, i = 0; channel < 3; channel++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++, i++) {
          const u = x + 2.5 * frame;
          const v = y - 1.5 * frame;
          const waves = Math.sin(0.21 * u + channel) * Math.cos(0.17 * v) + 0.5 * Math.sin(0.9 * u + 0.7 * v);
          const edge = (Math.floor(u / 24) + Math.floor(v / 16)) % 2 === 0 ? 0.15 : -0.15;
          pixels[i] = 0.5 + 0.16 * waves + edge;
        }
      }
    }
    return pixels;
  });
}
