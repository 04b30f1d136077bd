import { appendFileSync, copyFileSync, mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ProjectStore } from '../../../src/main/project/project-store.ts';
import { ClipLibrary } from '../../../src/main/render/clip-library.ts';
import { fingerprintOf } from '../../../src/main/render/clip-library-fingerprint.ts';
import { FileAccess } from '../../../src/main/render/file-access.ts';
import { AcutanceError } from '../../../src/shared/errors.ts';
import { FakeReader, temporaryFolder } from '../routes/support/fake-services.ts';

const UNREAD = Buffer.alloc(1_000_000, 'x');

let folder: string;
let root: string;
let reader: FakeReader;
let path: string;

beforeEach(() => {
  folder = temporaryFolder();
  root = join(folder, 'root');
  mkdirSync(root);
  path = join(root, 'clip.mp4');
  writeFileSync(path, UNREAD);
  utimesSync(path, 1000, 1000);
  reader = new FakeReader();
});

/** A library as of a new start of the program. */
function start(roots: readonly string[] = [root]): ClipLibrary {
  const store = ProjectStore.open(join(folder, 'data'));
  onTestFinished(() => store.dispose());
  return new ClipLibrary({
    reader,
    store,
    access: new FileAccess(roots),
    samplePath: join(root, 'sample.mp4'),
  });
}

describe('the id of a clip', () => {
  it('is the same for the same content wherever it lies', async () => {
    const { id } = await fingerprintOf(path);
    const copy = join(root, 'copy.mp4');
    copyFileSync(path, copy);
    utimesSync(copy, 1000, 1000);
    expect(await fingerprintOf(copy)).toMatchObject({ id });
    expect(id).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each([
    ['its first byte changes', (bytes: Buffer) => bytes.fill('y', 0, 1)],
    ['its last byte changes', (bytes: Buffer) => bytes.fill('y', bytes.length - 1)],
    ['its middle changes', (bytes: Buffer) => bytes.fill('y', 380_000, 400_000)],
    ['it becomes shorter', (bytes: Buffer) => bytes.subarray(1)],
  ])('is another when %s, even at the same time', async (_what, change) => {
    const { id } = await fingerprintOf(path);
    writeFileSync(path, change(Buffer.from(UNREAD)));
    utimesSync(path, 1000, 1000);
    expect((await fingerprintOf(path)).id).not.toBe(id);
  });

  it('is another when the file was written to', async () => {
    const { id } = await fingerprintOf(path);
    utimesSync(path, 1000, 1000.001);
    expect((await fingerprintOf(path)).id).not.toBe(id);
  });

  it.each([0, 1, 65_535, 65_536, 65_537, 131_072])('exists for a file of %i bytes', async (length) => {
    writeFileSync(path, UNREAD.subarray(0, length));
    expect(await fingerprintOf(path)).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      bytes: length,
    });
  });
});

describe('a clip', () => {
  it('stays known after a restart, without being read again', async () => {
    const { id } = await start().open(path);
    reader.reads = 0;
    expect(await start().locate(id)).toMatchObject({ id, path, bytes: UNREAD.length });
    expect(reader.reads).toBe(0);
    expect(await start().clip(id)).toMatchObject({ id, name: 'clip.mp4' });
  });

  it('is no longer known after a restart that opens other folders', async () => {
    const { id } = await start().open(path);
    await expect(start([join(folder, 'data')]).locate(id)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('whose file was replaced between two starts is not found', async () => {
    const { id } = await start().open(path);
    appendFileSync(path, 'more');
    await expect(start().locate(id)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('has changed'),
      hint: 'Open it again.',
    });
  });

  it('is found again when its file was moved and opened there', async () => {
    const library = start();
    const { id } = await library.open(path);
    renameSync(path, join(root, 'moved.mp4'));
    await expect(library.locate(id)).rejects.toMatchObject({ code: 'not-found' });
    expect(await library.open(join(root, 'moved.mp4'))).toMatchObject({ id, name: 'moved.mp4' });
    expect(await library.locate(id)).toMatchObject({ path: join(root, 'moved.mp4') });
  });

  it('that changes while it is read is not opened', async () => {
    reader.index = async () => {
      appendFileSync(path, 'more');
      return new FakeReader().index(path);
    };
    await expect(start().open(path)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('that can’t be read is not among the recent ones', async () => {
    const library = start();
    const text = join(root, 'text.txt');
    writeFileSync(text, 'text');
    await expect(library.open(text)).rejects.toMatchObject({ code: 'input-unsupported' });
    expect(await library.recent()).toEqual([]);
  });

  it('is opened even where that can’t be remembered, and the user is told', async () => {
    const store = ProjectStore.open(join(folder, 'data'));
    onTestFinished(() => store.dispose());
    store.opened = () => {
      throw new AcutanceError('disk-full', 'The disk is full.');
    };
    const problems: string[] = [];
    const library = new ClipLibrary({
      reader,
      store,
      access: new FileAccess([root]),
      samplePath: path,
      onProblem: ({ code }) => problems.push(code),
    });
    expect(await library.open(path)).toMatchObject({ name: 'clip.mp4' });
    expect(problems).toEqual(['disk-full']);
  });

  it('is the sample if it is that very file', async () => {
    const sample = join(root, 'sample.mp4');
    copyFileSync(path, sample);
    const library = start();
    expect(await library.open(sample)).toMatchObject({ sample: true });
    expect(await library.open(path)).toMatchObject({ sample: false });
  });

  it('keeps its choices when it is opened again, by another start too', async () => {
    const library = start();
    const { id } = await library.open(path);
    library.choose(id, { range: { from: 1, to: 2 } });
    expect(await start().open(path)).toMatchObject({ choices: { range: { from: 1, to: 2 } } });
  });

  it('can’t be worked on beyond its end', async () => {
    const library = start();
    const { id } = await library.open(path);
    expect(() => library.choose(id, { range: { from: 1, to: 6 } })).toThrow('5 frames');
  });
});
