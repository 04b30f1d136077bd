import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkOutputPath } from '../../../src/main/render/output-path.ts';
import { PendingFile } from '../../../src/main/render/pending-file.ts';

let folder: string;
let input: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acutance-output-'));
  input = join(folder, 'input.mp4');
  writeFileSync(input, 'clip');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function options(output: string, overwrite = false) {
  return { output, inputs: [input], overwrite };
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'accepted',
    (error: { code: unknown }) => error.code,
  );
}

describe('where an output may go', () => {
  it('is a new name in a folder that exists', async () => {
    expect(await codeOf(checkOutputPath(options(join(folder, 'new.mp4'))))).toBe('accepted');
    expect(await codeOf(checkOutputPath(options(join(folder, 'none', 'new.mp4'))))).toBe('output-unwritable');
    expect(await codeOf(checkOutputPath(options(join(input, 'new.mp4'))))).toBe('output-unwritable');
    expect(await codeOf(checkOutputPath(options(folder)))).toBe('output-unwritable');
    expect(await codeOf(checkOutputPath(options(join(folder, 'n'.repeat(300)))))).toBe('output-unwritable');
  });

  it('is not the input, by whatever name', async () => {
    symlinkSync(input, join(folder, 'soft'));
    linkSync(input, join(folder, 'hard'));
    symlinkSync(folder, join(folder, 'loop'));
    for (const name of ['input.mp4', 'soft', 'hard', 'loop/input.mp4', './x/../input.mp4']) {
      mkdirSync(join(folder, 'x'), { recursive: true });
      expect(await codeOf(checkOutputPath(options(`${folder}/${name}`, true)))).toBe('output-same-as-input');
    }
  });

  it('is an existing file only when that may be replaced', async () => {
    const old = join(folder, 'old.mp4');
    writeFileSync(old, 'old');
    expect(await codeOf(checkOutputPath(options(old)))).toBe('output-exists');
    expect(await codeOf(checkOutputPath(options(old, true)))).toBe('accepted');
  });

  it.skipIf(process.platform === 'win32')('is never a device', async () => {
    expect(await codeOf(checkOutputPath(options('/dev/null', true)))).toBe('output-unwritable');
  });

  it('stays behind a symbolic link', async () => {
    const old = join(folder, 'old.mp4');
    writeFileSync(old, 'old');
    symlinkSync(old, join(folder, 'soft'));
    expect(await checkOutputPath(options(join(folder, 'soft'), true))).toMatch(/old\.mp4$/);
  });
});

describe('a pending file', () => {
  const listing = () => readdirSync(folder).sort();

  it('appears under its name only when it is complete', async () => {
    let announced = '';
    const file = await PendingFile.create(options(join(folder, 'out.npy')), (path) => {
      announced = path;
      expect(listing()).toEqual(['input.mp4']);
    });
    await file.write(Buffer.from('one '));
    await file.write(Buffer.from('two'));
    expect(listing()).toHaveLength(2);
    expect(listing()).not.toContain('out.npy');
    expect(announced.startsWith(folder)).toBe(true);
    await file.commit();
    await file.discard();
    expect(listing()).toEqual(['input.mp4', 'out.npy']);
    expect(readFileSync(join(folder, 'out.npy'), 'utf8')).toBe('one two');
  });

  it('leaves nothing when it is discarded', async () => {
    const file = await PendingFile.create(options(join(folder, 'out.npy')), () => undefined);
    await file.write(Buffer.from('half'));
    await file.discard();
    expect(listing()).toEqual(['input.mp4']);
  });

  it('does not replace a file that appeared meanwhile', async () => {
    const file = await PendingFile.create(options(join(folder, 'out.npy')), () => undefined);
    writeFileSync(join(folder, 'out.npy'), 'precious');
    expect(await codeOf(file.commit())).toBe('output-exists');
    await file.discard();
    expect(readFileSync(join(folder, 'out.npy'), 'utf8')).toBe('precious');
  });
});
