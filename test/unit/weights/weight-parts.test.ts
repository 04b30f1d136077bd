import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WeightStore } from '../../../src/main/inference/weights/weight-store.ts';
import { networks } from '../../../src/networks/catalogue.ts';
import { encodeSafetensors } from '../../../src/networks/checkpoints/safetensors-writer.ts';
import { findNetwork } from '../../../src/networks/catalogue.ts';
import type { NetworkSize } from '../../../src/networks/network.ts';
import { elementCount } from '../../../src/shared/tensor.ts';

let home: string;
let store: WeightStore;

/** A file of a network's parameters whose names begin with `part`, which is taken off, with `added` put before. */
function weightFile(file: string, size: NetworkSize, part: string, added = '', network = 'pvdnet'): string {
  const parameters = findNetwork(network)!.parameters(size);
  const tensors = parameters
    .filter(({ name }) => name.startsWith(part))
    .map(
      ({ name, dims }, index) =>
        [
          added + name.slice(part.length),
          { dims, data: new Float32Array(elementCount(dims)).fill(index) },
        ] as const,
    );
  const path = join(home, file);
  writeFileSync(path, encodeSafetensors(new Map(tensors)));
  return path;
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'acutance-parts-'));
  store = new WeightStore({ userFolder: join(home, 'data'), shippedFolder: home, networks });
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

describe('weights of PVDNet', () => {
  it('are recognised by their tensors, whatever wrapper they were saved from', async () => {
    for (const size of ['small', 'medium', 'large'] as const) {
      const path = weightFile(`${size}.safetensors`, size, '', 'module.');
      expect(await store.import(path, { network: 'pvdnet' })).toMatchObject({ network: 'pvdnet', size });
    }
  });

  it.each([
    ['without prefixes', 'BIMNet.', '', 'PVDNet.', ''],
    ['with prefixes', 'BIMNet.', 'BIMNet.', 'PVDNet.', 'PVDNet.'],
    ['from a wrapper', 'BIMNet.', '', 'PVDNet.', 'module.PVDNet.'],
  ])('may come as two files, %s, in any order', async (_, flowPart, flowAdded, part, added) => {
    const flow = weightFile('BIMNet.safetensors', 'lite', flowPart, flowAdded);
    const main = weightFile('PVDNet_nah.safetensors', 'lite', part, added);
    const record = await store.import([main, flow], { network: 'pvdnet' });
    expect(record).toMatchObject({ size: 'lite', name: 'PVDNet_nah.safetensors + BIMNet.safetensors' });
    const again = await store.import([flow, main], { network: 'pvdnet' });
    expect(again.sha256).toBe(record.sha256);
    const { parameters } = await store.load(record);
    expect([...parameters.keys()]).toEqual(
      findNetwork('pvdnet')!
        .parameters('lite')
        .map(({ name }) => name),
    );
  });

  it('are refused in part, with the name of the part that is missing', async () => {
    const flow = weightFile('BIMNet.safetensors', 'medium', 'BIMNet.');
    await expect(store.import(flow, { network: 'pvdnet' })).rejects.toMatchObject({
      code: 'weights-mismatch',
      message: expect.stringMatching(/only a part of pvdnet: BIMNet. Missing: PVDNet$/) as string,
      hint: expect.stringContaining('weights import FILE FILE') as string,
    });
    const main = weightFile('large.safetensors', 'large', 'PVDNet.');
    await expect(store.resolve({ network: 'pvdnet', size: 'large', weights: main })).rejects.toMatchObject({
      message: expect.stringContaining('Missing: BIMNet') as string,
    });
  });

  it('are refused where two files have the same tensors, or do not belong together', async () => {
    const whole = weightFile('whole.safetensors', 'lite', '');
    const flow = weightFile('BIMNet.safetensors', 'lite', 'BIMNet.');
    await expect(store.import([whole, flow], { network: 'pvdnet' })).rejects.toMatchObject({
      code: 'weights-mismatch',
      message: expect.stringMatching(
        /whole.safetensors and .*BIMNet.safetensors both have BIMNet\./,
      ) as string,
    });
    const published = weightFile('medium.safetensors', 'medium', 'PVDNet.');
    await expect(store.import([published, flow], { network: 'pvdnet' })).rejects.toMatchObject({
      code: 'weights-mismatch',
    });
  });

  it('are found under "paper" as well, which is the medium size', async () => {
    const { sha256 } = await store.import(weightFile('a.safetensors', 'medium', ''), {
      network: 'pvdnet',
      size: 'paper',
    });
    expect(await store.find({ network: 'pvdnet', size: 'paper' })).toMatchObject({ size: 'medium', sha256 });
    expect((await store.resolve({ network: 'pvdnet', size: 'paper' })).size).toBe('medium');
  });

  it('are told as what they are, and what they are not, where only another size was asked for', async () => {
    const lite = weightFile('lite.safetensors', 'lite', '');
    await expect(store.import(lite, { size: 'large' })).rejects.toMatchObject({
      code: 'weights-mismatch',
      message: `${lite} does not fit pvdnet large`,
      hint: 'These are weights for pvdnet lite: use --network pvdnet --size lite.',
    });
    await expect(store.import(lite, { size: 'paper' })).rejects.toMatchObject({
      message: `${lite} does not fit pvdnet medium`,
    });
    const erdn = weightFile('erdn.safetensors', 'lite', '', '', 'erdn');
    await expect(store.import(erdn, { size: 'large' })).rejects.toMatchObject({
      message: `${erdn} does not fit any network in size large`,
    });
  });

  it('are found by "paper" where no network is named', async () => {
    const medium = weightFile('medium.safetensors', 'medium', '');
    expect(await store.import(medium, { size: 'paper' })).toMatchObject({
      network: 'pvdnet',
      size: 'medium',
    });
  });

  it('are not made up: without any, the message says how to import some', async () => {
    await expect(store.find({ network: 'pvdnet', size: 'medium' })).rejects.toMatchObject({
      code: 'weights-missing',
      message: 'There are no weights for pvdnet medium',
      hint: expect.stringContaining('weights import FILE --network pvdnet --size medium') as string,
    });
  });
});

describe('weights of CDVD-TSP', () => {
  const file = (name: string, size: NetworkSize, part: string, added = '') =>
    weightFile(name, size, part, added, 'cdvd-tsp');

  it.each([
    ['as they are in the whole', 'flow_net.', 'flow_net.', 'recons_net.'],
    ['without what they are called there', 'flow_net.', '', ''],
    ['as PWC-Net was published, and from a wrapper', 'flow_net.moduleNetwork.', '', 'module.'],
    ['both from a wrapper', 'flow_net.moduleNetwork.', 'model.', 'model.recons_net.'],
  ])('may come as two files, named %s', async (_, part, flowAdded, added) => {
    const flow = file('pwc.safetensors', 'paper', part, flowAdded);
    const rest = file('recons.safetensors', 'paper', 'recons_net.', added);
    const whole = findNetwork('cdvd-tsp')!.parameters('paper');
    const record = await store.import([flow, rest], {});
    expect(record).toMatchObject({ network: 'cdvd-tsp', size: 'paper' });
    const { parameters } = await store.load(record);
    expect([...parameters.keys()]).toEqual(whole.map(({ name }) => name));
  });

  it.each([
    ['flow_net.', 'flow_net.'],
    ['flow_net.', ''],
    ['flow_net.moduleNetwork.', ''],
    ['flow_net.moduleNetwork.', 'module.'],
  ])('are told as the flow network alone, named with %s replaced by "%s"', async (part, added) => {
    for (const size of ['lite', 'paper'] as const) {
      const flow = file('pwc.safetensors', size, part, added);
      await expect(store.import(flow, {})).rejects.toMatchObject({
        code: 'weights-mismatch',
        message: `${flow} holds only a part of cdvd-tsp: the flow network (PWC-Net). Missing: the restoration network`,
        hint: expect.stringContaining('weights import FILE FILE --network cdvd-tsp') as string,
      });
    }
  });

  it('are told as the restoration network alone', async () => {
    const rest = file('recons.safetensors', 'paper', 'recons_net.');
    await expect(store.import(rest, {})).rejects.toMatchObject({
      message: expect.stringMatching(
        /the restoration network. Missing: the flow network \(PWC-Net\)$/,
      ) as string,
    });
  });
});

describe('weights of ARVo', () => {
  const file = (name: string, part: string | RegExp, added = '') => {
    const parameters = findNetwork('arvo')!.parameters('lite', { layers: 2 });
    const tensors = parameters
      .filter(({ name: own }) => (typeof part === 'string' ? own.startsWith(part) : part.test(own)))
      .map(({ name: own, dims }) => {
        const called = typeof part === 'string' ? own.slice(part.length) : own;
        return [added + called, { dims, data: new Float32Array(elementCount(dims)) }] as const;
      });
    const path = join(home, name);
    writeFileSync(path, encodeSafetensors(new Map(tensors)));
    return path;
  };
  const REST = /^(encoder|values|fusion|decoder)\./;

  it('may come with the flow network as it was published for CDVD-TSP', async () => {
    const flow = file('pwc.safetensors', 'flow_net.moduleNetwork.');
    const record = await store.import([flow, file('rest.safetensors', REST)], {});
    expect(record).toMatchObject({ network: 'arvo', size: 'lite', options: { layers: 2 } });
    const { parameters } = await store.load(record);
    const whole = findNetwork('arvo')!.parameters('lite', { layers: 2 });
    expect([...parameters.keys()]).toEqual(whole.map(({ name }) => name));
  });

  it.each([
    ['the flow network (PWC-Net)', 'the restoration network', 'flow_net.moduleNetwork.', ''],
    ['the flow network (PWC-Net)', 'the restoration network', 'flow_net.moduleNetwork.', 'module.'],
    ['the restoration network', 'the flow network (PWC-Net)', REST, ''],
  ] as const)('are told as %s alone, without %s', async (present, absent, part, added) => {
    const path = file('part.safetensors', part, added);
    await expect(store.import(path, { network: 'arvo' })).rejects.toMatchObject({
      code: 'weights-mismatch',
      message: `${path} holds only a part of arvo: ${present}. Missing: ${absent}`,
      hint: expect.stringContaining('weights import FILE FILE --network arvo') as string,
    });
  });

  it('are incomplete where some of the restoration network is missing', async () => {
    const path = file('encoder.safetensors', /^(flow_net|encoder)\./);
    await expect(store.import(path, { network: 'arvo' })).rejects.toMatchObject({
      hint: expect.stringContaining('The file is incomplete') as string,
    });
  });
});

describe('weights of one stage of two', () => {
  const STAGE_ONE = /^(flow_net|recons_net|grad_net|get_grad|stage1)\./;

  function stageFile(network: string, stage: 1 | 2): string {
    const parameters = findNetwork(network)!
      .parameters('lite')
      .filter(({ name }) => STAGE_ONE.test(name) === (stage === 1));
    const path = join(home, `stage${stage}.safetensors`);
    const tensors = parameters.map(
      ({ name, dims }) => [name, { dims, data: new Float32Array(elementCount(dims)) }] as const,
    );
    writeFileSync(path, encodeSafetensors(new Map(tensors)));
    return path;
  }

  it.each(['erdn', 'mlfa'])('of %s are told as such, and put together with the other', async (network) => {
    const [first, second] = [stageFile(network, 1), stageFile(network, 2)];
    await expect(store.import(first, {})).rejects.toMatchObject({
      code: 'weights-mismatch',
      message: `${first} holds only a part of ${network}: stage 1. Missing: stage 2`,
      hint: expect.stringMatching(/^All stages are needed, even to run the first alone/) as string,
    });
    expect(await store.import([first, second], {})).toMatchObject({ network, size: 'lite' });
  });

  it('are incomplete where more is missing than a stage', async () => {
    const parameters = findNetwork('erdn')!.parameters('lite');
    const some = parameters.filter(({ name }) => name.startsWith('flow_net.'));
    const path = join(home, 'some.safetensors');
    const tensors = some.map(
      ({ name, dims }) => [name, { dims, data: new Float32Array(elementCount(dims)) }] as const,
    );
    writeFileSync(path, encodeSafetensors(new Map(tensors)));
    await expect(store.import(path, {})).rejects.toMatchObject({
      message: expect.stringContaining(`${some.length} of its ${parameters.length} tensors fit`) as string,
    });
  });
});
