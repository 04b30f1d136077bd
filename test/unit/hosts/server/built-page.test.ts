import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../../../src/main/hosts/server/built-page.ts';

/** Stands in for the builder: writes down how it was called, and fails where told to. */
const BUILDER = `
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
if (existsSync('edit')) writeFileSync('src/renderer/index.html', 'edited');
if (existsSync('meanwhile')) {
  mkdirSync('out/renderer', { recursive: true });
  writeFileSync('out/renderer/index.html', 'of another start');
}
if (existsSync('fail')) { console.error('app.svelte:3 is wrong'); process.exit(1); }
const folder = process.argv[process.argv.indexOf('--outDir') + 1];
for (const part of process.env.ACUTANCE_BUILD === 'page' ? ['renderer'] : ['main', 'renderer']) {
  mkdirSync(folder + '/' + part, { recursive: true });
  writeFileSync(folder + '/' + part + (part === 'main' ? '/cli.js' : '/index.html'), 'new');
}
`;

let root: string;
let said: string[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'checkout ü '));
  said = [];
  write('package.json', '{}');
  write('src/renderer/index.html', 'page');
  write('src/shared/time.ts', '');
  write('src/main/app.ts', '');
  write('node_modules/electron-vite/package.json', '{}');
  write('node_modules/electron-vite/bin/electron-vite.js', BUILDER);
  write('node_modules/electron-vite/bin/package.json', '{"type":"module"}');
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(path: string, text: string, ageSeconds = 100): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  for (let each = file; each !== root; each = dirname(each)) age(each, ageSeconds);
}

function age(path: string, seconds: number): void {
  const time = Date.now() / 1000 - seconds;
  utimesSync(path, time, time);
}

function page(): string {
  return readFileSync(join(root, 'out/renderer/index.html'), 'utf8');
}

async function ensure(...parts: Parameters<typeof ensureBuilt>[1]): Promise<void> {
  await ensureBuilt(root, parts, (line) => said.push(line));
}

describe('the build of a checkout', () => {
  it('is made where there is none, and said', async () => {
    await ensure('page');
    expect(page()).toBe('new');
    expect(said).toEqual([expect.stringMatching(/few seconds/)]);
  });

  it('is left alone while it is newer than its sources', async () => {
    write('out/renderer/index.html', 'old', 50);
    await ensure('page');
    expect(page()).toBe('old');
    expect(said).toEqual([]);
  });

  it.each(['src/renderer/index.html', 'src/shared/time.ts', 'package.json'])(
    'is made anew when %s has changed',
    async (path) => {
      write('out/renderer/index.html', 'old', 50);
      age(join(root, path), 10);
      await ensure('page');
      expect(page()).toBe('new');
    },
  );

  it('is made anew when a source was removed', async () => {
    write('src/renderer/old.ts', '');
    write('out/renderer/index.html', 'old', 50);
    rmSync(join(root, 'src/renderer/old.ts'));
    await ensure('page');
    expect(page()).toBe('new');
  });

  it('does not count as new where a source was changed while it was made', async () => {
    write('edit', '');
    await ensure('page');
    await ensure('page');
    expect(said).toHaveLength(2);
  });

  it('leaves the programs out where only the page is wanted: a checkout runs them from their sources', async () => {
    await ensure('page');
    expect(readdirSync(join(root, 'out'))).toEqual(['renderer']);
    await ensure('page', 'programs');
    expect(readdirSync(join(root, 'out')).sort()).toEqual(['main', 'renderer']);
  });

  it('that fails says why, and leaves the old one in place', async () => {
    write('out/renderer/index.html', 'old');
    age(join(root, 'src/renderer'), 10);
    write('fail', '');
    await expect(ensure('page')).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('app.svelte:3 is wrong'),
    });
    expect(page()).toBe('old');
    expect(readdirSync(join(root, 'out'))).toEqual(['renderer']);
  });

  it('leaves alone what another start has built meanwhile', async () => {
    write('meanwhile', '');
    await ensure('page');
    expect(page()).toBe('of another start');
    expect(readdirSync(join(root, 'out'))).toEqual(['renderer']);
  });

  it('can be made by several starts at once', async () => {
    await Promise.all([ensure('page'), ensure('page')]);
    expect(page()).toBe('new');
  });
});

describe('an installed package', () => {
  it('has nothing to build and builds nothing', async () => {
    rmSync(join(root, 'src'), { recursive: true });
    await ensure('page', 'programs');
    expect(said).toEqual([]);
  });
});
