import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { installCommands, isInstalled, TEST_TOOLS, type TestTool } from '../test/support/test-tools.ts';

const MINUTE = 60_000;

/**
 * Installs the witnesses that are missing where it can (Debian, as root), and names the command that installs them
 * where it cannot. Tests that need a missing tool are then skipped and named.
 */
export function installMissingTestTools(): void {
  const missing = TEST_TOOLS.filter((tool) => !isInstalled(tool));
  if (missing.length === 0) return;
  if (canInstall()) install(missing);
  const stillMissing = missing.filter((tool) => !isInstalled(tool));
  if (stillMissing.length > 0) explain(stillMissing);
}

function canInstall(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

function install(tools: readonly TestTool[]): void {
  console.log(
    `Installing for the tests: ${tools.map((tool) => tool.name).join(', ')} (apt-get, about a minute)`,
  );
  const packages = new Set(tools.flatMap((tool) => tool.debianPackages));
  aptGet(['update']);
  aptGet(['install', '--yes', '--no-install-recommends', ...packages]);
}

function aptGet(parameters: readonly string[]): void {
  const result = spawnSync('apt-get', ['--quiet', ...parameters], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: 8 * MINUTE,
  });
  if (result.status === 0) return;
  const lastLines = result.stderr.trim().split('\n').slice(-3).join('\n  ');
  console.log(`apt-get ${parameters[0] ?? ''} did not succeed:\n  ${lastLines}`);
}

function explain(tools: readonly TestTool[]): void {
  for (const tool of tools) {
    console.log(`${tool.name} is not installed; the tests use it as ${tool.purpose}.`);
  }
  console.log('Tests that need it are skipped. To run them too:');
  for (const command of installCommands(tools, process.platform)) console.log(`  ${command}`);
}
