import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { inspect, stripVTControlCharacters } from 'node:util';

const MOST_BYTES = 256 * 1024;
const LONGEST_ENTRY = 8 * 1024;

/**
 * The desktop application's log: what went wrong, for a report. It stays on this machine, holds nothing personal
 * beyond the paths of files, and never grows beyond twice its size: a full file becomes `NAME.old`.
 */
export class LogFile {
  readonly path: string;
  readonly #mostBytes: number;
  readonly #now: () => Date;

  constructor(path: string, mostBytes = MOST_BYTES, now: () => Date = () => new Date()) {
    this.path = path;
    this.#mostBytes = mostBytes;
    this.#now = now;
  }

  /** Adds an entry at once, so that it is there after a crash. A log that can't be written is done without. */
  write(text: string): void {
    const entry = stripVTControlCharacters(text).trim().slice(0, LONGEST_ENTRY).replaceAll('\n', '\n    ');
    if (entry === '') return;
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      if (sizeOf(this.path) + entry.length > this.#mostBytes) renameSync(this.path, `${this.path}.old`);
      appendFileSync(this.path, `${this.#now().toISOString()} ${entry}\n`);
    } catch {
      // Telling what went wrong must not be one more thing that goes wrong.
    }
  }

  /** Adds an error with its causes and where it came from. */
  writeError(context: string, thrown: unknown): void {
    const parts: string[] = [];
    for (let error = thrown; error !== undefined && parts.length < 5;) {
      parts.push(error instanceof Error ? (error.stack ?? error.message) : inspect(error));
      error = error instanceof Error ? error.cause : undefined;
    }
    this.write(`${context}: ${parts.join('\ncaused by: ')}`);
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return -Infinity;
  }
}
