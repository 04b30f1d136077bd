/** Electron's program, which comes from GitHub and not from the npm registry, and the window it opens. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** How long the download may take; about 110 MB. */
const DOWNLOAD_MS = 240_000;
/** How long GitHub may take to answer at all. */
const ANSWER_MS = 5000;
/** A window that ends with an error this soon never opened. */
const OPENED_AFTER_MS = 10_000;

/** Something that worked, or in one sentence why it did not. */
export type Attempt<T> = { readonly value: T } | { readonly reason: string };

/**
 * Finds Electron's program, downloading it where it is missing.
 *
 * @param root the repository
 * @param say is told before a download
 */
export async function obtainElectron(root: string, say: (line: string) => void): Promise<Attempt<string>> {
  const folder = packageFolder(root);
  if (folder === undefined) return { reason: 'the package "electron" is not installed' };
  const installed = programIn(folder);
  if (installed !== undefined) return { value: installed };
  const version = versionOf(folder);
  const obstacle = await unreachable(version);
  if (obstacle !== undefined) return { reason: `its program can't be downloaded (${obstacle})` };
  say('Downloading Electron, about 110 MB, once.');
  const failure = await install(folder);
  const program = programIn(folder);
  if (program !== undefined) return { value: program };
  return { reason: `its program can't be downloaded (${failure ?? 'the download is incomplete'})` };
}

/**
 * Opens the window and waits until it is closed.
 *
 * @returns the exit code, or why it never opened
 */
export async function runElectron(
  program: string,
  root: string,
  parameters: readonly string[],
): Promise<Attempt<number>> {
  const startedAt = performance.now();
  const child = spawn(program, [root, ...parameters], { stdio: ['inherit', 'inherit', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4096);
    process.stderr.write(text);
  });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  try {
    await once(child, 'close');
  } catch (thrown) {
    return { reason: thrown instanceof Error ? thrown.message : String(thrown) };
  } finally {
    process.off('SIGINT', forward).off('SIGTERM', forward);
  }
  const failed = child.exitCode !== 0 && !child.killed;
  if (failed && performance.now() - startedAt < OPENED_AFTER_MS) {
    return { reason: `it ended at once (${lastLine(said) ?? `code ${child.exitCode ?? 'unknown'}`})` };
  }
  return { value: child.exitCode ?? 1 };
}

function packageFolder(root: string): string | undefined {
  try {
    return dirname(createRequire(join(root, 'package.json')).resolve('electron/package.json'));
  } catch {
    return undefined;
  }
}

/** The program as Electron's own installer leaves it, of the version of its package. */
function programIn(folder: string): string | undefined {
  try {
    const version = readFileSync(join(folder, 'dist/version'), 'utf8').trim().replace(/^v/, '');
    const program = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8'));
    return version === versionOf(folder) && existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

function versionOf(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}

/** Why the download would hang, asked before it is tried; a proxy or a mirror is left to the installer to use. */
async function unreachable(version: string): Promise<string | undefined> {
  const configured = Object.keys(process.env).some((name) => /^(https?_proxy|.*electron_.*)$/i.test(name));
  if (configured) return undefined;
  const address = `https://github.com/electron/electron/releases/download/v${version}/SHASUMS256.txt`;
  try {
    const { ok, status } = await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(ANSWER_MS) });
    return ok ? undefined : `github.com answers ${status}`;
  } catch {
    return 'github.com does not answer';
  }
}

async function install(folder: string): Promise<string | undefined> {
  const child = spawn(process.execPath, [join(folder, 'install.js')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), DOWNLOAD_MS);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  await once(child, 'close');
  clearTimeout(limit);
  if (child.signalCode !== null) return `it took longer than ${DOWNLOAD_MS / 60_000} minutes`;
  return child.exitCode === 0 ? undefined : (/^\w*Error: .*$/m.exec(said)?.[0] ?? lastLine(said));
}

function lastLine(text: string): string | undefined {
  return text
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line !== '');
}
