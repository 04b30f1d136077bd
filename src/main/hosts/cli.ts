import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import { AcutanceError, EXIT_CODES } from '../../shared/errors.ts';
import { createProgram, parsingProblem } from './cli/program.ts';
import { createReporter } from './cli/reporter.ts';

/** The command line: parses, runs a command, and turns what it threw into a message and an exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return 0;
  } catch (thrown) {
    const error = thrown instanceof CommanderError ? parsingProblem(thrown) : AcutanceError.from(thrown);
    if (!error) return thrown instanceof CommanderError && thrown.exitCode === 0 ? 0 : EXIT_CODES.usage;
    // Parsing may have failed before the options were known.
    createReporter({ json: args.includes('--json') }, process).failure(error);
    if (process.env['ACUTANCE_DEBUG'] === '1') process.stderr.write(`${inspect(error)}\n`);
    return error.exitCode;
  }
}

// A reader that has gone away (`| head`) cancels a running command and is nothing to report afterwards.
process.stdout.on('error', () => undefined);
process.exitCode = await main(process.argv.slice(2));
