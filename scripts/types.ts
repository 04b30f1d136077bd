/** `npm run types`: Node's part, the page (Svelte) and the end-to-end tests and benches of the page, which see both Node and the DOM. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const tsc = 'node_modules/typescript/bin/tsc';
const checks = [
  [tsc, '--noEmit', '-p', '.'],
  [tsc, '--noEmit', '-p', 'test/e2e'],
  [tsc, '--noEmit', '-p', 'test/bench/page'],
  [tsc, '--noEmit', '-p', 'test/unit/renderer'],
  [
    'node_modules/svelte-check/bin/svelte-check',
    '--tsconfig',
    'src/renderer/tsconfig.json',
    '--fail-on-warnings',
  ],
];
for (const check of checks) {
  const { status, error } = spawnSync(process.execPath, check, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exitCode = 1;
}
