import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arvo } from '../../src/networks/archs/arvo/arvo.ts';
import { encodeSafetensors } from '../../src/networks/checkpoints/safetensors-writer.ts';
import { decodeNpy, encodeNpy } from '../../src/shared/npy.ts';
import { maxDifference } from '../support/arrays.ts';
import { madeUpWeights, movingPattern } from '../unit/inference/support/made-up-weights.ts';
import { runCommand } from './support/command-line.ts';

const [HEIGHT, WIDTH, FRAMES] = [30, 50, 3];

describe('ARVo on the command line', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'acutance-arvo-'));
    for (const layers of [0, 3] as const) {
      const values = madeUpWeights(arvo, 'lite', { layers });
      const tensors = arvo
        .parameters('lite', { layers })
        .map(({ name, dims }) => [`module.${name}`, { dims, data: values(name) }] as const);
      writeFileSync(join(folder, `lite-${layers}.safetensors`), encodeSafetensors(new Map(tensors)));
    }
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
    run(
      ...['infer', '--network', 'arvo', '--size', 'lite', '--device', 'cpu'],
      ...['--input', 'in.npy', '--output', output, ...more],
    );

  it('tells how to import weights while there are none', async () => {
    const { code, stderr } = await infer('out.npy');
    expect(code).toBe(5);
    expect(stderr).toContain('There are no weights for arvo lite with 3 layers');
  });

  it('runs with imported weights, with the levels asked for', async () => {
    for (const layers of [0, 3])
      expect((await run('weights', 'import', `lite-${layers}.safetensors`, '--network', 'arvo')).code).toBe(
        0,
      );
    const results: Float32Array[] = [];
    for (const options of [['--layers', '0'], ['--layers', '3'], [], ['--stages', '3']]) {
      const { code, stdout } = await infer(`out-${results.length}.npy`, ...options);
      expect(code).toBe(0);
      expect(stdout).toContain(`arvo lite, ${options[0] === '--stages' ? 3 : 2} stages,`);
      const { data, dims } = decodeNpy(readFileSync(join(folder, `out-${results.length}.npy`)), 'out');
      expect(dims).toEqual([FRAMES, 3, HEIGHT, WIDTH]);
      results.push(data as Float32Array);
    }
    const [none, three, usual, longer] = results as [Float32Array, Float32Array, Float32Array, Float32Array];
    expect(maxDifference(none, three)).toBeGreaterThan(1e-3);
    expect(maxDifference(usual, three)).toBe(0);
    expect(maxDifference(longer, three)).toBeGreaterThan(1e-3);
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
