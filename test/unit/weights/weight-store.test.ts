import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { importedWeightsFolder } from '../../../src/main/inference/weights/data-folder.ts';
import { parameterSource } from '../../../src/main/inference/weights/parameter-source.ts';
import { WeightStore } from '../../../src/main/inference/weights/weight-store.ts';
import { encodeSafetensors } from '../../../src/networks/checkpoints/safetensors-writer.ts';
import type { ParameterSpec } from '../../../src/shared/tensor.ts';

const specs: Record<string, ParameterSpec[]> = {
  lite: [
    { name: 'conv.weight', dims: [2, 3] },
    { name: 'conv.bias', dims: [2] },
  ],
  paper: [
    { name: 'conv.weight', dims: [4, 3] },
    { name: 'conv.bias', dims: [4] },
  ],
};
const network = { id: 'cdvd-tsp', sizes: ['paper', 'lite'], parameters: (size: string) => specs[size] ?? [] };

function weightFile(size: string, first: number, metadata: Record<string, string> = {}): Uint8Array {
  const tensors = (specs[size] ?? []).map(({ name, dims }) => {
    const count = dims.reduce((product, dim) => product * dim, 1);
    return [name, { dims, data: Float32Array.from({ length: count }, (_, index) => first + index) }] as const;
  });
  return encodeSafetensors(new Map(tensors), metadata);
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let home: string;
let store: WeightStore;
let userFolder: string;
let shippedFolder: string;

function write(name: string, content: Uint8Array | string): string {
  const path = join(home, name);
  writeFileSync(path, content);
  return path;
}

function ship(entry: Record<string, unknown> = {}): void {
  const content = weightFile('lite', 50);
  writeFileSync(join(shippedFolder, 'lite.safetensors'), content);
  const description = {
    id: 'cdvd-tsp-lite',
    network: 'cdvd-tsp',
    size: 'lite',
    file: 'lite.safetensors',
    sha256: sha256(content),
    licence: 'MIT',
    attribution: 'the authors',
    origin: 'trained for this project',
    alignCorners: false,
    figures: { psnr: 31.5 },
    ...entry,
  };
  writeFileSync(join(shippedFolder, 'weights.json'), JSON.stringify({ version: 1, weights: [description] }));
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'acutance-weights-'));
  userFolder = join(home, 'data', 'weights');
  shippedFolder = join(home, 'resources');
  mkdirSync(shippedFolder);
  store = new WeightStore({ userFolder, shippedFolder, networks: [network] });
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

describe('importing weights', () => {
  it('recognises the size, and stores a safetensors file under its hash with a note', async () => {
    const file = write('CDVD_TSP.pt', weightFile('paper', 1, { licence: 'MIT' }));
    const record = await store.import(file, { network: 'cdvd-tsp' });

    expect(record).toMatchObject({
      source: 'imported',
      network: 'cdvd-tsp',
      size: 'paper',
      name: 'CDVD_TSP.pt',
      origin: file,
      licence: 'MIT',
      alignCorners: true,
    });
    expect(readdirSync(userFolder).sort()).toEqual([`${record.sha256}.json`, `${record.sha256}.safetensors`]);
    const stored = readFileSync(record.path);
    expect(sha256(stored)).toBe(record.sha256);
    expect(stored.byteLength).toBe(record.bytes);
    expect(await store.list()).toEqual({ weights: [record], problems: [] });
  });

  it('gives the parameters back as they were', async () => {
    const record = await store.import(write('a.safetensors', weightFile('lite', 3)), { network: 'cdvd-tsp' });
    const loaded = await store.load(record);
    expect([...loaded.parameters]).toEqual([
      ['conv.weight', Float32Array.of(3, 4, 5, 6, 7, 8)],
      ['conv.bias', Float32Array.of(3, 4)],
    ]);
    expect(parameterSource(loaded.parameters)('conv.bias', [2])).toEqual(Float32Array.of(3, 4));
    expect(() => parameterSource(loaded.parameters)('conv.bias', [3])).toThrow('have 2 values');
  });

  it('keeps the warp convention: the one asked for, else that of the file, else true', async () => {
    const file = write('a.safetensors', weightFile('lite', 1, { align_corners: 'false' }));
    expect((await store.import(file, { network: 'cdvd-tsp' })).alignCorners).toBe(false);
    const second = await store.import(file, { network: 'cdvd-tsp', alignCorners: true });
    expect(second.alignCorners).toBe(true);
    expect((await store.load(second)).alignCorners).toBe(true);
    expect((await store.list()).weights).toHaveLength(2);
    const odd = write('odd.safetensors', weightFile('lite', 1, { align_corners: 'maybe' }));
    await expect(store.import(odd, { network: 'cdvd-tsp' })).rejects.toThrow('align_corners "maybe"');
  });

  it('twice keeps one copy, with the newer note', async () => {
    const file = write('a.safetensors', weightFile('lite', 1));
    await store.import(file, { network: 'cdvd-tsp' });
    await store.import(file, { network: 'cdvd-tsp', licence: 'CC0' });
    const { weights } = await store.list();
    expect(weights.map(({ licence }) => licence)).toEqual(['CC0']);
  });

  it('names the closest network where nothing fits, and leaves nothing behind', async () => {
    const tensors = new Map([['conv.weight', { dims: [2, 3], data: new Float32Array(6) }]]);
    const file = write('a.pth', encodeSafetensors(tensors));
    await expect(store.import(file, { network: 'cdvd-tsp' })).rejects.toMatchObject({
      code: 'weights-mismatch',
      message: `${file} does not fit cdvd-tsp; the closest is cdvd-tsp lite: 1 of its 2 tensors fit, 1 missing\n  missing:\n    conv.bias [2]`,
      hint: expect.stringContaining('incomplete') as string,
    });
    expect(existsSync(userFolder)).toBe(false);
  });

  it('says so where no name is known, and which network has such shapes', async () => {
    const tensors = new Map([['fc.weight', { dims: [2, 3], data: new Float32Array(6) }]]);
    const file = write('a.pth', encodeSafetensors(tensors));
    await expect(store.import(file, {})).rejects.toMatchObject({
      message: expect.stringMatching(
        /does not fit any network: no tensor in it has a name known there\. By the shapes .* cdvd-tsp lite: 2 missing, 1 unexpected/,
      ) as string,
      hint: 'Weights can be imported for cdvd-tsp.',
    });
  });

  it('points to the size that would fit', async () => {
    const file = write('a.pth', weightFile('paper', 1));
    await expect(store.import(file, { network: 'cdvd-tsp', size: 'lite' })).rejects.toMatchObject({
      code: 'weights-mismatch',
      message: `${file} does not fit cdvd-tsp lite`,
      hint: 'These are weights for cdvd-tsp paper: use --network cdvd-tsp --size paper.',
    });
    await expect(store.import(file, { network: 'pvdnet' })).rejects.toMatchObject({ code: 'usage' });
  });

  it('refuses values that are not finite', async () => {
    const file = write('a.pth', weightFile('lite', Infinity));
    await expect(store.import(file, { network: 'cdvd-tsp' })).rejects.toThrow(
      'conv.weight that are not finite',
    );
  });

  it('refuses a hostile file', async () => {
    const hostile = join(home, 'hostile.pth');
    copyFileSync(join(import.meta.dirname, '../../fixtures/pth/malicious_system_zip.pth'), hostile);
    await expect(store.import(hostile, { network: 'cdvd-tsp' })).rejects.toMatchObject({
      code: 'weights-refused',
    });
    expect(existsSync(join(home, 'pwned'))).toBe(false);
  });

  it('says what is wrong with the path', async () => {
    const request = { network: 'cdvd-tsp' };
    await expect(store.import(join(home, 'none.pth'), request)).rejects.toMatchObject({
      code: 'weights-missing',
    });
    await expect(store.import(home, request)).rejects.toThrow(`${home} is a folder`);
    await expect(store.import(join(home, 'x'.repeat(300)), request)).rejects.toThrow('too long');
  });

  it('says so where the folder cannot be written', async () => {
    write('data', 'a file where the folder should be');
    const file = write('a.pth', weightFile('lite', 1));
    await expect(store.import(file, { network: 'cdvd-tsp' })).rejects.toMatchObject({
      code: 'output-unwritable',
    });
  });

  it('leaves nothing half-written where the last step fails', async () => {
    const file = write('a.pth', weightFile('lite', 1));
    const { path } = await store.import(file, { network: 'cdvd-tsp' });
    rmSync(userFolder, { recursive: true });
    mkdirSync(path, { recursive: true });
    await expect(store.import(file, { network: 'cdvd-tsp' })).rejects.toMatchObject({
      code: 'output-unwritable',
    });
    expect(readdirSync(userFolder)).toEqual([basename(path)]);
  });
});

describe('choosing weights', () => {
  const wanted = { network: 'cdvd-tsp', size: 'lite' };

  it('takes the shipped ones by default, with what belongs to them', async () => {
    ship();
    await store.import(write('a.pth', weightFile('lite', 1)), { network: 'cdvd-tsp' });
    const record = await store.find(wanted);
    expect(record).toMatchObject({
      id: 'cdvd-tsp-lite',
      source: 'shipped',
      figures: { psnr: 31.5 },
      bytes: expect.any(Number) as number,
    });
    expect(await store.resolve(wanted)).toMatchObject({ name: 'cdvd-tsp-lite', alignCorners: false });
  });

  it('takes the newest imported ones where none are shipped', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    await store.import(write('a.pth', weightFile('lite', 1)), { network: 'cdvd-tsp' });
    vi.advanceTimersByTime(1);
    const newer = await store.import(write('b.pth', weightFile('lite', 2)), { network: 'cdvd-tsp' });
    expect(await store.find(wanted)).toEqual(newer);
  });

  it('takes the shipped ones although the folder of imported ones cannot be read', async () => {
    ship();
    mkdirSync(join(home, 'data'));
    writeFileSync(userFolder, 'a file where a folder should be');
    expect((await store.resolve(wanted)).name).toBe('cdvd-tsp-lite');
    const { weights, problems } = await store.list();
    expect(weights.map(({ source }) => source)).toEqual(['shipped']);
    expect(problems).toMatchObject([{ code: expect.stringMatching(/^weights-/) }]);
    await expect(store.find({ ...wanted, weights: 'mine' })).rejects.toMatchObject({
      code: 'weights-missing',
      hint: expect.stringContaining(userFolder),
    });
  });

  it('finds imported ones by name, hash and first digits', async () => {
    ship();
    const record = await store.import(write('mine.pth', weightFile('lite', 1)), { network: 'cdvd-tsp' });
    for (const weights of ['mine.pth', 'mine', record.sha256, record.sha256.slice(0, 8).toUpperCase()]) {
      expect(await store.find({ ...wanted, weights })).toEqual(record);
    }
    expect(await store.find({ ...wanted, weights: 'cdvd-tsp-lite' })).toMatchObject({ source: 'shipped' });
    await expect(store.find({ ...wanted, weights: record.sha256.slice(0, 5) })).rejects.toMatchObject({
      code: 'weights-missing',
    });
  });

  it('asks where a name is not unique', async () => {
    await store.import(write('a.pth', weightFile('lite', 1)), { network: 'cdvd-tsp' });
    await store.import(write('a.pth', weightFile('lite', 2)), { network: 'cdvd-tsp' });
    await expect(store.find({ ...wanted, weights: 'a' })).rejects.toMatchObject({ code: 'usage' });
  });

  it('uses a file where it lies, without storing it', async () => {
    const content = weightFile('lite', 9);
    const path = write('direct.safetensors', content);
    expect(await store.resolve({ ...wanted, weights: path })).toMatchObject({
      name: path,
      sha256: sha256(content),
      alignCorners: true,
    });
    expect(existsSync(userFolder)).toBe(false);
  });

  it('says which size weights are for', async () => {
    await store.import(write('big.pth', weightFile('paper', 1)), { network: 'cdvd-tsp' });
    await expect(store.resolve({ ...wanted, weights: 'big' })).rejects.toMatchObject({
      code: 'weights-mismatch',
      hint: expect.stringContaining('--size paper') as string,
    });
    await expect(store.find(wanted)).rejects.toMatchObject({
      code: 'weights-missing',
      message: 'There are no weights for cdvd-tsp lite',
      hint: expect.stringContaining('or use --size paper') as string,
    });
  });
});

describe('damaged weights', () => {
  it('are told by their hash', async () => {
    const record = await store.import(write('a.pth', weightFile('lite', 1)), { network: 'cdvd-tsp' });
    const content = readFileSync(record.path);
    content[content.byteLength - 1] = (content.at(-1) ?? 0) ^ 1;
    writeFileSync(record.path, content);
    await expect(store.load(record)).rejects.toThrow(`${record.path} is damaged: its SHA-256 is`);

    ship({ sha256: 'f'.repeat(64) });
    const shipped = await store.find({ network: 'cdvd-tsp', size: 'lite' });
    await expect(store.load(shipped)).rejects.toThrow('is damaged');
  });

  it('are listed with the reason and do not hide the others', async () => {
    const good = await store.import(write('a.pth', weightFile('lite', 1)), { network: 'cdvd-tsp' });
    const lost = await store.import(write('b.pth', weightFile('lite', 2)), { network: 'cdvd-tsp' });
    rmSync(lost.path);
    writeFileSync(join(userFolder, `${'0'.repeat(64)}.json`), '{');
    writeFileSync(join(userFolder, `${'1'.repeat(64)}.safetensors.tmp`), 'half');
    const { weights, problems } = await store.list();
    expect(weights).toEqual([good]);
    expect(problems.map(({ code }) => code).sort()).toEqual(['weights-missing', 'weights-unreadable']);
  });

  it.skipIf(process.platform === 'win32')('are no problem where they go while they are listed', async () => {
    const record = await store.import(write('a.pth', weightFile('lite', 1)), { network: 'cdvd-tsp' });
    // Like a note that was there when the folder was read, and is not there when the note is.
    symlinkSync(join(userFolder, 'gone'), join(userFolder, `${'a'.repeat(64)}.json`));
    expect(await store.list()).toEqual({ weights: [record], problems: [] });
  });

  it.each([
    [{ file: '../secret' }, 'has a path for "file"'],
    [{ sha256: 'short' }, 'has no valid "sha256"'],
    [{ alignCorners: 'yes' }, 'has no valid "alignCorners"'],
  ])('shipped description %j is refused', async (entry, message) => {
    ship(entry);
    await expect(store.list()).rejects.toThrow(message);
  });
});

describe('where imported weights lie', () => {
  it('is a folder of the platform, or below ACUTANCE_DATA_DIR', () => {
    expect(importedWeightsFolder({ ACUTANCE_DATA_DIR: home })).toBe(join(home, 'weights'));
    expect(importedWeightsFolder({})).toMatch(/acutance/i);
  });
});

describe('removing weights', () => {
  it('deletes imported ones with their note', async () => {
    const record = await store.import(write('a.safetensors', weightFile('lite', 1)), {});
    await store.remove(record.sha256);
    expect(readdirSync(userFolder)).toEqual([]);
    await expect(store.remove(record.sha256)).rejects.toMatchObject({ code: 'weights-missing' });
  });

  it('leaves shipped ones alone', async () => {
    ship();
    const [shipped] = (await store.list()).weights;
    await expect(store.remove(shipped!.sha256)).rejects.toMatchObject({ code: 'usage' });
    expect(existsSync(shipped!.path)).toBe(true);
  });
});
