import { beforeEach, describe, expect, it } from 'vitest';
import { UnreachableError } from '../../../../src/renderer/api/client.ts';
import type { Upload } from '../../../../src/renderer/api/upload.ts';
import { ModelImports } from '../../../../src/renderer/models/model-imports.svelte.ts';
import type { WeightsFinding, WeightsOrder } from '../../../../src/shared/api/weights.ts';
import { AcutanceError } from '../../../../src/shared/errors.ts';

const IMPORTED: WeightsFinding = {
  result: 'imported',
  network: 'pvdnet',
  size: 'lite',
  weights: { name: 'a', hash: 'f', source: 'imported', origin: 'a', bytes: 1 },
};
const PART: WeightsFinding = {
  result: 'part',
  network: 'pvdnet',
  size: 'lite',
  present: ['A'],
  absent: ['B'],
};

const OTHER_PART: WeightsFinding = { ...PART, present: ['B'], absent: ['A'] };

let upload: Upload;
let answer: (files: WeightsOrder['files']) => WeightsFinding;
let orders: WeightsOrder['files'][];
let discarded: string[];
let licences: unknown[];
let models: ModelImports;
let said: string[];

beforeEach(() => {
  orders = [];
  discarded = [];
  licences = [];
  said = [];
  answer = () => IMPORTED;
  upload = async (file, { onProgress }) => {
    onProgress(0.5);
    if (file.name === 'gone.pth') throw new AcutanceError('disk-full', 'The disk is full.');
    return file.name;
  };
  models = new ModelImports({
    announce: (text) => said.push(text),
    upload: (...given) => upload(...given),
    client: {
      importWeights: async ({ body }) => {
        orders.push(body.files);
        licences.push(body.licence);
        return answer(body.files);
      },
      discardUpload: async ({ params }) => void discarded.push(params.upload),
      removeWeights: async () => undefined,
      importedWeights: async () => ({ folder: '/data/weights', problems: [] }),
    },
  });
});

const file = (name: string) => new File(['x'], name);
/** The first file is one part, the second the other. */
const together = (files: WeightsOrder['files']) =>
  files.length === 2 ? IMPORTED : orders.length === 1 ? PART : OTHER_PART;
const states = () =>
  models.list.map(({ names, state, finding }) => [names.join('+'), state, finding?.result]);

describe('files that are dropped', () => {
  it('are sent, then imported, and told in the end', async () => {
    const done = models.importFiles([file('a.pth')]);
    expect(states()).toEqual([['a.pth', 'sending', undefined]]);
    expect(models.busy).toBe(true);
    await done;
    expect(orders).toEqual([[{ upload: 'a.pth' }]]);
    expect(states()).toEqual([['a.pth', 'found', 'imported']]);
    expect(said).toEqual(['a.pth: imported.']);
    expect(models.busy).toBe(false);
  });

  it('are imported with the licence that is noted for them', async () => {
    await models.importPaths(['/a.pth']);
    models.change({ licence: ' MIT ' });
    await models.importPaths(['/b.pth']);
    expect(licences).toEqual([undefined, 'MIT']);
  });

  it('that fail say why, and do not keep others from coming in', async () => {
    await models.importFiles([file('gone.pth'), file('b.pth')]);
    expect(states()).toEqual([
      ['b.pth', 'found', 'imported'],
      ['gone.pth', 'failed', undefined],
    ]);
    expect(models.list[1]?.problem).toMatchObject({ code: 'disk-full' });
  });

  it('are put together where they are parts of one network, however they come', async () => {
    answer = together;
    await models.importPaths(['/w/BIMNet.pth']);
    expect(states()).toEqual([['BIMNet.pth', 'found', 'part']]);
    await models.importFiles([file('PVDNet.pth')]);
    expect(orders.at(-1)).toEqual([{ path: '/w/BIMNet.pth' }, { upload: 'PVDNet.pth' }]);
    expect(states()).toEqual([['BIMNet.pth+PVDNet.pth', 'found', 'imported']]);
  });

  it.each([
    ['shared', 'own'],
    ['own', 'shared'],
  ])('are put together where one is a part of another network too: %s first', async (...names) => {
    const shared: WeightsFinding = { ...PART, network: 'cdvd-tsp', alsoOf: ['arvo'] };
    const own: WeightsFinding = { ...OTHER_PART, network: 'arvo' };
    answer = ([first, ...others]) =>
      others.length > 0 ? IMPORTED : first && 'upload' in first && first.upload === 'own' ? own : shared;
    await models.importFiles(names.map(file));
    expect(states()).toEqual([[names.join('+'), 'found', 'imported']]);
  });

  it('are put together when they are dropped at once', async () => {
    answer = together;
    await models.importFiles([file('a.pth'), file('b.pth')]);
    expect(states()).toEqual([['a.pth+b.pth', 'found', 'imported']]);
  });

  it('are given up with the part that nothing came for', async () => {
    answer = () => PART;
    await models.importFiles([file('a.pth')]);
    models.dismiss(models.list[0]!.id);
    expect(models.list).toEqual([]);
    expect(discarded).toEqual(['a.pth']);
  });

  it('make way for the same part that comes once more, and wait on', async () => {
    answer = () => PART;
    await models.importFiles([file('a.pth'), file('copy of a.pth')]);
    expect(states()).toEqual([['copy of a.pth', 'found', 'part']]);
    expect(orders.every((files) => files.length === 1)).toBe(true);
    answer = (files) => (files.length === 2 ? IMPORTED : OTHER_PART);
    await models.importFiles([file('b.pth')]);
    expect(states()).toEqual([['copy of a.pth+b.pth', 'found', 'imported']]);
  });

  it('are called off while they are sent, and the next comes in', async () => {
    upload = (_file, { signal }) =>
      new Promise((_resolve, reject) =>
        signal?.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    const done = models.importFiles([file('endless.pth'), file('waits.pth')]);
    await Promise.resolve();
    upload = async ({ name }) => name;
    models.dismiss(models.list[1]!.id);
    await done;
    expect(states()).toEqual([['waits.pth', 'found', 'imported']]);
    expect(orders).toEqual([[{ upload: 'waits.pth' }]]);
  });

  it('are called off before it is their turn: then they are never sent', async () => {
    const done = models.importFiles([file('a.pth'), file('b.pth')]);
    models.dismiss(models.list[0]!.id);
    await done;
    expect(orders).toEqual([[{ upload: 'a.pth' }]]);
    expect(states()).toEqual([['a.pth', 'found', 'imported']]);
  });

  it('are to be dropped again after the program was away', async () => {
    upload = () => Promise.reject(new UnreachableError());
    await models.importFiles([file('a.pth')]);
    expect(models.list[0]?.problem).toMatchObject({
      message: 'Acutance does not answer.',
      hint: 'Drop the file again when the program runs again.',
    });
  });
});
