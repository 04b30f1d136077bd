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
import { PartialFile } from '../../../src/main/media/partial-file.ts';

let folder: string;
let input: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acutance-output-'));
  input = join(folder, 'input.mp4');
  writeFileSync(input, 'clip');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const make = (output: string, overwrite = false) => PartialFile.create(output, input, overwrite);

/** Whether an output is accepted; nothing is left of it. */
async function verdict(output: string, overwrite = false): Promise<unknown> {
  return codeOf(make(output, overwrite).then((file) => file.remove()));
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'accepted',
    (error: unknown) => (error as { code: unknown }).code,
  );
}

describe('where an output may go', () => {
  it('is a new name in a folder that exists', async () => {
    expect(await verdict(join(folder, 'new.mp4'))).toBe('accepted');
    expect(await verdict(join(folder, 'none', 'new.mp4'))).toBe('output-unwritable');
    expect(await verdict(join(input, 'new.mp4'))).toBe('output-unwritable');
    expect(await verdict(folder)).toBe('output-unwritable');
    expect(await verdict(join(folder, 'n'.repeat(300)))).toBe('output-unwritable');
  });

  it('is not the input, by whatever name', async () => {
    symlinkSync(input, join(folder, 'soft'));
    linkSync(input, join(folder, 'hard'));
    symlinkSync(folder, join(folder, 'loop'));
    for (const name of ['input.mp4', 'soft', 'hard', 'loop/input.mp4', './x/../input.mp4']) {
      mkdirSync(join(folder, 'x'), { recursive: true });
      expect(await verdict(`${folder}/${name}`, true)).toBe('output-same-as-input');
    }
  });

  it('is none of several inputs, the frames of a folder for example', async () => {
    const frame = join(folder, '00000.png');
    writeFileSync(frame, 'frame');
    symlinkSync(frame, join(folder, 'soft.csv'));
    const inputs = [join(folder, 'gone.png'), input, frame];
    for (const name of ['00000.png', 'soft.csv', 'input.mp4']) {
      const refused = PartialFile.create(join(folder, name), inputs, true);
      await expect(refused).rejects.toMatchObject({
        code: 'output-same-as-input',
        message: expect.stringMatching(/is one of the inputs/) as string,
      });
    }
    expect(readFileSync(frame, 'utf8')).toBe('frame');
  });

  it('is an existing file only when that may be replaced', async () => {
    const old = join(folder, 'old.mp4');
    writeFileSync(old, 'old');
    expect(await verdict(old)).toBe('output-exists');
    expect(await verdict(old, true)).toBe('accepted');
  });

  it.skipIf(process.platform === 'win32')('is never a device', async () => {
    expect(await verdict('/dev/null', true)).toBe('output-unwritable');
  });

  it('is no link that leads nowhere, and the link stays', async () => {
    symlinkSync(join(folder, 'nowhere.mp4'), join(folder, 'dangling.mp4'));
    symlinkSync(join(folder, 'round.mp4'), join(folder, 'round.mp4'));
    for (const name of ['dangling.mp4', 'round.mp4']) {
      expect(await verdict(join(folder, name), true)).toBe('output-unwritable');
    }
    expect(readdirSync(folder)).toContain('dangling.mp4');
  });

  it('stays behind a symbolic link', async () => {
    const old = join(folder, 'old.mp4');
    writeFileSync(old, 'old');
    symlinkSync(old, join(folder, 'soft'));
    const file = await make(join(folder, 'soft'), true);
    await file.remove();
    expect(file.finalPath).toMatch(/old\.mp4$/);
  });
});

describe('a partial file', () => {
  const listing = () => readdirSync(folder).sort();

  it('appears under its name only when it is complete', async () => {
    let announced = '';
    const file = await PartialFile.create(join(folder, 'out.npy'), input, false, (path) => {
      announced = path;
      expect(listing()).toEqual(['input.mp4']);
    });
    expect(announced).toBe(file.temporaryPath);
    writeFileSync(file.temporaryPath, 'content');
    expect(listing()).not.toContain('out.npy');
    expect(await file.complete()).toBe(7);
    await file.remove();
    expect(listing()).toEqual(['input.mp4', 'out.npy']);
    expect(readFileSync(join(folder, 'out.npy'), 'utf8')).toBe('content');
  });

  it('leaves nothing when it is removed', async () => {
    const file = await make(join(folder, 'out.npy'));
    await file.remove();
    expect(listing()).toEqual(['input.mp4']);
  });

  it('does not replace a file that appeared meanwhile', async () => {
    const file = await make(join(folder, 'out.npy'));
    writeFileSync(join(folder, 'out.npy'), 'precious');
    expect(await codeOf(file.complete())).toBe('output-exists');
    await file.remove();
    expect(readFileSync(join(folder, 'out.npy'), 'utf8')).toBe('precious');
  });
});
