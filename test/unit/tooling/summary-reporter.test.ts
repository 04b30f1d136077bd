import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeTotals } from '../../support/summary-reporter.ts';

const ROOT = join(import.meta.dirname, '../../..');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'summary-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs Vitest on the given files with the reporter alone. */
function runTests(files: Readonly<Record<string, string>>) {
  for (const [path, body] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `import { describe, expect, it, beforeAll } from 'vitest';\n${body}`);
  }
  const reporter = join(ROOT, 'test/support/summary-reporter.ts');
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  return spawnSync(process.execPath, [vitest, 'run', `--reporter=${reporter}`], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
}

describe('the closing line of a test run', () => {
  it('counts tests, files that cannot be loaded and set-ups that fail, and names what was skipped', () => {
    const { status, stdout } = runTests({
      'clip.test.ts': `
        describe('a clip', () => {
          it('opens', () => {});
          it('closes', () => { expect(1).toBe(2); });
          it.skip('plays', () => {});
          it('seeks', (test) => { test.skip('no display'); });
        });`,
      'broken.test.ts': `throw new Error('no');`,
      'set-up.test.ts': `
        describe('a set-up that fails', () => {
          beforeAll(() => { throw new Error('no'); });
          it('opens', () => {});
        });`,
    });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toBe('1 passed, 3 failed, 3 skipped');
    expect(stdout).toContain('clip.test.ts');
    expect(stdout).toContain('a clip > plays');
    expect(stdout).toContain('a clip > seeks (no display)');
    expect(status).toBe(1);
  });

  it('says nothing of skipped tests where there are none', () => {
    const { status, stdout } = runTests({ 'one.test.ts': `it('opens', () => {});` });
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('1 passed, 0 failed');
    expect(stdout).not.toContain('kipped');
    expect(status).toBe(0);
  });

  it('has one form', () => {
    expect(describeTotals({ passed: 3, failed: 0, skipped: [] })).toBe('3 passed, 0 failed');
    expect(
      describeTotals({ passed: 0, failed: 1, skipped: [{ file: 'f', name: 'n', reason: undefined }] }),
    ).toBe('0 passed, 1 failed, 1 skipped');
  });
});
