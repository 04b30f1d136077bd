#!/usr/bin/env node
// The way in from a terminal. Where the running Node is too old for the program, it continues on the Node that was
// installed beside it.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  continueOn,
  fail,
  failForWantOfNode,
  findNode,
  keepCompiledCode,
  runningNodeIsEnough,
} from './installed-node.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = join(root, 'src/main/hosts/cli.ts');
const built = join(root, 'out/main/cli.js');
const program = [sources, built].find((path) => existsSync(path));
const node = findNode();
keepCompiledCode(root);

if (program === undefined) {
  fail(
    'the program is missing from this folder.',
    `Run npm install in ${root}, or npm run build in a checkout.`,
  );
} else if (node === undefined) {
  failForWantOfNode();
} else if (runningNodeIsEnough()) {
  process.argv[1] = program;
  await import(pathToFileURL(program).href);
} else {
  continueOn(node, [program, ...process.argv.slice(2)], { tether: true });
}
