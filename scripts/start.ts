/**
 * `npm start`: builds what is not up to date, then opens the application in a window of its own, or where there can't
 * be one, in a browser. `npm start -- PARAMETERS` passes on what `acutance serve` understands.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { keepCompiledCode } from '../bin/installed-node.mjs';
import { describeFailure } from '../src/main/hosts/cli/reporter.ts';
import { ensureBuilt } from '../src/main/hosts/server/built-page.ts';
import { hasDisplay } from '../src/main/hosts/server/default-browser.ts';
import { AcutanceError } from '../src/shared/errors.ts';
import { obtainElectron, runElectron, type Attempt } from './start-electron.ts';

const root = join(import.meta.dirname, '..');
const parameters = process.argv.slice(2);
keepCompiledCode(root);
// npm runs its scripts in the repository, wherever it was called.
const calledFrom = process.env['INIT_CWD'];
if (calledFrom !== undefined && existsSync(calledFrom)) process.chdir(calledFrom);

try {
  await ensureBuilt(root, ['page', 'programs'], say);
  const window = await openWindow();
  if ('value' in window) process.exitCode = window.value;
  else {
    say(`No window: ${window.reason}. Acutance opens in a browser instead.`);
    await openServer();
  }
} catch (thrown) {
  const error = AcutanceError.from(thrown);
  process.stderr.write(describeFailure(error));
  process.exitCode = error.exitCode;
}

async function openWindow(): Promise<Attempt<number>> {
  if (wantsServer()) return { reason: 'options of the server are given' };
  if (!hasDisplay()) return { reason: 'there is no display' };
  const entry = join(root, 'out/main/electron.js');
  if (!existsSync(entry)) return { reason: 'this build has none' };
  const electron = await obtainElectron(root, say);
  if ('reason' in electron) return { reason: `Electron can't be used: ${electron.reason}` };
  const window = await runElectron(
    electron.value,
    root,
    parameters.map((path) => resolve(path)),
  );
  return 'value' in window ? window : { reason: `Electron can't be used: ${window.reason}` };
}

/** Options belong to the server; a window is given clips and nothing else. */
function wantsServer(): boolean {
  return parameters.some((parameter) => parameter.startsWith('-'));
}

/** In this process: one start less to wait for. */
async function openServer(): Promise<void> {
  const program = join(root, 'out/main/cli.js');
  process.argv.splice(1, Infinity, program, 'serve', ...parameters);
  await import(pathToFileURL(program).href);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
