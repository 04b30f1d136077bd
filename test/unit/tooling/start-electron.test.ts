import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { obtainElectron, runElectron } from '../../../scripts/start-electron.ts';

let root: string;
const say = vi.fn();

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'start ü '));
  write('package.json', '{}');
  say.mockClear();
  // Whatever machine this runs on, nothing is asked over a network.
  vi.stubGlobal('fetch', vi.fn().mockRejectedValue(new Error('no network')));
  for (const name of Object.keys(process.env)) {
    if (/^(https?_proxy|.*electron_.*)$/i.test(name)) vi.stubEnv(name, undefined);
  }
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

function write(path: string, text: string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function installPackage(version: string): void {
  write('node_modules/electron/package.json', JSON.stringify({ version }));
}

/** As Electron's own installer leaves it. */
function installProgram(version: string): string {
  write('node_modules/electron/dist/version', version);
  write('node_modules/electron/path.txt', 'electron');
  return write('node_modules/electron/dist/electron', '');
}

describe("Electron's program", () => {
  it('is taken where it is', async () => {
    installPackage('45.4.1');
    const program = installProgram('45.4.1');
    expect(await obtainElectron(root, say)).toEqual({ value: program });
    expect(fetch).not.toHaveBeenCalled();
  });

  it('is not taken when it belongs to another version', async () => {
    installPackage('45.4.1');
    installProgram('44.0.0');
    expect(await obtainElectron(root, say)).toHaveProperty('reason');
  });

  it('is given up at once, with a reason, where the network does not answer', async () => {
    installPackage('45.4.1');
    expect(await obtainElectron(root, say)).toEqual({
      reason: "its program can't be downloaded (github.com does not answer)",
    });
    expect(say).not.toHaveBeenCalled();
  });

  it('is downloaded by its own installer where the network answers', async () => {
    vi.stubGlobal('fetch', vi.fn().mockResolvedValue(new Response('')));
    installPackage('45.4.1');
    write(
      'node_modules/electron/install.js',
      `const { mkdirSync, writeFileSync } = require('node:fs');
       mkdirSync(__dirname + '/dist');
       writeFileSync(__dirname + '/dist/version', '45.4.1');
       writeFileSync(__dirname + '/dist/electron', '');
       writeFileSync(__dirname + '/path.txt', 'electron');`,
    );
    expect(await obtainElectron(root, say)).toEqual({
      value: join(root, 'node_modules/electron/dist/electron'),
    });
    expect(say).toHaveBeenCalledOnce();
  });

  it('is given up with the reason of the installer', async () => {
    vi.stubGlobal('fetch', vi.fn().mockResolvedValue(new Response('')));
    installPackage('45.4.1');
    write('node_modules/electron/install.js', `throw new Error('checksum mismatch');`);
    expect(await obtainElectron(root, say)).toEqual({
      reason: "its program can't be downloaded (Error: checksum mismatch)",
    });
  });

  it('is nothing to look for where the package was left out', async () => {
    expect(await obtainElectron(root, say)).toEqual({ reason: 'the package "electron" is not installed' });
  });
});

describe.skipIf(process.platform === 'win32')('the window', () => {
  function program(script: string): string {
    const path = write('program', `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  it('is given the repository and the clips, and its end is ours', async () => {
    const path = program('echo "$@" > "$1/seen"; exit 0');
    expect(await runElectron(path, root, ['clip.mp4'])).toEqual({ value: 0 });
  });

  it('that never opens is told from one that was closed', async () => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const path = program('echo "cannot open display" >&2; exit 1');
    expect(await runElectron(path, root, [])).toEqual({ reason: 'it ended at once (cannot open display)' });
  });

  it('that can not even be started is given up', async () => {
    expect(await runElectron(join(root, 'nowhere'), root, [])).toEqual({
      reason: expect.stringContaining('ENOENT'),
    });
  });
});
