import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LookFiles } from '../../../src/main/render/look-files.ts';

let folder: string;
let announced: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acutance-look-files-'));
  announced = [];
  writeFileSync(join(folder, 'clip.mkv'), 'clip');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const create = (name: string, looks: readonly string[], overwrite = false) =>
  LookFiles.create(join(folder, name), {
    looks,
    overwrite,
    inputs: [join(folder, 'clip.mkv')],
    announce: (path) => announced.push(path),
  });

const write = (files: LookFiles, look: string) =>
  files.write(look, (format) => Buffer.from(`${look} as ${format}`));

const listing = (name = '') => readdirSync(join(folder, name)).sort();

describe('files of what is seen inside a network', () => {
  it('are a folder with a picture and an array of each, which has its name when all is written', async () => {
    const files = await create('run-1.5', ['flow', 'mask']);
    expect(await write(files, 'flow')).toEqual(
      ['flow.png', 'flow.npy'].map((name) => join(folder, 'run-1.5', name)),
    );
    await write(files, 'mask');
    expect(existsSync(join(folder, 'run-1.5'))).toBe(false);
    await files.complete();
    await files.remove();
    expect(listing()).toEqual(['clip.mkv', 'run-1.5']);
    expect(listing('run-1.5')).toEqual(['flow.npy', 'flow.png', 'mask.npy', 'mask.png']);
    expect(readFileSync(join(folder, 'run-1.5/mask.npy'), 'utf8')).toBe('mask as .npy');
  });

  it.each([
    ['picture.PNG', ['picture.PNG']],
    ['mine', ['flow.npy', 'flow.png']],
  ])('take their places in what is there: %s', async (name, expected) => {
    mkdirSync(join(folder, 'mine'));
    const files = await create(name, ['flow']);
    const paths = await write(files, 'flow');
    expect(paths.some((path) => existsSync(path))).toBe(false);
    await files.complete();
    const where = name === 'mine' ? 'mine' : '';
    expect(listing(where).filter((each) => !/clip|mine/.test(each))).toEqual(expected);
  });

  it.each(['new', 'mine', 'one.npy'])('leave nothing of %s where they are given up', async (name) => {
    mkdirSync(join(folder, 'mine'));
    const files = await create(name, ['flow']);
    await write(files, 'flow');
    expect(announced.length).toBeGreaterThan(0);
    await files.remove();
    expect(listing()).toEqual(['clip.mkv', 'mine']);
    expect(listing('mine')).toEqual([]);
  });

  it.each([
    ['clip.mkv', ['flow'], 'output-unwritable', /is a file, not a folder/],
    ['x.jpg', ['flow'], 'usage', /neither a \.png nor a \.npy/],
    ['x.png', ['flow', 'mask'], 'usage', /can hold one look, not 2/],
    ['none/x.npy', ['flow'], 'output-unwritable', /does not exist/],
    ['none/x', ['flow'], 'output-unwritable', /does not exist/],
    ['kept', ['mask', 'flow'], 'output-exists', /flow\.png" exists already/],
    ['kept/flow.png', ['flow'], 'output-exists', /exists already/],
    ['shots.png', ['flow'], 'output-unwritable', /is a folder/],
  ] as const)('are refused at %s', async (name, looks, code, message) => {
    mkdirSync(join(folder, 'kept'));
    mkdirSync(join(folder, 'shots.png'));
    writeFileSync(join(folder, 'kept/flow.png'), 'old');
    await expect(create(name, looks)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    expect(listing()).toEqual(['clip.mkv', 'kept', 'shots.png']);
    expect(listing('kept')).toEqual(['flow.png']);
  });

  it('replace what they may, but never what is read', async () => {
    mkdirSync(join(folder, 'kept'));
    writeFileSync(join(folder, 'kept/flow.png'), 'old');
    const files = await create('kept', ['flow'], true);
    await write(files, 'flow');
    await files.complete();
    expect(readFileSync(join(folder, 'kept/flow.png'), 'utf8')).toBe('flow as .png');
    const own = LookFiles.create(join(folder, 'kept/flow.png'), {
      looks: ['flow'],
      overwrite: true,
      inputs: [join(folder, 'clip.mkv'), join(folder, 'kept/flow.png')],
      announce: () => undefined,
    });
    await expect(own).rejects.toMatchObject({ code: 'output-same-as-input' });
  });
});
