/** One list of checks against every host: the handler in this process, and over HTTP. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { createApp, type App } from '../../../src/main/app.ts';
import { startServer, type Application, type RunningServer } from '../../../src/main/hosts/server.ts';
import { ensureBuilt, pageFolder } from '../../../src/main/hosts/server/built-page.ts';
import { LaunchRecords } from '../../../src/main/hosts/server/launch-record.ts';
import { SMOKE_CHECKS, type HostUnderTest } from './smoke-checks.ts';

const ROOT = join(import.meta.dirname, '../../..');
const CLIP = join(ROOT, 'resources/sample.mp4');

/** Counts the event streams that are open at the application. */
class WatchedApplication implements Application {
  openStreams = 0;
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  async fetch(request: Request): Promise<Response> {
    const response = await this.#app.fetch(request);
    if (response.headers.get('content-type') !== 'text/event-stream') return response;
    const source: ReadableStream<Uint8Array> | null = response.body;
    const reader = source?.getReader();
    this.openStreams += 1;
    const body = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const chunk = await reader?.read();
        if (chunk?.value) controller.enqueue(chunk.value);
        else controller.close();
      },
      cancel: async () => {
        this.openStreams -= 1;
        await reader?.cancel();
      },
    });
    return new Response(body, { status: response.status, headers: response.headers });
  }

  dispose(): Promise<void> {
    return this.#app.dispose();
  }
}

interface StartedHost extends HostUnderTest {
  stop(): Promise<void>;
}

async function openApplication(folder: string): Promise<WatchedApplication> {
  const app = await createApp({
    host: 'server',
    roots: [join(ROOT, 'resources')],
    pageFolder: pageFolder(ROOT),
    dataFolder: folder,
    cacheFolder: join(folder, 'cache'),
  });
  return new WatchedApplication(app);
}

async function inProcess(folder: string): Promise<StartedHost> {
  const app = await openApplication(folder);
  return {
    clipPath: CLIP,
    ask: (path, init) => app.fetch(new Request(`http://localhost${path}`, init)),
    openStreams: () => app.openStreams,
    stop: () => app.dispose(),
  };
}

async function overHttp(folder: string): Promise<StartedHost> {
  const app = await openApplication(folder);
  const records = new LaunchRecords(folder);
  const server: RunningServer = await startServer(Promise.resolve(app), { port: 0, mayMove: false, records });
  const { origin } = new URL(server.address);
  const entered = await fetch(server.address, { redirect: 'manual' });
  const cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return {
    clipPath: CLIP,
    ask: (path, init = {}) => fetch(origin + path, { ...init, headers: { cookie, ...init.headers } }),
    openStreams: () => app.openStreams,
    stop: () => server.stop(),
  };
}

describe.each([
  ['the handler in process', inProcess],
  ['the server host', overHttp],
] as const)('%s', (_name, start) => {
  let folder: string;
  let host: StartedHost;

  beforeAll(async () => {
    await ensureBuilt(ROOT, ['page'], () => undefined);
    folder = mkdtempSync(join(tmpdir(), 'smoke-'));
    host = await start(folder);
  });

  afterAll(async () => {
    await host.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(SMOKE_CHECKS)('%s', (_check, run) => run(host));
});
