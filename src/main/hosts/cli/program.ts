import { Command, type CommanderError } from 'commander';
import { AcutanceError } from '../../../shared/errors.ts';
import { installedVersion } from '../../render/installation.ts';
import { addCheckingCommands } from './checking-commands.ts';
import { configure } from './command-options.ts';
import { addEverydayCommands } from './everyday-commands.ts';
import { PROGRAM_HELP } from './help-texts.ts';

/** The command line: its commands, options and help. Parsing a command line runs the command. */
export function createProgram(): Command {
  const program = configure(new Command('acutance'))
    .description('Takes motion blur out of video clips.')
    .version(installedVersion(), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'show help; every command has its own')
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('after', PROGRAM_HELP);
  addEverydayCommands(program);
  addCheckingCommands(program);
  return program;
}

/** What went wrong while parsing, as our own kind of error; undefined when the help that was shown says it all. */
export function parsingProblem(thrown: CommanderError): AcutanceError | undefined {
  if (thrown.exitCode === 0 || thrown.code === 'commander.help') return undefined;
  const [first = '', ...rest] = thrown.message.replace(/^error: /, '').split('\n');
  const suggestion = rest.join(' ').replace(/^\((.*)\)$/, '$1');
  const hint =
    suggestion === ''
      ? 'acutance --help shows the commands, acutance COMMAND --help their options.'
      : suggestion;
  const message = first.charAt(0).toUpperCase() + first.slice(1) + (/[.?!]$/.test(first) ? '' : '.');
  return new AcutanceError('usage', message, { hint });
}
