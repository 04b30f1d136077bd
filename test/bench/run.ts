/**
 * `npm run bench`, or `npm run bench -- memory` for the cases whose name contains a word. Prints a table and ends
 * with 1 when a bound does not hold. Bounds are on ratios within one run, so that they hold on any machine; promises are
 * absolute times or want all cores, and count only where the machine had nothing else to do when the run began.
 */
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { formatFigures, holds, isKept, type BenchCase } from './bench.ts';

/** Processes that want a core, for each core. */
const BUSY = 0.75;

const load = loadavg()[0] ?? 0;
const quiet = load < BUSY * cpus().length;
const wanted = process.argv.slice(2);
const cases = (await loadCases()).filter(({ name }) => wanted.every((word) => name.includes(word)));
if (cases.length === 0) throw new Error(`No bench is named ${wanted.join(' ')}.`);

console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores`);
if (!quiet) console.log(`The machine is busy (load ${load.toFixed(1)}): what was promised is not judged.`);
let failures = 0;
for (const bench of cases) {
  console.log(`\n${bench.name}`);
  if (bench.missing === undefined) failures += await runCase(bench);
  else console.log(`  skipped: ${bench.missing}`);
}
process.exitCode = failures === 0 ? 0 : 1;

async function loadCases(): Promise<BenchCase[]> {
  const files = globSync('**/*.bench.ts', { cwd: import.meta.dirname }).sort();
  const modules = await Promise.all(
    files.map(
      (file) =>
        import(pathToFileURL(join(import.meta.dirname, file)).href) as Promise<{
          cases: readonly BenchCase[];
        }>,
    ),
  );
  return modules.flatMap((module) => module.cases);
}

/** Runs a case in a folder of its own; returns the number of bounds that do not hold. */
async function runCase(bench: BenchCase): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'acutance-bench-'));
  try {
    const figures = await bench.run(folder);
    for (const line of formatFigures(figures)) console.log(line);
    return figures.filter((figure) => !holds(figure) || (quiet && !isKept(figure))).length;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
