// Runs a script of this repository or of one of its tools on a Node that understands TypeScript, whatever Node npm
// itself runs on: `node scripts/on-node.mjs FILE [PARAMETER]...`. Every npm script starts with it: the link that
// would put the installed Node on npm's path is not made by every version of npm.

import { continueOn, failForWantOfNode, findNode } from '../bin/installed-node.mjs';

const node = findNode();
if (node === undefined) failForWantOfNode();
else continueOn(node, process.argv.slice(2));
