import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installCommands, isInstalled, TEST_TOOLS } from '../../support/test-tools.ts';

const ffmpeg = TEST_TOOLS.find((tool) => tool.name === 'ffmpeg')!;
const chromium = TEST_TOOLS.find((tool) => tool.name === 'chromium')!;

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

  it('may go by any of its names', () => {
    expect(isInstalled(chromium, { PATH: folder })).toBe(false);
    addProgram('google-chrome');
    expect(isInstalled(chromium, { PATH: folder })).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('is not installed when its file cannot be run', () => {
    addProgram('google-chrome');
    chmodSync(join(folder, 'google-chrome'), 0o644);
    expect(isInstalled(chromium, { PATH: folder })).toBe(false);
  });

  it('comes with the command that installs it', () => {
    expect(installCommands([ffmpeg, chromium], 'linux')).toEqual([
      'sudo apt-get install --yes ffmpeg chromium',
    ]);
    expect(installCommands([ffmpeg], 'darwin')).toEqual(['brew install ffmpeg']);
    expect(installCommands([ffmpeg], 'win32')).toEqual(['winget install Gyan.FFmpeg']);
    expect(installCommands([], 'linux')).toEqual([]);
  });
});
