import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { _electron, type ElectronApplication } from 'playwright-core';

const root = join(import.meta.dirname, '../../..');

/** Why the desktop window can't be opened here, in a few words; undefined where it can. */
export function electronObstacle(): string | undefined {
  if (electronProgram() === undefined) return 'the program of Electron is not installed';
  const display = process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'];
  if (process.platform === 'linux' && display === undefined) return 'there is no display';
  if (!existsSync(join(root, 'out/main/electron.js'))) return 'the application is not built (npm run build)';
  return undefined;
}

/** Electron's program as its installer leaves it; asking the package itself would start a download. */
function electronProgram(): string | undefined {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
    const program = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8'));
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Starts the built desktop application with data of its own.
 * @param folder where it keeps its data
 * @param parameters files to open
 */
export async function launchDesktop(
  folder: string,
  parameters: readonly string[] = [],
): Promise<ElectronApplication> {
  const executablePath = electronProgram();
  if (executablePath === undefined) throw new Error('Electron is not installed.');
  // As root, as in containers, Chromium's own sandbox can't be set up.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return _electron.launch({
    executablePath,
    args: [...asRoot, `--user-data-dir=${join(folder, 'electron')}`, root, ...parameters],
    env: { ...environment(), ACUTANCE_DATA_DIR: join(folder, 'data') },
  });
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
