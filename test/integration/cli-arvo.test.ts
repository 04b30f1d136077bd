import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arvo } from '../../src/networks/archs/arvo/arvo.ts';
import { maxDifference } from '../support/arrays.ts';
import { CommandBench } from './support/command-bench.ts';
import { fixture } from './support/media-copy.ts';

const DIMS = [3, 3, 30, 50] as const;

describe('ARVo on the command line', () => {
  let bench: CommandBench;

  beforeAll(() => {
    bench = new CommandBench();
    for (const layers of [0, 3] as const) {
      bench.writeMadeUpWeights(`lite-${layers}.safetensors`, arvo, { layers });
    }
    bench.writeMovingPattern('in.npy', DIMS);
  });

  afterAll(() => bench.dispose());

  const infer = (output: string, ...more: string[]) =>
    bench.run(
      ...['infer', '--network', 'arvo', '--size', 'lite', '--device', 'cpu'],
      ...['--input', 'in.npy', '--output', output, ...more],
    );

  it('tells how to import weights while there are none', async () => {
    const { code, stderr } = await infer('out.npy');
    expect(code).toBe(5);
    expect(stderr).toContain('There are no weights for arvo lite with 3 layers');
  });

  it('runs with imported weights, with the levels asked for', async () => {
    for (const layers of [0, 3]) {
      const file = `lite-${layers}.safetensors`;
      expect((await bench.run('weights', 'import', file, '--network', 'arvo')).code).toBe(0);
    }
    const results: Float32Array[] = [];
    for (const options of [['--layers', '0'], ['--layers', '3'], [], ['--stages', '3']]) {
      const { code, stdout } = await infer(`out-${results.length}.npy`, ...options);
      expect(code).toBe(0);
      expect(stdout).toContain(`arvo lite, ${options[0] === '--stages' ? 3 : 2} stages,`);
      const { data, dims } = bench.readArray(`out-${results.length}.npy`);
      expect(dims).toEqual(DIMS);
      results.push(data);
    }
    const [none, three, usual, longer] = results as [Float32Array, Float32Array, Float32Array, Float32Array];
    expect(maxDifference(none, three)).toBeGreaterThan(1e-3);
    expect(maxDifference(usual, three)).toBe(0);
    expect(maxDifference(longer, three)).toBeGreaterThan(1e-3);
  });

  it('shows where the best matches are, unless it looks for none', async () => {
    const inspect = (...more: string[]) =>
      bench.run(
        ...['inspect', fixture('rotated.mp4'), '--network', 'arvo', '--size', 'lite', '--device', 'cpu'],
        ...['--stages', '1', '--at', '1f', '--look', 'maxima', ...more],
      );
    const { code, stdout } = await inspect('-o', 'maxima.npy');
    expect(code).toBe(0);
    expect(stdout).toContain('previous, middle, next; 3 x 3 x ');
    const { data, dims } = bench.readArray('maxima.npy');
    const [, , height, width] = dims as [number, number, number, number];
    expect(dims).toEqual([3, 3, height, width]);
    const weights = data.subarray(2 * height * width, 3 * height * width);
    expect(Math.min(...weights)).toBeGreaterThan(0);
    expect(Math.max(...weights)).toBeLessThanOrEqual(1);
    const none = await inspect('--layers', '0', '-o', 'none.npy');
    expect([none.code, none.stderr.includes('has no look "maxima"')]).toEqual([2, true]);
  });

  it('names what there are no weights for, and refuses levels that a network does not have', async () => {
    const missing = await infer('no.npy', '--layers', '2');
    expect(missing.code).toBe(5);
    expect(missing.stderr).toContain('There are no weights for arvo lite with 2 layers');
    const refused = await infer('no.npy', '--network', 'cdvd-tsp', '--layers', '2');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('CDVD-TSP has no option "layers"');
  });
});
