/**
 * Closes a test run with what was skipped, by name, and one line of totals: `12 passed, 0 failed, 3 skipped`.
 * A file that cannot be loaded and an error outside every test count as failures.
 */
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';
import { installCommands, isInstalled, TEST_TOOLS } from './test-tools.ts';

interface Skipped {
  readonly file: string;
  readonly name: string;
  readonly reason: string | undefined;
}

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly Skipped[];
}

/** Names of skipped tests listed per file; the rest is counted. */
const NAMES_PER_FILE = 12;

export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const totals = countTests(modules, unhandledErrors.length);
    const lines = ['', ...describeSkipped(totals.skipped), describeTotals(totals), ''];
    process.stdout.write(lines.join('\n'));
  }
}

export function countTests(modules: readonly TestModule[], unhandledErrors: number): Totals {
  const skipped: Skipped[] = [];
  let passed = 0;
  let failed = unhandledErrors;
  for (const module of modules) {
    // Errors of a file or of a suite (a failed import, a failed beforeAll) belong to no test.
    failed += module.errors().length;
    for (const suite of module.children.allSuites()) failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === 'passed') passed += 1;
      else if (result.state === 'failed') failed += 1;
      else skipped.push(describeTest(module, test));
    }
  }
  return { passed, failed, skipped };
}

export function describeTotals({ passed, failed, skipped }: Totals): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped.length === 0 ? line : `${line}, ${skipped.length} skipped`;
}

function describeTest(module: TestModule, test: TestCase): Skipped {
  const result = test.result();
  const reason = result.state === 'skipped' ? result.note : 'the run ended before it';
  return { file: module.relativeModuleId, name: test.fullName, reason };
}

function describeSkipped(skipped: readonly Skipped[]): string[] {
  if (skipped.length === 0) return [];
  const lines = ['Skipped:'];
  for (const [file, tests] of Map.groupBy(skipped, (test) => test.file)) {
    lines.push(`  ${file}`);
    for (const test of tests.slice(0, NAMES_PER_FILE)) {
      lines.push(`    ${test.name}${test.reason === undefined ? '' : ` (${test.reason})`}`);
    }
    if (tests.length > NAMES_PER_FILE) lines.push(`    and ${tests.length - NAMES_PER_FILE} more`);
  }
  const missing = TEST_TOOLS.filter((tool) => !isInstalled(tool));
  if (missing.length > 0) {
    lines.push(
      `Not installed: ${missing.map((tool) => `${tool.name} (${tool.purpose})`).join(', ')}. To install:`,
    );
    lines.push(...installCommands(missing, process.platform).map((command) => `  ${command}`));
  }
  return [...lines, ''];
}
