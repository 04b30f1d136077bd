import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameRow, FrameTable } from './frame-table.ts';

/** A frame that another process is keeping right now has its file a moment before its entry. */
const FRESH_MS = 60_000;
/** No process takes this long to write a file; the number in its name then belongs to another one. */
const STALE_MS = 3_600_000;

/**
 * Removes partial files of processes that are gone and files that no entry names.
 *
 * @param stopped - asked between folders.
 * @returns entries whose file is not there.
 */
export async function sweepFolder(
  folder: string,
  table: FrameTable,
  stopped: () => boolean,
): Promise<FrameRow[]> {
  const missing: FrameRow[] = [];
  const seen = new Set<string>();
  for (const clip of await subfolders(folder)) {
    for (const recipe of await subfolders(join(folder, clip))) {
      if (stopped()) return missing;
      const path = join(folder, clip, recipe);
      // Entries are read before files: one that is kept meanwhile then only looks like a fresh file without an entry.
      const rows = table.rowsOf(clip, recipe);
      const files = new Set(await filesIn(path));
      missing.push(...rows.filter(({ file }) => !files.has(file)));
      const known = new Set(rows.map(({ file }) => file));
      for (const file of files) if (!known.has(file)) await removeLeftover(join(path, file));
      await rmdir(path).catch(() => undefined);
      seen.add(`${clip}/${recipe}`);
    }
    await rmdir(join(folder, clip)).catch(() => undefined);
  }
  if (stopped()) return missing;
  for (const { clip, recipe } of table.groups()) {
    if (seen.has(`${clip}/${recipe}`)) continue;
    const files = new Set(await filesIn(join(folder, clip, recipe)));
    if (stopped()) return missing;
    missing.push(...table.rowsOf(clip, recipe).filter(({ file }) => !files.has(file)));
  }
  return missing;
}

async function removeLeftover(path: string): Promise<void> {
  // A frame that is shared with another recipe keeps the time at which it was written, and changes when it is shared.
  const age = await stat(path).then(
    ({ mtimeMs, ctimeMs }) => Date.now() - Math.max(mtimeMs, ctimeMs),
    () => 0,
  );
  const writer = /\.(\d+)\.part$/.exec(path)?.[1];
  const stale = writer === undefined ? age > FRESH_MS : !isAlive(Number(writer)) || age > STALE_MS;
  if (stale) await rm(path, { force: true }).catch(() => undefined);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

async function subfolders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function filesIn(path: string): Promise<string[]> {
  return await readdir(path).catch(() => []);
}
