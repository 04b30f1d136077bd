import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import { AcutanceError, EXIT_CODES } from '../../shared/errors.ts';
import { LostOutput } from './cli/lost-output.ts';
import { createProgram, parsingProblem } from './cli/program.ts';
import { createReporter } from './cli/reporter.ts';

const lostOutput = new LostOutput(process);

/** The command line: parses, runs a command, and turns what it threw into a message and an exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    await lostOutput.requireNone();
    return 0;
  } catch (thrown) {
    const problem = thrown instanceof CommanderError ? parsingProblem(thrown) : AcutanceError.from(thrown);
    if (!problem) return thrown instanceof CommanderError && thrown.exitCode === 0 ? 0 : EXIT_CODES.usage;
    // Output that can't be written cancels a command, which says less.
    const error = lostOutput.problem ?? problem;
    // Parsing may have failed before the options were known.
    const json = args.includes('--json') && lostOutput.problem === undefined;
    createReporter({ json }, process).failure(error);
    if (process.env['ACUTANCE_DEBUG'] === '1') process.stderr.write(`${inspect(error)}\n`);
    return error.exitCode;
  }
}

process.exitCode = await main(process.argv.slice(2));
