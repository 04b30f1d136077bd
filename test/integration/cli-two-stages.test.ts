import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findNetwork } from '../../src/networks/catalogue.ts';
import { encodeSafetensors } from '../../src/networks/checkpoints/safetensors-writer.ts';
import { decodeNpy, encodeNpy } from '../../src/shared/npy.ts';
import { maxDifference } from '../support/arrays.ts';
import { madeUpWeights, movingPattern } from '../unit/inference/support/made-up-weights.ts';
import { runCommand } from './support/command-line.ts';

const [HEIGHT, WIDTH, FRAMES] = [30, 50, 4];
/** Networks that run in one stage or two, and have no weights shipped with them. */
describe.each(['erdn', 'mlfa'])('%s on the command line', (id) => {
  const network = findNetwork(id)!;
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'acutance-two-stages-'));
    const values = madeUpWeights(network, 'lite');
    const tensors = network
      .parameters('lite')
      .map(({ name, dims }) => [`module.${name}`, { dims, data: values(name) }] as const);
    writeFileSync(join(folder, 'lite.safetensors'), encodeSafetensors(new Map(tensors)));
    const data = Float32Array.from(movingPattern(FRAMES, HEIGHT, WIDTH).flatMap((frame) => [...frame]));
    writeFileSync(join(folder, 'in.npy'), encodeNpy({ data, dims: [FRAMES, 3, HEIGHT, WIDTH] }));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function run(...args: string[]) {
    return runCommand(args, { cwd: folder, env: { ACUTANCE_DATA_DIR: join(folder, 'data') } });
  }

  const infer = (output: string, ...more: string[]) =>
    run('infer', '--network', id, '--device', 'cpu', '--input', 'in.npy', '--output', output, ...more);

  it('tells how to import weights while there are none', async () => {
    const { code, stderr } = await infer('out.npy');
    expect(code).toBe(5);
    expect(stderr).toContain(`There are no weights for ${id} paper`);
    expect(stderr).toContain(`weights import FILE --network ${id} --size paper`);
  });

  it('runs with imported weights, one stage or two', async () => {
    const imported = await run('weights', 'import', 'lite.safetensors', '--network', id);
    expect(imported.stdout).toContain(`for ${id} lite`);
    const results: Float32Array[] = [];
    for (const [stages, text] of [
      [['--stages', '1'], '1 stage'],
      [[], '2 stages'],
    ] as const) {
      const { code, stdout } = await infer(`out-${text}.npy`, '--size', 'lite', ...stages);
      expect(code).toBe(0);
      expect(stdout).toContain(`${id} lite, ${text},`);
      const { data, dims } = decodeNpy(readFileSync(join(folder, `out-${text}.npy`)), 'out');
      expect(dims).toEqual([FRAMES, 3, HEIGHT, WIDTH]);
      results.push(data as Float32Array);
    }
    expect(maxDifference(results[0]!, results[1]!)).toBeGreaterThan(1e-3);
  });

  it('takes the mean of mirrored and turned copies', async () => {
    const { code } = await infer('ensemble.npy', '--size', 'lite', '--stages', '1', '--ensemble', '8');
    expect(code).toBe(0);
    const read = (name: string) => decodeNpy(readFileSync(join(folder, name)), name);
    expect(read('ensemble.npy').dims).toEqual([FRAMES, 3, HEIGHT, WIDTH]);
    const single = read('out-1 stage.npy').data as Float32Array;
    expect(maxDifference(read('ensemble.npy').data as Float32Array, single)).toBeGreaterThan(1e-3);
  });

  it('refuses a third stage', async () => {
    const { code, stderr } = await infer('no.npy', '--size', 'lite', '--stages', '3');
    expect(code).toBe(2);
    expect(stderr).toContain(`${network.title} runs with 1 to 2 stages, not 3`);
  });
});
