import { createServer, type RequestListener, type Server } from 'node:http';
import { AcutanceError } from '../../../shared/errors.ts';

const IPV4 = '127.0.0.1';
const IPV6 = '::1';
const LAST_PORT = 65535;
/** How many further ports are tried before giving up. */
const MORE_PORTS = 20;

/** One port of this machine, under both of its loopback addresses where it has both. */
export interface LoopbackListener {
  readonly port: number;
  /** Takes no new connections; resolves when the last one has ended. */
  close(): Promise<void>;
  /** Cuts all connections. */
  drop(): void;
}

/**
 * Listens on a port of the loopback addresses, never on one that another machine can reach.
 *
 * @param port 0 for any free one
 * @throws AcutanceError `usage` when the port is taken or not allowed.
 */
export async function listenOnLoopback(port: number, listener: RequestListener): Promise<LoopbackListener> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await listenOnBoth(port, listener);
    } catch (thrown) {
      // Any free one was asked for, and this one is free under one address only.
      if (port !== 0 || !isPortTaken(thrown) || attempt === MORE_PORTS) throw thrown;
    }
  }
}

async function listenOnBoth(port: number, listener: RequestListener): Promise<LoopbackListener> {
  const first = await listen(port, IPV4, listener);
  const actual = portOf(first);
  const servers = [first];
  try {
    servers.push(await listen(actual, IPV6, listener));
  } catch (thrown) {
    // A machine without IPv6 has just the one. A port that is taken there would answer to `localhost` in our place.
    if (isTaken(thrown)) {
      first.close();
      throw portProblem(actual, thrown);
    }
  }
  return {
    port: actual,
    close: async () => {
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
    drop: () => servers.forEach((server) => server.closeAllConnections()),
  };
}

/** Like `listenOnLoopback`, on the first free port from the given one on. */
export async function listenFrom(port: number, listener: RequestListener): Promise<LoopbackListener> {
  const last = Math.min(port + MORE_PORTS, LAST_PORT);
  for (let candidate = port; ; candidate += 1) {
    try {
      return await listenOnLoopback(candidate, listener);
    } catch (thrown) {
      if (!isPortTaken(thrown) || candidate === last) throw thrown;
    }
  }
}

async function listen(port: number, host: string, listener: RequestListener): Promise<Server> {
  const server = createServer(listener);
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  server.once('error', reject);
  server.listen({ port, host, ipv6Only: host === IPV6 }, () => resolve(undefined));
  try {
    await promise;
  } catch (thrown) {
    throw host === IPV4 ? portProblem(port, thrown) : thrown;
  }
  server.off('error', reject);
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.');
  return address.port;
}

function isTaken(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'EADDRINUSE';
}

function isPortTaken(thrown: unknown): boolean {
  return thrown instanceof AcutanceError && isTaken(thrown.cause);
}

function portProblem(port: number, thrown: unknown): AcutanceError {
  if (isTaken(thrown)) {
    return new AcutanceError('usage', `Port ${port} is taken by another program.`, {
      hint: 'Choose another one with --port, or leave it out to get a free one.',
      cause: thrown,
    });
  }
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new AcutanceError('usage', `Port ${port} can't be used: ${reason}.`, {
    hint: 'Choose a port from 1024 to 65535 with --port.',
    cause: thrown,
  });
}
