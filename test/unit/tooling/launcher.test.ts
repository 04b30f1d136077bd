/**
 * `bin/acutance.mjs`, run in a small house of its own: the program is a stand-in, the launcher and both Nodes are
 * real. An old Node is the running one under a pretended version.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const LAUNCHER_FOLDER = join(import.meta.dirname, '../../../bin');

const PRETEND_NODE_20 = `data:text/javascript,${encodeURIComponent(
  `if (process.argv[1]?.endsWith('acutance.mjs'))
     Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });`,
)}`;

/** Reports how it runs, as the command line would run. */
const REPORTING_PROGRAM = `
const facts: { parameters: string[]; flags: string[]; script: string | undefined } = {
  parameters: process.argv.slice(2), flags: process.execArgv, script: process.argv[1],
};
process.stdout.write(JSON.stringify(facts));
process.exitCode = 7;
`;

/** Counts signals for a while, then ends with that number. */
const SIGNAL_COUNTING_PROGRAM = `
let count = 0;
process.on('SIGINT', () => {
  count += 1;
  setTimeout(() => process.exit(40 + count), 200);
});
setInterval(() => {}, 1000);
process.stdout.write('ready');
`;

let house: string;

beforeEach(() => {
  house = realpathSync(mkdtempSync(join(tmpdir(), 'launcher ü ')));
  cpSync(LAUNCHER_FOLDER, join(house, 'bin'), { recursive: true });
});

afterEach(() => {
  rmSync(house, { recursive: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(house, path)), { recursive: true });
  writeFileSync(join(house, path), text);
}

/** Puts the running Node where the platform package would be. */
function installNode(): void {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const prefix = platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  const folder = `node_modules/${prefix}-${platform}-${process.arch}`;
  write(`${folder}/package.json`, '{}');
  mkdirSync(join(house, folder, 'bin'));
  symlinkSync(process.execPath, join(house, folder, 'bin', platform === 'win' ? 'node.exe' : 'node'));
}

function launch(parameters: string[], nodeFlags: string[] = []) {
  return spawnSync(process.execPath, [...nodeFlags, join(house, 'bin/acutance.mjs'), ...parameters], {
    encoding: 'utf8',
  });
}

function onNode20(): string[] {
  return ['--import', PRETEND_NODE_20];
}

describe('the launcher', () => {
  it('runs the sources of a checkout in its own process, with parameters and exit code', () => {
    write('src/main/hosts/cli.ts', REPORTING_PROGRAM);
    const { status, stdout, stderr } = launch(['deblur', 'a b.mp4', '--stages', '2']);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      parameters: ['deblur', 'a b.mp4', '--stages', '2'],
      flags: [],
      script: join(house, 'src/main/hosts/cli.ts'),
    });
    expect(status).toBe(7);
  });

  it('runs the built program where there are no sources', () => {
    write('out/main/cli.js', `process.stdout.write('built');`);
    write('package.json', '{"type":"module"}');
    expect(launch([])).toMatchObject({ status: 0, stdout: 'built', stderr: '' });
  });

  it('keeps compiled code in the package’s own folder, for the engine as well', () => {
    write('src/main/hosts/cli.ts', `process.stdout.write(process.env['NODE_COMPILE_CACHE'] ?? 'none');`);
    const env = { ...process.env };
    delete env['NODE_COMPILE_CACHE'];
    const { stdout } = spawnSync(process.execPath, [join(house, 'bin/acutance.mjs')], {
      encoding: 'utf8',
      env,
    });
    expect(stdout).toBe(join(house, 'node_modules/.cache/acutance'));
    expect(existsSync(stdout)).toBe(true);
  });

  it('says what to do where there is no program at all', () => {
    const { status, stdout, stderr } = launch([]);
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('the program is missing');
    expect(stderr).toContain('npm install');
  });

  it('continues on the installed Node where the running one is too old', () => {
    installNode();
    write('src/main/hosts/cli.ts', REPORTING_PROGRAM);
    const { status, stdout, stderr } = launch(['--json'], onNode20());
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      parameters: ['--json'],
      flags: ['--disable-warning=ExperimentalWarning'],
    });
    expect(status).toBe(7);
  });

  it('names the version it needs where no newer Node is installed', () => {
    write('src/main/hosts/cli.ts', REPORTING_PROGRAM);
    const { status, stderr } = launch([], onNode20());
    expect(status).toBe(1);
    expect(stderr).toContain('Node 20.20.2 is too old');
    expect(stderr).toContain('install Node 24');
  });

  it.skipIf(process.platform === 'win32')('passes a signal sent to it on, once', async () => {
    installNode();
    write('src/main/hosts/cli.ts', SIGNAL_COUNTING_PROGRAM);
    const parameters = [...onNode20(), join(house, 'bin/acutance.mjs')];
    const launcher = spawn(process.execPath, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(launcher.stdout, 'data');
    launcher.kill('SIGINT');
    expect(await once(launcher, 'exit')).toEqual([41, null]);
  });

  it.skipIf(process.platform === 'win32')('ends by the signal that ended the program', async () => {
    installNode();
    write('src/main/hosts/cli.ts', `process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);`);
    const parameters = [...onNode20(), join(house, 'bin/acutance.mjs')];
    const launcher = spawn(process.execPath, parameters, { stdio: 'ignore' });
    expect(await once(launcher, 'exit')).toEqual([null, 'SIGTERM']);
  });
});
