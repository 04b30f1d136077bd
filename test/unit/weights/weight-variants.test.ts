import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WeightStore } from '../../../src/main/inference/weights/weight-store.ts';
import { networks } from '../../../src/networks/catalogue.ts';
import { encodeSafetensors } from '../../../src/networks/checkpoints/safetensors-writer.ts';
import { arvo } from '../../../src/networks/archs/arvo/arvo.ts';
import type { LayerCount } from '../../../src/shared/settings.ts';
import { elementCount } from '../../../src/shared/tensor.ts';

let home: string;
let store: WeightStore;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'acutance-variants-'));
  mkdirSync(join(home, 'shipped'));
  store = new WeightStore({ userFolder: join(home, 'user'), shippedFolder: join(home, 'shipped'), networks });
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

/** A weight file of ARVo, with as many levels as said. */
function weightFile(layers: LayerCount): string {
  const tensors = arvo
    .parameters('lite', { layers })
    .map(
      ({ name, dims }) => [name, { dims, data: new Float32Array(elementCount(dims)).fill(layers) }] as const,
    );
  const path = join(home, `arvo-${layers}.safetensors`);
  writeFileSync(path, encodeSafetensors(new Map(tensors), {}));
  return path;
}

describe('weights of a network whose options decide about its parameters', () => {
  it.each([0, 1, 2, 3, 4] as const)(
    'are recognised with %i levels, and found again for them only',
    async (layers) => {
      const record = await store.import(weightFile(layers), {});
      expect(record).toMatchObject({ network: 'arvo', size: 'lite', options: { layers } });
      const { weights } = await store.list();
      expect(weights).toEqual([record]);
      const found = await store.resolve({ network: 'arvo', size: 'lite', layers });
      expect(found.parameters.get('fusion.bias')?.[0]).toBe(layers);
      const other = layers === 4 ? 0 : 4;
      await expect(store.resolve({ network: 'arvo', size: 'lite', layers: other })).rejects.toMatchObject({
        code: 'weights-missing',
        message: `There are no weights for arvo lite with ${other} layers`,
        hint: expect.stringContaining(`or use --size lite --layers ${layers}.`) as string,
      });
    },
  );

  it('are those of the default number of levels where none is said', async () => {
    for (const layers of [2, 3, 4] as const) await store.import(weightFile(layers), {});
    expect((await store.find({ network: 'arvo', size: 'lite' })).options).toEqual({ layers: 3 });
  });

  it('are refused for another number of levels, with what to do', async () => {
    const path = weightFile(2);
    await expect(store.resolve({ network: 'arvo', size: 'lite', weights: path })).rejects.toMatchObject({
      code: 'weights-mismatch',
      message: expect.stringContaining('does not fit arvo lite with 3 layers') as string,
      hint: expect.stringContaining('--network arvo --size lite --layers 2') as string,
    });
    await store.import(path, {});
    const byName = { network: 'arvo', size: 'lite', weights: 'arvo-2.safetensors', layers: 1 } as const;
    await expect(store.resolve(byName)).rejects.toMatchObject({
      message:
        'The weights "arvo-2.safetensors" are for arvo lite with 2 layers, not for arvo lite with 1 layer',
    });
    expect((await store.resolve({ ...byName, layers: 2 })).network).toBe('arvo');
  });
});
