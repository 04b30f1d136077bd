/** `npm test`: installs what the tests need and this machine lacks, then runs them. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installMissingTestTools } from './test-tools-installation.ts';

installMissingTestTools();

const vitest = join(import.meta.dirname, '../node_modules/vitest/vitest.mjs');
const result = spawnSync(process.execPath, [vitest, 'run', ...process.argv.slice(2)], { stdio: 'inherit' });
if (result.error) throw result.error;
process.exitCode = result.status ?? 1;
