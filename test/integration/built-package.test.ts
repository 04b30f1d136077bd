/**
 * What is built, as an installed package: the launcher, the built files, the resources, and no sources. Every program
 * that the sources start as a process or a worker of its own has to be there and to find its own.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseEvents, runCommand } from './support/command-line.ts';
import { startServed, stopServed } from './support/served.ts';

const ROOT = join(import.meta.dirname, '../..');

let house: string;
let program: string;
let env: Record<string, string>;

beforeAll(() => {
  house = realpathSync(mkdtempSync(join(tmpdir(), 'package ü ')));
  program = join(house, 'bin/acutance.mjs');
  env = { ACUTANCE_DATA_DIR: join(house, 'data'), ACUTANCE_CACHE_DIR: join(house, 'cache') };
  for (const part of ['bin', 'resources', 'package.json']) {
    cpSync(join(ROOT, part), join(house, part), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(house, 'node_modules'), 'junction');
  const builder = join(ROOT, 'node_modules/electron-vite/bin/electron-vite.js');
  execFileSync(process.execPath, [builder, 'build', '--outDir', join(house, 'out'), '--logLevel', 'error'], {
    cwd: ROOT,
    // The build is what a user gets, not what the tests' own mode would make of it.
    env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' },
  });
});

afterAll(() => rmSync(house, { recursive: true, force: true }));

describe('the build', () => {
  it('holds every program that the sources start by its address', () => {
    const sources = globSync('src/main/**/*.ts', { cwd: ROOT });
    const named = sources.flatMap((path) =>
      [
        ...readFileSync(join(ROOT, path), 'utf8').matchAll(
          /new URL\('\.[\w./-]*\/([\w-]+)\.ts', import\.meta\.url\)/g,
        ),
      ].map(([, name]) => `${name ?? ''}.js`),
    );
    expect(named).toEqual(
      expect.arrayContaining(['engine-process.js', 'device-probe-main.js', 'parent-watch.js']),
    );
    for (const name of named) expect(existsSync(join(house, 'out/main', name)), name).toBe(true);
  });

  it('has a page of hashed files without anything inline', () => {
    const page = readFileSync(join(house, 'out/renderer/index.html'), 'utf8');
    expect(page).not.toMatch(/<script(?![^>]* src=)[^>]*>|<style| style=| on\w+=/);
    for (const path of readdirSync(join(house, 'out/renderer/assets'))) {
      expect(basename(path)).toMatch(/-[\w-]{8}\.\w+$/);
    }
  });
});

describe('the installed package', () => {
  it('runs the command line, its engine and the probe of devices', async () => {
    const probe = await runCommand(['probe', join(house, 'resources/sample.mp4'), '--json'], {
      env,
      program,
    });
    expect(probe).toMatchObject({ code: 0, stderr: '' });
    expect(parseEvents(probe.stdout).at(-1)).toMatchObject({ type: 'done', codec: 'h264' });
    const devices = await runCommand(['devices', '--json'], { env, program });
    const { devices: found } = parseEvents(devices.stdout).at(-1) as {
      devices: { device: string; usable: boolean }[];
    };
    expect(found.find(({ device }) => device === 'cpu')).toMatchObject({ usable: true });
  });

  it('serves its page and its frames, and ends', async () => {
    const served = await startServed(['--port', '0', '--root', join(house, 'resources')], { env, program });
    expect((await served.ask('/')).status).toBe(200);
    const opened = await served.ask('/api/clips', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ path: join(house, 'resources/sample.mp4') }),
    });
    const { id } = (await opened.json()) as { id: string };
    expect((await served.ask(`/api/clips/${id}/frames/5?format=jpeg`)).status).toBe(200);
    expect(await stopServed(served)).toBe(0);
  });
});
