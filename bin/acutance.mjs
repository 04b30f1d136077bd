#!/usr/bin/env node
// The way in from a terminal. Plain JavaScript for Node 20 and later: where the running Node is too old for the
// program itself, the program runs on the Node that was installed beside it.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs TypeScript as it is, without a warning. */
const NODE_THAT_RUNS_TYPESCRIPT_QUIETLY = [24, 3];
/** Runs TypeScript as it is, with a warning about it. */
const NODE_THAT_RUNS_TYPESCRIPT = [22, 18];

/** In a checkout the sources, in a package the built program. */
function findProgram() {
  const candidates = [join(root, 'src/main/hosts/cli.ts'), join(root, 'out/main/cli.js')];
  return candidates.find((path) => existsSync(path));
}

/** @param {number[]} version major and minor */
function runningNodeIsAtLeast([major = 0, minor = 0]) {
  const [runningMajor = 0, runningMinor = 0] = process.versions.node.split('.').map(Number);
  return runningMajor > major || (runningMajor === major && runningMinor >= minor);
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

/**
 * Hands over to another Node, and ends as it ends.
 * @param {string} node path of the Node program
 * @param {string} program path of the script it runs
 */
function continueWith(node, program) {
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', program, ...process.argv.slice(2)], {
    stdio: 'inherit',
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

/**
 * @param {string} message what happened
 * @param {string} hint what to do about it
 */
function fail(message, hint) {
  process.stderr.write(`acutance: ${message}\n  ${hint}\n`);
  process.exit(1);
}

const program = findProgram();
const runsItself = runningNodeIsAtLeast(NODE_THAT_RUNS_TYPESCRIPT_QUIETLY);
const node = runsItself ? undefined : findInstalledNode();
if (program === undefined) {
  fail(
    'the program is missing from this folder.',
    `Run npm install in ${root}, or npm run build in a checkout.`,
  );
} else if (runsItself) {
  process.argv[1] = program;
  await import(pathToFileURL(program).href);
} else if (node !== undefined || runningNodeIsAtLeast(NODE_THAT_RUNS_TYPESCRIPT)) {
  continueWith(node ?? process.execPath, program);
} else {
  fail(
    `Node ${process.versions.node} is too old, and no newer one is installed beside Acutance.`,
    'Run npm install (without --omit=optional), or install Node 24.',
  );
}
