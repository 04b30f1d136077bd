/** `npm start` on a machine without a display. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

let house: string;

beforeEach(() => {
  house = mkdtempSync(join(tmpdir(), 'start-'));
});

afterEach(() => {
  rmSync(house, { recursive: true, force: true });
});

/** Runs the script as npm does, until it has said where it is. */
async function start(
  ...parameters: string[]
): Promise<{ said: string; address: string; code: number | null }> {
  const child = spawn(process.execPath, ['scripts/on-node.mjs', 'scripts/start.ts', ...parameters], {
    cwd: ROOT,
    env: {
      ...process.env,
      // As in a shell from another machine: no window there, and none here either on a system that has one.
      SSH_CONNECTION: 'test',
      ACUTANCE_DATA_DIR: join(house, 'data'),
      ACUTANCE_CACHE_DIR: join(house, 'cache'),
      INIT_CWD: house,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  // Not its `exit`, after which it may still be heard.
  const exit = once(child, 'close');
  const [line] = (await Promise.race([once(child.stdout.setEncoding('utf8'), 'data'), exit])) as [unknown];
  const address = / at (http:\S+)/.exec(String(line))?.[1] ?? '';
  if (address !== '') {
    const response = await fetch(address, { redirect: 'manual' });
    expect(response.status).toBe(303);
  }
  child.kill('SIGINT');
  await exit;
  return { said, address, code: child.exitCode };
}

describe('npm start', () => {
  it('says in one line why there is no window, and serves the page', async () => {
    const { said, address, code } = await start();
    expect(said).toContain('No window: there is no display. Acutance opens in a browser instead.\n');
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/);
    expect(code).toBe(0);
  });

  it('passes on what the server understands, from the folder npm was called in', async () => {
    const { address } = await start('--no-open', '--port', '0', '--root', '.');
    expect(new URL(address).port).not.toBe('7517');
    const { said, code } = await start('--port', '0', 'missing.mp4');
    expect(said).toContain(`"${join(house, 'missing.mp4')}" can't be found`);
    expect(code).toBe(3);
  });
});
