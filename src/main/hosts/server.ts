import { setTimeout as sleep } from 'node:timers/promises';
import { RequestError, getRequestListener } from '@hono/node-server';
import { AcutanceError } from '../../shared/errors.ts';
import { standardErrorLogger, type Logger } from '../routes/logger.ts';
import { problemResponse } from '../routes/problem-response.ts';
import { withSecurityHeaders } from '../routes/security-headers.ts';
import { withUnfailingBody } from './server/body-guard.ts';
import type { LaunchRecords } from './server/launch-record.ts';
import { LaunchToken } from './server/launch-token.ts';
import { listenFrom, listenOnLoopback, type LoopbackListener } from './server/loopback.ts';
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
  readonly logger?: Logger;
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
  { port, mayMove, records, logger = standardErrorLogger }: ServerOptions,
): Promise<RunningServer> {
  // The guard needs the token of the launch before, which depends on the port.
  const guard = Promise.withResolvers<SessionGuard>();
  const listener = getRequestListener(
    async (request, { outgoing }) => {
      const gate = await guard.promise;
      const response = await gate.answer(request, async (admitted) => (await application).fetch(admitted));
      return withUnfailingBody(response, (reason) => {
        outgoing.destroy();
        if (!request.signal.aborted) logger.error(`${request.method} ${request.url} broke off`, reason);
      });
    },
    { overrideGlobalObjects: false, errorHandler: responseToThrown },
  );
  const listen = mayMove ? listenFrom : listenOnLoopback;
  // Told where it is awaited, which may be after it failed.
  application.catch(() => undefined);
  let connections: LoopbackListener | undefined;
  try {
    connections = await listen(port, (incoming, outgoing) => void listener(incoming, outgoing));
    const token = new LaunchToken((await records.read(connections.port))?.hash);
    await records.write(connections.port, { hash: token.hash, token: token.value });
    guard.resolve(new SessionGuard(token));
    return new RunningServer(connections, token, application, records);
  } catch (thrown) {
    connections?.drop();
    await Promise.all([
      connections?.close(),
      application.then((app) => app.dispose()).catch(() => undefined),
    ]);
    throw thrown;
  }
}

/** A server that answers. */
export class RunningServer {
  readonly port: number;
  readonly #connections: LoopbackListener;
  readonly #token: LaunchToken;
  readonly #application: Promise<Application>;
  readonly #records: LaunchRecords;

  constructor(
    connections: LoopbackListener,
    token: LaunchToken,
    application: Promise<Application>,
    records: LaunchRecords,
  ) {
    this.port = connections.port;
    this.#connections = connections;
    this.#token = token;
    this.#application = application;
    this.#records = records;
  }

  /** Lets a browser in; to be shown to the user and nobody else. */
  get address(): string {
    return addressOf(this.port, this.#token.value);
  }

  /** The same for one use, as the parameter of a program. */
  voucherAddress(): string {
    return addressOf(this.port, this.#token.issueVoucher());
  }

  /** Ends the application and all connections, within two seconds. */
  async stop(): Promise<void> {
    // As long as the port is ours: whoever has it next writes what is remembered of it.
    const forgotten = this.#records.write(this.port, { hash: this.#token.hash });
    const closed = forgotten.catch(() => undefined).then(() => this.#connections.close());
    const disposed = this.#application.then((app) => app.dispose());
    try {
      await Promise.race([disposed, sleep(DISPOSE_MS, undefined, { ref: false })]);
    } finally {
      await forgotten.catch(() => undefined);
      this.#connections.drop();
      await closed;
    }
    await forgotten;
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
