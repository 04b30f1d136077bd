// Finds the Node that npm installed with Acutance and continues on it. Plain JavaScript for Node 20 and later.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** Runs TypeScript as it is, without a warning. */
const RUNS_TYPESCRIPT_QUIETLY = [24, 3];
/** Runs TypeScript as it is, with a warning about it. */
const RUNS_TYPESCRIPT = [22, 18];

/** Whether the running Node can run the program itself. */
export function runningNodeIsEnough() {
  return runningNodeIsAtLeast(RUNS_TYPESCRIPT_QUIETLY);
}

/** Path of a Node that can run the program; undefined where there is none. */
export function findNode() {
  if (runningNodeIsEnough()) return process.execPath;
  return findInstalledNode() ?? (runningNodeIsAtLeast(RUNS_TYPESCRIPT) ? process.execPath : undefined);
}

/**
 * Keeps what Node compiles, stripped types included, for the next start, which takes a third of the time then; of the
 * processes that this one starts as well. It lies in the package's own folder: whoever can write there could change the
 * program itself. Where nobody can, nothing is kept.
 * @param {string} root the package's folder
 */
export function keepCompiledCode(root) {
  process.env['NODE_COMPILE_CACHE'] ??= join(root, 'node_modules/.cache/acutance');
  // Node 20 has no such thing, and only hands over.
  if ('enableCompileCache' in nodeModule) nodeModule.enableCompileCache(process.env['NODE_COMPILE_CACHE']);
}

/**
 * Hands over to another Node, and ends as it ends.
 * @param {string} node path of the Node program
 * @param {readonly string[]} parameters the script and what is passed to it
 * @param {{ tether?: boolean }} options `tether`: give the script an IPC channel, never written to, whose end tells
 *   it that this process was killed
 */
export function continueOn(node, parameters, { tether = false } = {}) {
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...parameters], {
    stdio: tether ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit',
    env: { ...process.env, PATH: [dirname(node), process.env['PATH']].join(delimiter) },
  });
  // In a terminal Ctrl-C reaches every process of the group, the child included: passing it on would deliver it
  // twice. Without a terminal a signal was sent to this process alone.
  const inTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const signals = /** @type {const} */ (['SIGINT', 'SIGHUP', 'SIGTERM']);
  for (const signal of signals) {
    process.on(signal, () => {
      if (signal === 'SIGTERM' || !inTerminal) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    fail(`Node could not be started: ${node}: ${error.message}`, 'Run npm install again.');
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const name of signals) process.removeAllListeners(name);
    process.kill(process.pid, signal);
    // Reached only where the signal did not end this process (Windows, an inherited ignore).
    setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
  });
}

/** Ends with the reason that no Node can run the program. */
export function failForWantOfNode() {
  fail(
    `Node ${process.versions.node} is too old, and no newer one is installed beside Acutance.`,
    'Run npm install (without --omit=optional), or install Node 24.',
  );
}

/**
 * @param {string} message what happened
 * @param {string} hint what to do about it
 */
export function fail(message, hint) {
  process.stderr.write(`acutance: ${message}\n  ${hint}\n`);
  process.exit(1);
}

/** The Node installed with this package: one npm package per platform, each an optional dependency. */
function findInstalledNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const prefix = platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  try {
    const manifest = createRequire(import.meta.url).resolve(
      `${prefix}-${platform}-${process.arch}/package.json`,
    );
    const path = join(dirname(manifest), 'bin', platform === 'win' ? 'node.exe' : 'node');
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** @param {number[]} version major and minor */
function runningNodeIsAtLeast([major = 0, minor = 0]) {
  const [runningMajor = 0, runningMinor = 0] = process.versions.node.split('.').map(Number);
  return runningMajor > major || (runningMajor === major && runningMinor >= minor);
}
