import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AcutanceError } from '../../../../shared/errors.ts';
import { dataFolder } from '../../../inference/weights/data-folder.ts';
import { installationFolder } from '../../../render/installation.ts';
import { PageFiles } from '../../../routes/page-files.ts';
import { problemResponse } from '../../../routes/problem-response.ts';
import { withSecurityHeaders } from '../../../routes/security-headers.ts';
import { DEFAULT_PORT, startServer, type Application, type RunningServer } from '../../server.ts';
import { ensureBuilt, pageFolder } from '../../server/built-page.ts';
import { hasDisplay, openInBrowser } from '../../server/default-browser.ts';
import { LaunchRecords } from '../../server/launch-record.ts';
import { findRunningServer } from '../../server/running-server.ts';
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
  await sortOut(paths, options.root ?? []);
  const root = fileURLToPath(installationFolder());
  await ensureBuilt(root, ['page'], (line) => reporter.remark(line));
  const records = new LaunchRecords(dataFolder());
  const { port } = options;
  if (port === undefined && paths.length === 0) {
    const address = await findRunningServer(records, DEFAULT_PORT);
    if (address !== undefined) return welcomeBack(address, options, reporter);
  }
  await interruptible(
    async (signal) => {
      const application = openApplication(root);
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

/** The page, and whoever asks for more is told that there is nothing. */
function openApplication(root: string): Promise<Application> {
  const page = new PageFiles(pageFolder(root));
  return Promise.resolve({
    fetch: async (request) => {
      try {
        return withSecurityHeaders(await page.respond(request));
      } catch (thrown) {
        return withSecurityHeaders(problemResponse(AcutanceError.from(thrown)));
      }
    },
    dispose: () => Promise.resolve(),
  });
}

async function sortOut(paths: readonly string[], roots: readonly string[]): Promise<Openings> {
  const folders: string[] = [];
  const files: string[] = [];
  for (const given of [...roots, ...paths]) {
    const path = resolve(given);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) {
      throw new AcutanceError('input-unreadable', `"${path}" does not exist.`, { hint: 'Check the path.' });
    }
    if (found.isDirectory()) folders.push(path);
    else if (roots.includes(given)) {
      throw new AcutanceError('usage', `"${path}" is not a folder.`, { hint: 'Give --root a folder.' });
    } else files.push(path);
  }
  return { roots: folders.length > 0 ? folders : [process.cwd(), homedir()], files };
}

/** A second start leads to the server that runs already. */
async function welcomeBack(address: string, options: ServeOptions, reporter: Reporter): Promise<void> {
  reporter.remark('Acutance is running already.');
  tell(address, options);
  if (options.open && hasDisplay()) await openInBrowser(address);
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
