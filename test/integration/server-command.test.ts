/** `acutance serve` as a user starts and stops it. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '../../src/shared/api/catalogue.ts';
import { childrenOf, isAlive, runCommand, waitUntil } from './support/command-line.ts';
import { readEvents, startServed, stopServed, type Asking, type Served } from './support/served.ts';

const SAMPLE = join(import.meta.dirname, '../../resources/sample.mp4');
const onLinux = process.platform === 'linux';

let house: string;
let env: Record<string, string>;
const running: Served[] = [];

beforeEach(() => {
  house = mkdtempSync(join(tmpdir(), 'serve ü '));
  env = { ACUTANCE_DATA_DIR: join(house, 'data'), ACUTANCE_CACHE_DIR: join(house, 'cache') };
});

afterEach(async () => {
  for (const { command } of running.splice(0)) {
    command.child.kill('SIGKILL');
    await command.outcome;
  }
  rmSync(house, { recursive: true, force: true });
});

async function serve(...args: string[]): Promise<Served> {
  const served = await startServed(args, { env });
  running.push(served);
  return served;
}

async function sessionOf(served: Served): Promise<Session> {
  return (await (await served.ask('/api/session')).json()) as Session;
}

function post(body: unknown): Asking {
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', headers, body: JSON.stringify(body) };
}

/** Has the server start an engine, by asking for a picture. */
async function showFrame(served: Served): Promise<Response> {
  const opened = await served.ask('/api/clips', post({ path: SAMPLE }));
  const { id } = (await opened.json()) as { id: string };
  return served.ask(`/api/clips/${id}/frames/3?format=jpeg`);
}

describe('acutance serve', () => {
  it('serves the page and the handler to whoever opens the printed address', async () => {
    const served = await serve('--port', '0');
    const page = await served.ask('/');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const script = /src="\.?(\/assets\/[^"]+\.js)"/.exec(await page.text())?.[1] ?? '';
    expect((await served.ask(script)).headers.get('content-type')).toMatch(/^text\/javascript/);
    expect((await sessionOf(served)).host).toBe('server');
    expect((await fetch(`${served.origin}/api/session`)).status).toBe(403);
  });

  it('opens the files it is given, and lets the page reach the folders it is given', async () => {
    const clip = join(house, 'a "clip" 🎬.mp4');
    cpSync(SAMPLE, clip);
    const footage = join(house, 'footage');
    mkdirSync(footage);
    const served = await serve('--port', '0', clip, footage);
    expect(await sessionOf(served)).toMatchObject({ openPath: clip, roots: [{ path: footage }] });
    expect((await served.ask(`/api/folder?path=${encodeURIComponent(footage)}`)).status).toBe(200);
    expect((await served.ask(`/api/folder?path=${encodeURIComponent(homedir())}`)).status).toBe(403);
  });

  it('lets the page reach the home folder and the current one when nothing is said', async () => {
    const { roots } = await sessionOf(await serve('--port', '0'));
    expect(roots.map(({ path }) => path)).toEqual([...new Set([process.cwd(), homedir()])]);
  });

  it.each([
    [['nothing-here.mp4'], 3, /nothing-here\.mp4" can't be found/],
    [['--root', SAMPLE], 2, /not a folder/],
    [['--port', '70000'], 2, /0 to 65535/],
    [['--port', 'http'], 2, /not a whole number/],
  ])('refuses %j', async (args, code, message) => {
    const outcome = await runCommand(['serve', '--no-open', ...args], { env });
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(outcome.stderr).toMatch(message);
  });

  it('refuses a port that is taken, with advice', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await runCommand(['serve', '--no-open', '--port', String(port)], { env });
    other.close();
    expect(code).toBe(2);
    expect(stderr).toContain(`Port ${port} is taken by another program.\n  Choose another one with --port`);
  });

  it.skipIf(process.platform === 'win32')('keeps its key where only its user can read it', async () => {
    await serve('--port', '0');
    const folder = join(house, 'data/server');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });
});

describe('started anew under an open page', () => {
  it('goes on with it: the stream of events, requests, and the key', async () => {
    const first = await serve('--port', '0');
    const port = new URL(first.origin).port;
    const before = await readEvents(await first.ask('/api/events'), ({ type }) => type === 'reset');
    expect(await stopServed(first)).toBe(0);

    const second = await serve('--port', port);
    expect(second.address).not.toBe(first.address);
    const stream = await first.ask('/api/events', { headers: { 'last-event-id': before.at(-1)?.id ?? '' } });
    expect(stream.headers.get('set-cookie')).toContain(second.cookie);
    const [reset] = await readEvents(stream, () => true);
    expect(reset?.event).toMatchObject({ type: 'reset' });
    expect(reset?.event['launch']).not.toBe(before[0]?.event['launch']);
    expect((await first.ask('/api/session')).status).toBe(200);

    await stopServed(second);
    const third = await serve('--port', port);
    expect((await first.ask('/api/session')).status).toBe(403);
    expect((await second.ask('/api/session')).status).toBe(200);
    expect((await third.ask('/api/session')).status).toBe(200);
  });

  it('goes on even when the one before was killed', async () => {
    const first = await serve('--port', '0');
    first.command.child.kill('SIGKILL');
    await first.command.outcome;
    await serve('--port', new URL(first.origin).port);
    expect((await first.ask('/api/session')).status).toBe(200);
  });
});

describe('the end of acutance serve', () => {
  it.runIf(onLinux).each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by %s comes soon, with its streams and its engine',
    async (signal) => {
      const served = await serve('--port', '0');
      expect((await showFrame(served)).status).toBe(200);
      const stream = await served.ask('/api/events');
      const engines = childrenOf(served.command.child.pid ?? 0);
      expect(engines.length).toBeGreaterThan(0);
      expect(await stopServed(served, signal)).toBe(0);
      expect(engines.filter(isAlive)).toEqual([]);
      // The page sees the end of the stream, or of the connection.
      await readEvents(stream, () => false).catch(() => []);
    },
  );

  it.runIf(onLinux).each(['SIGINT', 'SIGKILL'] as const)(
    'by %s in the middle of an export leaves nothing of it behind',
    async (signal) => {
      const served = await serve('--port', '0', '--root', house, '--root', dirname(SAMPLE));
      const { id } = (await (await served.ask('/api/clips', post({ path: SAMPLE }))).json()) as {
        id: string;
      };
      const folder = join(house, 'out');
      mkdirSync(folder);
      const order = {
        kind: 'export',
        clip: id,
        deblur: { network: 'cdvd-tsp', size: 'lite', stages: 2, device: 'cpu' },
        range: null,
        preset: 'h264',
        output: join(folder, 'sharp.mp4'),
      };
      expect((await served.ask('/api/jobs', post(order))).status).toBe(200);
      await waitUntil(() => readdirSync(folder).length > 0);
      const engines = childrenOf(served.command.child.pid ?? 0);
      await stopServed(served, signal);
      await waitUntil(() => !engines.some(isAlive) && readdirSync(folder).length === 0);
    },
  );

  it.runIf(onLinux)('by a kill takes its engine along', async () => {
    const served = await serve('--port', '0');
    await showFrame(served);
    const engines = childrenOf(served.command.child.pid ?? 0);
    expect(engines.length).toBeGreaterThan(0);
    served.command.child.kill('SIGKILL');
    await waitUntil(() => !engines.some(isAlive));
  });
});
