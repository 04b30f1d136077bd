import { describe, expect, it } from 'vitest';
import { mlfa } from '../../../src/networks/archs/mlfa/mlfa.ts';
import { SIZES } from '../../../src/networks/archs/mlfa/sizes.ts';
import type { Lowering } from '../../../src/networks/graph/graph.ts';
import type { NetworkProgram } from '../../../src/networks/network.ts';
import { elementCount, type Tensor } from '../../../src/shared/tensor.ts';
import { fillTensor } from '../../fixtures/fill.ts';
import { maxDifference } from '../../support/arrays.ts';
import { runModel } from '../../support/run-graph.ts';
import { movingPattern } from '../inference/support/made-up-weights.ts';
import { compareTile } from './support/compare-tile.ts';
import { PlainMlfa, type Image } from './support/plain-mlfa.ts';

/** Made-up parameters: scales around 1, everything large enough to matter. */
function parametersOf(size: 'lite' | 'paper'): (name: string) => Float32Array {
  const values = new Map(
    mlfa.parameters(size).map(({ name, dims }) => {
      const fanIn = elementCount(dims.slice(1));
      const bound = name.endsWith('weight') ? 1.2 * Math.sqrt(3 / fanIn) : 0.2;
      const mean = name.endsWith('scale') ? 1 : 0;
      return [name, fillTensor({ name, shape: dims, kind: 'fill', bound, mean }, 'mlfa')] as const;
    }),
  );
  return (name) => values.get(name)!;
}

describe.each(['standard', 'webgpu'] as Lowering[])('MLFA through the %s bodies', (lowering) => {
  const [height, width] = [32, 48];
  const parameters = parametersOf('lite');
  const plain = new PlainMlfa(parameters, SIZES.lite);
  const run = (program: NetworkProgram, feeds: Record<string, Tensor>) => {
    const request = { program, size: 'lite', height, width, alignCorners: true, lowering } as const;
    return runModel(mlfa.buildModel({ ...request, parameters }), feeds);
  };
  const frames = movingPattern(3, height, width).map((data): Tensor => ({
    data,
    dims: [1, 3, height, width],
  }));
  const asImage = ({ data }: Tensor): Image => ({
    ...{ channels: 3, height, width },
    data: Float64Array.from(data),
  });

  it('restores a single frame as the paper says', async () => {
    const { restored } = await run('reconstruct', { aligned: frames[0]! });
    const expected = plain.stage1(asImage(frames[0]!));
    expect(maxDifference(restored!.data, expected.data)).toBeLessThan(1e-4);
    expect(maxDifference(restored!.data, frames[0]!.data)).toBeGreaterThan(0.1);
  });

  it('fuses three results as the paper says', async () => {
    const feeds: Record<string, Tensor> = { middle: frames[1]! };
    for (const [index, role] of ['previous', 'middle', 'next'].entries()) {
      for (const [name, tensor] of Object.entries(await run('features', { frame: frames[index]! })))
        feeds[name.replace('level', role)] = tensor;
    }
    const { restored } = await run('fuse', feeds);
    const [previous, middle, next] = frames.map(asImage) as [Image, Image, Image];
    expect(maxDifference(restored!.data, plain.stage2(previous, middle, next).data)).toBeLessThan(1e-4);
    // It matters which neighbour is which.
    expect(maxDifference(restored!.data, plain.stage2(next, middle, previous).data)).toBeGreaterThan(1e-3);
  });
});

describe('MLFA', () => {
  it('has the layers of the paper in size paper', () => {
    const dims = new Map(mlfa.parameters('paper').map((spec) => [spec.name, spec.dims]));
    expect(dims.get('stage1.entry.weight')).toEqual([64, 3, 9, 9]);
    expect(dims.get('stage1.blocks.19.rate4.weight')).toEqual([128, 256, 3, 3]);
    expect(dims.get('stage1.blocks.19.merge.weight')).toEqual([256, 512, 3, 3]);
    expect(dims.has('stage1.blocks.20.merge.weight')).toBe(false);
    expect(dims.get('stage2.levels.3.merge.weight')).toEqual([512, 1536, 3, 3]);
    for (const [name] of dims) {
      if (name.endsWith('.weight')) expect(dims.has(name.replace(/weight$/, 'scale'))).toBe(true);
    }
  });

  it.each(['paper', 'lite'] as const)('restores a frame in tiles as in the whole, size %s', async (size) => {
    const setup = { size, height: 16, parameters: parametersOf(size) };
    const { inside, beside, scale } = await compareTile(mlfa, setup);
    expect(inside / scale).toBeLessThan(1e-5);
    // The cut does show just beside it, so that the margin is not vacuous.
    expect(beside / scale).toBeGreaterThan(1e-3);
  });
});
