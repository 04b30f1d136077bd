import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, get as httpGet } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { startServer, type Application, type RunningServer } from '../../../src/main/hosts/server.ts';
import { LaunchRecords } from '../../../src/main/hosts/server/launch-record.ts';
import { withSecurityHeaders } from '../../../src/main/routes/security-headers.ts';

export type Handler = (request: Request) => Response | Promise<Response>;

/** The server host over real sockets, with stand-ins for the application behind it. */
export class ServerBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'server-'));
  readonly records = new LaunchRecords(this.folder);
  readonly logger = { error: vi.fn() };
  /** Servers to stop after the test; a test that stops one takes it out. */
  readonly started: RunningServer[] = [];

  /** Starts the host before an application that answers so. */
  async start(handler: Handler, { port = 0, mayMove = false, dispose = vi.fn(async () => {}) } = {}) {
    const application: Application = {
      fetch: async (request) => withSecurityHeaders(await handler(request)),
      dispose,
    };
    const { records, logger } = this;
    const server = await startServer(Promise.resolve(application), { port, mayMove, records, logger });
    this.started.push(server);
    const origin = `http://127.0.0.1:${server.port}`;
    return { server, origin, cookie: await letIn(server), dispose };
  }

  async dispose(): Promise<void> {
    await Promise.all(this.started.splice(0).map((server) => server.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The cookie that a browser gets for the printed address. */
export async function letIn({ address }: RunningServer): Promise<string> {
  const response = await fetch(address, { redirect: 'manual' });
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** A request below the level of `fetch`, so that a connection can be left in the middle of an answer. */
export async function open(address: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const request = httpGet(address, { headers, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  return response;
}

/** The end of a connection, however it came about. */
export function closing(connection: IncomingMessage | Socket): Promise<void> {
  return new Promise((resolve) => connection.once('close', () => resolve()));
}
