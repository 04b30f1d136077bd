import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WeightStore } from '../../../src/main/inference/weights/weight-store.ts';
import { runImportWeights } from '../../../src/main/render/import-weights-job.ts';
import { findNetwork, networks } from '../../../src/networks/catalogue.ts';
import { encodeSafetensors } from '../../../src/networks/checkpoints/safetensors-writer.ts';
import type { NetworkSize } from '../../../src/networks/network.ts';
import { elementCount, type ParameterSpec } from '../../../src/shared/tensor.ts';

let home: string;
let store: WeightStore;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'acutance-import-'));
  store = new WeightStore({ userFolder: join(home, 'data'), shippedFolder: home, networks });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const parametersOf = (network: string, size: NetworkSize) => findNetwork(network)!.parameters(size);

function file(name: string, parameters: readonly ParameterSpec[], rename = (tensor: string) => tensor) {
  const path = join(home, name);
  const tensors = parameters.map(
    ({ name: tensor, dims }) =>
      [rename(tensor), { dims, data: new Float32Array(elementCount(dims)).fill(0.5) }] as const,
  );
  writeFileSync(path, encodeSafetensors(new Map(tensors)));
  return { path, name, origin: `${name}, made here` };
}

const importing = (...files: ReturnType<typeof file>[]) =>
  runImportWeights({ files, licence: 'MIT' }, { phase: () => undefined }, store);

describe('weights without a word about what they are for', () => {
  it.each(networks)('are recognised as $title in their size', async ({ id, sizes }) => {
    const size = sizes.find((name) => name === 'lite') ?? sizes[0]!;
    const finding = await importing(file('a.safetensors', parametersOf(id, size)));
    expect(finding).toMatchObject({
      result: 'imported',
      network: id,
      size,
      weights: {
        name: 'a.safetensors',
        origin: 'a.safetensors, made here',
        licence: 'MIT',
        source: 'imported',
      },
    });
  });

  it('are recognised with the number of layers that they are for', async () => {
    const two = findNetwork('arvo')!.parameters('lite', { layers: 2 });
    expect(await importing(file('a.safetensors', two))).toMatchObject({
      result: 'imported',
      network: 'arvo',
      weights: { options: { layers: 2 } },
    });
  });

  it.each(['model.', '_orig_mod.', 'module.netG.'])(
    'are recognised inside the wrapper %s',
    async (wrapper) => {
      const lite = parametersOf('cdvd-tsp', 'lite');
      const finding = await importing(file('a.safetensors', lite, (name) => wrapper + name));
      expect(finding).toMatchObject({ result: 'imported', network: 'cdvd-tsp', size: 'lite' });
    },
  );

  it('may come in one file for each part, with or without its prefix, or a wrapper', async () => {
    const all = parametersOf('pvdnet', 'lite');
    const flow = all.filter(({ name }) => name.startsWith('BIMNet.'));
    const rest = all.filter(({ name }) => name.startsWith('PVDNet.'));
    const finding = await importing(
      file('flow.safetensors', flow, (name) => name.replace('BIMNet.', 'model.')),
      file('rest.safetensors', rest, (name) => `net.${name}`),
    );
    expect(finding).toMatchObject({ result: 'imported', network: 'pvdnet', size: 'lite' });
  });
});

describe('a file with a part that two networks have', () => {
  it('is told as a part of both', async () => {
    const flow = parametersOf('cdvd-tsp', 'lite').filter(({ name }) => name.startsWith('flow_net.'));
    expect(await importing(file('pwc.safetensors', flow))).toMatchObject({
      ...{ result: 'part', network: 'cdvd-tsp', alsoOf: ['arvo'] },
      present: ['the flow network (PWC-Net)'],
      absent: ['the restoration network'],
    });
  });
});

describe('a file that can not be imported', () => {
  it('as it is only a part says which, and which is missing', async () => {
    const flow = parametersOf('pvdnet', 'lite').filter(({ name }) => name.startsWith('BIMNet.'));
    expect(await importing(file('flow.safetensors', flow))).toEqual({
      result: 'part',
      network: 'pvdnet',
      size: 'lite',
      present: ['BIMNet'],
      absent: ['PVDNet'],
    });
    expect((await store.list()).weights).toEqual([]);
  });

  it('names the closest network, and what is missing, left over and of another shape', async () => {
    const [first, second, ...others] = parametersOf('cdvd-tsp', 'lite');
    const changed = [
      { ...second!, dims: [...second!.dims, 2] },
      ...others.slice(10),
      { name: 'extra.weight', dims: [3] },
    ];
    const finding = await importing(file('a.safetensors', changed));
    expect(finding).toMatchObject({
      result: 'mismatch',
      closest: {
        network: 'cdvd-tsp',
        size: 'lite',
        differences: {
          fitting: others.length - 10,
          missing: { count: 11 },
          unexpected: { count: 1, first: [{ name: 'extra.weight', dims: [3] }] },
          misshapen: { count: 1, first: [{ name: second!.name, expected: second!.dims }] },
        },
      },
    });
    if (finding.result !== 'mismatch') throw new Error('unreachable');
    expect(finding.closest?.differences.missing.first[0]).toEqual(first);
    expect(finding.closest?.differences.missing.first).toHaveLength(6);
  });

  it('names the closest by shapes, where only the names are strange', async () => {
    const renamed = file('a.safetensors', parametersOf('mlfa', 'lite'), (name) => `x${name}`);
    const finding = await importing(renamed);
    const all = parametersOf('mlfa', 'lite').length;
    expect(finding).toMatchObject({
      result: 'mismatch',
      closest: { network: 'mlfa', size: 'lite', differences: { fitting: 0, missing: { count: all } } },
    });
  });

  it('names none where it has nothing in common with any', async () => {
    const finding = await importing(file('a.safetensors', [{ name: 'bert.embeddings', dims: [2, 2] }]));
    expect(finding).toEqual({
      result: 'mismatch',
      tensors: { count: 1, first: [{ name: 'bert.embeddings', dims: [2, 2] }] },
    });
  });

  it('is called by its name, not by where it was put', async () => {
    const nonsense = { ...file('x', []), name: 'holiday.jpg' };
    writeFileSync(nonsense.path, 'nonsense '.repeat(100));
    await expect(importing(nonsense)).rejects.toMatchObject({
      code: 'weights-unreadable',
      message: expect.stringMatching(/^holiday\.jpg is not a weight file/),
    });
  });
});
