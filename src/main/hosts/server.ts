import { setTimeout as sleep } from 'node:timers/promises';
import { RequestError, getRequestListener } from '@hono/node-server';
import { AcutanceError } from '../../shared/errors.ts';
import { problemResponse } from '../routes/problem-response.ts';
import { withSecurityHeaders } from '../routes/security-headers.ts';
import type { LaunchRecords } from './server/launch-record.ts';
import { LaunchToken } from './server/launch-token.ts';
import { listenFrom, listenOnLoopback } from './server/loopback.ts';
import { addressOf } from './server/running-server.ts';
import { SessionGuard } from './server/session-guard.ts';

/** The port that is tried first: always the same, so that an open page finds the server again. */
export const DEFAULT_PORT = 7517;

/** How long the application may take to end its work once the server stops. */
const DISPOSE_MS = 1500;

/** The part of the application that a host needs. */
export interface Application {
  fetch(request: Request): Promise<Response>;
  dispose(): Promise<void>;
}

export interface ServerOptions {
  /** The port to listen on; 0 for any free one. */
  readonly port: number;
  /** Whether a further port may be taken where that one is not free. */
  readonly mayMove: boolean;
  /** Where launches are remembered. */
  readonly records: LaunchRecords;
}

/** A server that answers. */
export interface RunningServer {
  readonly port: number;
  /** Lets a browser in; to be shown to the user and nobody else. */
  readonly address: string;
  /** The same for one use, as the parameter of a program. */
  voucherAddress(): string;
  /** Ends the application and all connections, within two seconds. */
  stop(): Promise<void>;
}

/**
 * The application on a port of this machine, for browsers. It listens at once: requests that come before the
 * application is built wait for it.
 *
 * @param application - where it can't be built, the caller stops the server
 * @throws AcutanceError `usage` when the port is taken, `output-unwritable` when the launch can't be remembered.
 */
export async function startServer(
  application: Promise<Application>,
  { port, mayMove, records }: ServerOptions,
): Promise<RunningServer> {
  // The guard needs the token of the launch before, which depends on the port.
  const guard = Promise.withResolvers<SessionGuard>();
  const listener = getRequestListener(
    async (request) =>
      (await guard.promise).answer(request, async (admitted) => (await application).fetch(admitted)),
    { overrideGlobalObjects: false, errorHandler: responseToThrown },
  );
  const listen = mayMove ? listenFrom : listenOnLoopback;
  const connections = await listen(port, (incoming, outgoing) => void listener(incoming, outgoing));
  try {
    const token = new LaunchToken((await records.read(connections.port))?.hash);
    await records.write(connections.port, { hash: token.hash, token: token.value });
    guard.resolve(new SessionGuard(token));
    return {
      port: connections.port,
      address: addressOf(connections.port, token.value),
      voucherAddress: () => addressOf(connections.port, token.issueVoucher()),
      stop: async () => {
        const closed = connections.close();
        const disposed = application.then((app) => app.dispose());
        const tooLong = sleep(DISPOSE_MS, undefined, { ref: false });
        try {
          await Promise.race([disposed, tooLong]);
        } finally {
          connections.drop();
          await closed;
          await records.write(connections.port, { hash: token.hash });
        }
      },
    };
  } catch (thrown) {
    connections.drop();
    await connections.close();
    throw thrown;
  }
}

/** What failed outside the application, which answers for its own failures. */
function responseToThrown(thrown: unknown): Response {
  const error =
    thrown instanceof RequestError
      ? new AcutanceError('request-invalid', `The request can't be read: ${thrown.message}.`, {
          cause: thrown,
        })
      : AcutanceError.from(thrown);
  return withSecurityHeaders(problemResponse(error));
}
