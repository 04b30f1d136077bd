/**
 * Packs the built application with electron-builder, around a stand-in for Electron's program (which comes over the
 * network), and uses what came out: nothing superfluous in it, nothing missing, every fuse set.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const { extractAll } = createRequire(import.meta.url)('@electron/asar') as {
  extractAll(archive: string, folder: string): void;
};

/** What Electron's program begins its list of fuses with; then version, length, and `0` or `1` for each. */
const FUSE_SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const FUSES_AS_SHIPPED = '101100011';
const [OFF, ON] = [48, 49];

const obstacle =
  process.platform !== 'linux'
    ? 'the stand-in is a program of Linux'
    : existsSync(join(root, 'out/main/electron.js'))
      ? undefined
      : 'the application is not built (npm run build)';
let folder: string;
let resources: string;
let extracted: string;

beforeAll(() => {
  if (obstacle !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'acutance-packed-'));
  const electron = join(folder, 'electron');
  mkdirSync(join(electron, 'locales'), { recursive: true });
  mkdirSync(join(electron, 'resources'));
  for (const file of [
    'version',
    'LICENSE',
    'LICENSES.chromium.html',
    'locales/en-US.pak',
    'locales/de.pak',
  ]) {
    writeFileSync(join(electron, file), 'stand-in');
  }
  const wire = Buffer.from([1, FUSES_AS_SHIPPED.length]);
  writeFileSync(
    join(electron, 'electron'),
    Buffer.concat([Buffer.from(`\x7fELF${FUSE_SENTINEL}`, 'latin1'), wire, Buffer.from(FUSES_AS_SHIPPED)]),
  );
  chmodSync(join(electron, 'electron'), 0o755);
  execFileSync(
    process.execPath,
    [
      join(root, 'node_modules/electron-builder/cli.js'),
      ...['--linux', 'dir', `-c.electronDist=${electron}`, `-c.directories.output=${join(folder, 'dist')}`],
    ],
    { cwd: root, stdio: 'pipe' },
  );
  resources = join(folder, 'dist/linux-unpacked/resources');
  extracted = join(folder, 'extracted');
  extractAll(join(resources, 'app.asar'), extracted);
}, 600_000);

afterAll(() => {
  if (obstacle === undefined) rmSync(folder, { recursive: true, force: true });
});

const run = (...parameters: readonly string[]): string =>
  execFileSync(process.execPath, parameters, { cwd: extracted, encoding: 'utf8' });

beforeEach(({ skip }) => skip(obstacle !== undefined, obstacle));

describe('the packed application', () => {
  it('holds what it needs and nothing of its making', () => {
    expect(readdirSync(extracted).sort()).toEqual([
      'LICENSE',
      'node_modules',
      'out',
      'package.json',
      'resources',
    ]);
    const packages = readdirSync(join(extracted, 'node_modules'));
    expect(packages).not.toEqual(expect.arrayContaining(['electron']));
    expect(packages.filter((name) => /^node-(linux|darwin|win|bin)/.test(name))).toEqual([]);
    const manifest = JSON.parse(readFileSync(join(extracted, 'package.json'), 'utf8')) as { main: string };
    expect(existsSync(join(extracted, manifest.main))).toBe(true);
  });

  it('lies beside the archive where native code reads it', () => {
    const beside = join(resources, 'app.asar.unpacked');
    for (const path of [
      'resources/cdvd-tsp-lite.safetensors',
      'resources/sample.mp4',
      `node_modules/onnxruntime-node/bin/napi-v6/linux/${process.arch}/onnxruntime_binding.node`,
      `node_modules/better-sqlite3/prebuilds/linux-${process.arch}.node`,
      `node_modules/@seydx/node-av-linux-${process.arch}/node-av.node`,
    ]) {
      expect(existsSync(join(beside, path)), path).toBe(true);
    }
    expect(readdirSync(join(beside, 'node_modules/onnxruntime-node/bin/napi-v6'))).toEqual(['linux']);
  });

  it('has every fuse on its safe side', async () => {
    const wire = await getCurrentFuseWire(join(folder, 'dist/linux-unpacked/acutance'));
    expect(wire).toMatchObject({
      [FuseV1Options.RunAsNode]: OFF,
      [FuseV1Options.EnableCookieEncryption]: ON,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: OFF,
      [FuseV1Options.EnableNodeCliInspectArguments]: OFF,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: ON,
      [FuseV1Options.OnlyLoadAppFromAsar]: ON,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: OFF,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: OFF,
    });
  });

  it('decodes, deblurs and encodes with what it holds', () => {
    const output = join(folder, 'out.mp4');
    run(
      'out/main/cli.js',
      'deblur',
      'resources/sample.mp4',
      '-o',
      output,
      '--out',
      '2f',
      '--stages',
      '1',
      '--device',
      'cpu',
    );
    expect(run('out/main/cli.js', 'probe', output)).toContain('640x360');
  });

  it('opens its database', () => {
    const script = `
      import Database from 'better-sqlite3';
      process.stdout.write(String(new Database(':memory:').prepare('select 6 * 7').pluck().get()));`;
    expect(run('--input-type=module', '--eval', script)).toBe('42');
  });
});
