import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { AcutanceError } from '../../../shared/errors.ts';
import { systemCode } from '../../inference/weights/file-errors.ts';

/** What is built from which sources: a file of the result, and what must not be newer than it. */
const PARTS = {
  page: {
    result: 'out/renderer/index.html',
    sources: ['src/renderer', 'src/shared', 'electron.vite.config.ts', 'package.json'],
  },
  programs: {
    result: 'out/main/cli.js',
    sources: [
      'src/main',
      'src/networks',
      'src/preload',
      'src/shared',
      'electron.vite.config.ts',
      'package.json',
    ],
  },
} as const;
export type BuiltPart = keyof typeof PARTS;

/** Where the built page lies. */
export function pageFolder(root: string): string {
  return join(root, 'out/renderer');
}

/**
 * Builds what is missing, or older than its sources, in a checkout. An installed package has no sources to build from
 * and is left as it is.
 *
 * @param root the program's own folder
 * @param say is told before a build, which takes a few seconds
 * @throws AcutanceError `internal` with what the build said, when it fails.
 */
export async function ensureBuilt(
  root: string,
  parts: readonly BuiltPart[],
  say: (line: string) => void,
): Promise<void> {
  const builder = await findBuilder(root);
  if (builder === undefined) return;
  const outdated = await findOutdated(root, parts);
  if (outdated.length === 0) return;
  say('Building the page; this takes a few seconds.');
  await build(root, builder, outdated);
}

async function findOutdated(root: string, parts: readonly BuiltPart[]): Promise<BuiltPart[]> {
  const outdated = await Promise.all(parts.map((part) => isOutdated(root, part)));
  return parts.filter((_, index) => outdated[index]);
}

async function isOutdated(root: string, part: BuiltPart): Promise<boolean> {
  const { result, sources } = PARTS[part];
  const builtAt = await changedAt(join(root, result));
  if (builtAt === undefined) return true;
  const times = await Promise.all(sources.map((source) => newestIn(join(root, source))));
  return times.some((time) => time > builtAt);
}

/** When something was last changed in a folder, removals included; 0 where there is no such folder or file. */
async function newestIn(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true }).catch(() => []);
  const times = await Promise.all([path, ...entries.map((entry) => join(path, entry))].map(changedAt));
  return Math.max(0, ...times.filter((time) => time !== undefined));
}

async function changedAt(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}

/** The program that builds; undefined outside a checkout, and where it was not installed. */
async function findBuilder(root: string): Promise<string | undefined> {
  if ((await changedAt(join(root, 'src/renderer/index.html'))) === undefined) return undefined;
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve('electron-vite/package.json');
    return join(manifest, '../bin/electron-vite.js');
  } catch {
    return undefined;
  }
}

/** Builds beside the old result and puts the new one in its place when it is whole: a running server never sees half. */
async function build(root: string, builder: string, wanted: readonly BuiltPart[]): Promise<void> {
  const output = join(root, 'out');
  const startedAt = new Date();
  await mkdir(output, { recursive: true });
  const fresh = await mkdtemp(join(output, '.new-'));
  const old = await mkdtemp(join(output, '.old-'));
  try {
    const parameters = [builder, 'build', '--outDir', fresh, '--logLevel', 'warn', '--ignoreConfigWarning'];
    const only = wanted.includes('programs') ? {} : { ACUTANCE_BUILD: 'page' };
    await run(root, parameters, { NO_COLOR: '1', ...only });
    // Another start may have been quicker, and its server gives its pages out already.
    if ((await findOutdated(root, wanted)).length === 0) return;
    for (const { result } of Object.values(PARTS)) {
      // What was changed in the meantime is not in it.
      await utimes(join(fresh, relative('out', result)), startedAt, startedAt).catch(() => undefined);
    }
    for (const part of await readdir(fresh)) {
      await rename(join(output, part), join(old, part)).catch(() => undefined);
      // Where another start has put its own there in between, that one is as new.
      await rename(join(fresh, part), join(output, part)).catch((thrown: unknown) => {
        if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(systemCode(thrown) ?? '')) throw thrown;
      });
    }
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

async function run(
  root: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const child = spawn(process.execPath, parameters, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  }
  await once(child, 'close');
  if (child.exitCode === 0) return;
  throw new AcutanceError('internal', `The page can't be built.\n${said.trim()}`, {
    hint: 'Run npm install again, then npm run build.',
  });
}
