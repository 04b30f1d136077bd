import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findNetwork } from '../../src/networks/catalogue.ts';
import { maxDifference } from '../support/arrays.ts';
import { CommandBench } from './support/command-bench.ts';

const DIMS = [4, 3, 30, 50] as const;

/** Networks that run in one stage or two, and have no weights shipped with them. */
describe.each(['erdn', 'mlfa'])('%s on the command line', (id) => {
  const network = findNetwork(id)!;
  let bench: CommandBench;

  beforeAll(() => {
    bench = new CommandBench();
    bench.writeMadeUpWeights('lite.safetensors', network);
    bench.writeMovingPattern('in.npy', DIMS);
  });

  afterAll(() => bench.dispose());

  const infer = (output: string, ...more: string[]) =>
    bench.run('infer', '--network', id, '--device', 'cpu', '--input', 'in.npy', '--output', output, ...more);

  it('tells how to import weights while there are none', async () => {
    const { code, stderr } = await infer('out.npy');
    expect(code).toBe(5);
    expect(stderr).toContain(`There are no weights for ${id} paper`);
    expect(stderr).toContain(`weights import FILE --network ${id} --size paper`);
  });

  it('runs with imported weights, one stage or two', async () => {
    const imported = await bench.run('weights', 'import', 'lite.safetensors', '--network', id);
    expect(imported.stdout).toContain(`for ${id} lite`);
    const results: Float32Array[] = [];
    for (const [stages, text] of [
      [['--stages', '1'], '1 stage'],
      [[], '2 stages'],
    ] as const) {
      const { code, stdout } = await infer(`out-${text}.npy`, '--size', 'lite', ...stages);
      expect(code).toBe(0);
      expect(stdout).toContain(`${id} lite, ${text},`);
      const { data, dims } = bench.readArray(`out-${text}.npy`);
      expect(dims).toEqual(DIMS);
      results.push(data);
    }
    expect(maxDifference(results[0]!, results[1]!)).toBeGreaterThan(1e-3);
  });

  it('takes the mean of mirrored and turned copies', async () => {
    const options = ['--weights', './lite.safetensors', '--size', 'lite', '--stages', '1'];
    expect((await infer('single.npy', ...options)).code).toBe(0);
    expect((await infer('ensemble.npy', ...options, '--ensemble', '8')).code).toBe(0);
    const ensemble = bench.readArray('ensemble.npy');
    expect(ensemble.dims).toEqual(DIMS);
    expect(maxDifference(ensemble.data, bench.readArray('single.npy').data)).toBeGreaterThan(1e-3);
  });

  it('refuses a third stage', async () => {
    const { code, stderr } = await infer('no.npy', '--size', 'lite', '--stages', '3');
    expect(code).toBe(2);
    expect(stderr).toContain(`${network.title} runs with 1 to 2 stages, not 3`);
  });
});
