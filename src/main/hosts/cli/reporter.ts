import type { JobEvent } from '../../../shared/engine-protocol.ts';
import type { AcutanceError } from '../../../shared/errors.ts';
import { ProgressLine, type ProgressTarget } from './progress-line.ts';

/** How a command talks: to a person, or to a program. */
export interface Reporter {
  event(event: JobEvent): void;
  /** The end of a command that went well: data for programs, text (with its line ends) for people. */
  result(data: object, text: string): void;
  /** The end of a command that did not. */
  failure(error: AcutanceError): void;
  /** A remark that is neither result nor failure; programs do not see it. */
  remark(text: string): void;
}

export interface ReporterOptions {
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  /** For commands that take no time worth showing. */
  readonly hideProgress?: boolean | undefined;
}

export interface Streams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: ProgressTarget;
}

export function createReporter(options: ReporterOptions, streams: Streams): Reporter {
  return options.json === true ? new JsonReporter(streams) : new TextReporter(streams, options);
}

/** Progress, notices and failures on stderr, results on stdout. */
class TextReporter implements Reporter {
  readonly #streams: Streams;
  readonly #quiet: boolean;
  readonly #hideProgress: boolean;
  readonly #line: ProgressLine;

  constructor(streams: Streams, options: ReporterOptions) {
    this.#streams = streams;
    this.#quiet = options.quiet === true;
    this.#hideProgress = options.hideProgress === true;
    this.#line = new ProgressLine(streams.stderr);
  }

  event(event: JobEvent): void {
    if (event.type === 'notice') this.remark(`Note: ${event.notice.message}`);
    else if (this.#quiet || this.#hideProgress) return;
    else if (event.type === 'phase') this.#line.phase(event.phase);
    else if (event.type === 'progress') this.#line.progress(event.progress);
  }

  result(_data: object, text: string): void {
    this.#line.clear();
    if (!this.#quiet) this.#streams.stdout.write(printable(text));
  }

  failure(error: AcutanceError): void {
    this.#line.clear();
    this.#streams.stderr.write(printable(describeFailure(error)));
  }

  remark(text: string): void {
    this.#line.clear();
    if (!this.#quiet) this.#streams.stderr.write(`${printable(text)}\n`);
  }
}

/** One JSON object per line on stdout and nothing else there. */
class JsonReporter implements Reporter {
  readonly #streams: Streams;

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  event(event: JobEvent): void {
    if (event.type === 'phase') this.#write({ type: 'phase', phase: event.phase });
    else if (event.type === 'progress') this.#write({ type: 'progress', ...event.progress });
    else if (event.type === 'notice') this.#write({ type: 'notice', ...event.notice });
  }

  result(data: object): void {
    this.#write({ type: 'done', ...data });
  }

  failure(error: AcutanceError): void {
    this.#write({ type: 'failed', ...error.toProblem(), exitCode: error.exitCode });
  }

  remark(): void {
    // Programs read events, not prose.
  }

  #write(value: object): void {
    this.#streams.stdout.write(JSON.stringify(value) + '\n');
  }
}

/** Names of files may hold control characters, which a terminal would obey; line ends stay. */
function printable(text: string): string {
  return text.replace(
    /(?!\n)\p{Cc}/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** A failure as it stands on a terminal: what happened, and below it what to do. */
export function describeFailure(error: AcutanceError): string {
  const hint = error.hint === undefined ? '' : `  ${error.hint}\n`;
  const end = /[.?!:]$|\n/.test(error.message) ? '' : '.';
  return `acutance: ${error.message}${end}\n${hint}`;
}
