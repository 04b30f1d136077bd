import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AcutanceError } from '../../../../shared/errors.ts';
import { dataFolder } from '../../../inference/weights/data-folder.ts';
import { installationFolder } from '../../../render/installation.ts';
import { DEFAULT_PORT, startServer, type Application, type RunningServer } from '../../server.ts';
import { ensureBuilt, pageFolder } from '../../server/built-page.ts';
import { hasDisplay, openInBrowser } from '../../server/default-browser.ts';
import { LaunchRecords } from '../../server/launch-record.ts';
import { findRunningServer, type FoundServer } from '../../server/running-server.ts';
import { interruptible } from '../interrupt.ts';
import { createReporter, type Reporter, type ReporterOptions } from '../reporter.ts';

const STOP_MS = 2000;

export interface ServeOptions extends ReporterOptions {
  /** Without it the usual one, or the next that is free. */
  readonly port?: number;
  readonly open: boolean;
  readonly root?: readonly string[];
}

/** What the page may open, and what it opens first. */
interface Openings {
  readonly roots: readonly string[];
  readonly files: readonly string[];
}

/** `acutance serve`: the application for browsers, until it is stopped. */
export async function serve(paths: readonly string[], options: ServeOptions): Promise<void> {
  const reporter = createReporter(options, process);
  const openings = await sortOut(paths, options.root ?? []);
  const root = fileURLToPath(installationFolder());
  await ensureBuilt(root, ['page'], (line) => reporter.remark(line));
  const records = new LaunchRecords(dataFolder());
  const { port } = options;
  // Other files or folders than the running one has open want a server of their own.
  if (port === undefined && paths.length === 0 && options.root === undefined) {
    const running = await findRunningServer(records, DEFAULT_PORT);
    if (running) return welcomeBack(running, options, reporter);
  }
  await interruptible(
    async (signal) => {
      const application = openApplication(root, openings);
      const server = await startServer(application, {
        port: port ?? DEFAULT_PORT,
        mayMove: port === undefined,
        records,
      });
      try {
        await announce(server, options, reporter);
        await application;
        await untilAborted(signal);
      } finally {
        await stop(server);
      }
    },
    { onFurther: () => process.exit(130) },
  );
  reporter.result({}, '');
}

/** Built while the server begins to listen. */
async function openApplication(root: string, { roots, files }: Openings): Promise<Application> {
  const { createApp } = await import('../../../app.ts');
  const app = await createApp({ host: 'server', roots, openPath: files[0], pageFolder: pageFolder(root) });
  for (const file of files) app.grant(file);
  return app;
}

/** @throws AcutanceError where something does not exist, or is a file where a folder is asked for. */
async function sortOut(paths: readonly string[], roots: readonly string[]): Promise<Openings> {
  const given = await Promise.all(
    paths.map(async (path) => ({ path: resolve(path), folder: await isFolder(path) })),
  );
  for (const root of roots) {
    if (await isFolder(root)) continue;
    throw new AcutanceError('usage', `"${resolve(root)}" is not a folder.`, {
      hint: 'Give --root a folder.',
    });
  }
  const chosen = [
    ...roots.map((root) => resolve(root)),
    ...given.filter(({ folder }) => folder).map(({ path }) => path),
  ];
  return {
    roots: [...new Set(chosen.length > 0 ? chosen : [process.cwd(), homedir()])],
    files: given.filter(({ folder }) => !folder).map(({ path }) => path),
  };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (thrown) {
    throw new AcutanceError('input-unreadable', `"${resolve(path)}" can't be found.`, {
      hint: 'Check the path and the permissions of its folder.',
      cause: thrown,
    });
  }
}

/** A second start leads to the server that runs already. */
async function welcomeBack(server: FoundServer, options: ServeOptions, reporter: Reporter): Promise<void> {
  reporter.remark('Acutance is running already.');
  tell(server.address, options);
  if (options.open && hasDisplay()) await openInBrowser(await server.voucherAddress());
}

async function announce(server: RunningServer, options: ServeOptions, reporter: Reporter): Promise<void> {
  if (options.port === undefined && server.port !== DEFAULT_PORT) {
    reporter.remark(`Port ${DEFAULT_PORT} is taken; using ${server.port}.`);
  }
  tell(server.address, options);
  reporter.remark('Press Ctrl-C to stop it.');
  if (options.open && hasDisplay()) await openInBrowser(server.voucherAddress());
}

/** One line on stdout, for people and programs. */
function tell(address: string, { json }: ServeOptions): void {
  const line = json === true ? JSON.stringify({ type: 'serving', address }) : `Acutance is at ${address}`;
  process.stdout.write(`${line}\n`);
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve: end } = Promise.withResolvers<undefined>();
  signal.addEventListener('abort', () => end(undefined), { once: true });
  await promise;
}

/** Whatever still runs two seconds after the server was to stop is cut off; the engine notices and ends itself. */
async function stop(server: RunningServer): Promise<void> {
  setTimeout(() => process.exit(), STOP_MS).unref();
  await server.stop();
}
