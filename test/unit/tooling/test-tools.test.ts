import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installCommands, isInstalled, TEST_TOOLS } from '../../support/test-tools.ts';

const ffmpeg = TEST_TOOLS.find((tool) => tool.name === 'ffmpeg')!;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tools-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function addProgram(name: string): void {
  const path = join(folder, process.platform === 'win32' ? `${name}.exe` : name);
  writeFileSync(path, '');
  chmodSync(path, 0o755);
}

describe('a test tool', () => {
  it('is installed when each of its programs is on the path', () => {
    addProgram('ffmpeg');
    expect(isInstalled(ffmpeg, { PATH: folder })).toBe(false);
    addProgram('ffprobe');
    expect(isInstalled(ffmpeg, { PATH: folder })).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('is not installed when a program of it cannot be run', () => {
    addProgram('ffmpeg');
    addProgram('ffprobe');
    chmodSync(join(folder, 'ffprobe'), 0o644);
    expect(isInstalled(ffmpeg, { PATH: folder })).toBe(false);
  });

  it('may be a file in one of several places', () => {
    const renderer = { ...ffmpeg, programs: [], files: [join(folder, 'a.json'), join(folder, 'b.json')] };
    expect(isInstalled(renderer, {})).toBe(false);
    writeFileSync(join(folder, 'b.json'), '');
    expect(isInstalled(renderer, {})).toBe(true);
  });

  it('comes with the command that installs it', () => {
    const other = { ...ffmpeg, debianPackages: ['chromium', 'libvulkan1'] };
    expect(installCommands([ffmpeg, other], 'linux')).toEqual([
      'sudo apt-get install --yes ffmpeg chromium libvulkan1',
    ]);
    expect(installCommands([ffmpeg], 'darwin')).toEqual(['brew install ffmpeg']);
    expect(installCommands([ffmpeg], 'win32')).toEqual(['winget install Gyan.FFmpeg']);
    expect(installCommands([], 'linux')).toEqual([]);
  });
});
