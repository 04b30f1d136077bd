import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The files among a program's parameters, as absolute paths: no option, and something that is there. File managers of
 * Linux give addresses (`file:///...`) for paths.
 */
export function filesAmong(parameters: readonly string[], workingFolder: string): string[] {
  return parameters
    .filter((parameter) => parameter !== '' && !parameter.startsWith('-'))
    .map((parameter) => pathOfAddress(parameter) ?? resolve(workingFolder, parameter))
    .filter(isFile);
}

function pathOfAddress(parameter: string): string | undefined {
  if (!parameter.startsWith('file://')) return undefined;
  try {
    return fileURLToPath(parameter);
  } catch {
    // Of another machine, or not well-formed: no file of ours.
    return undefined;
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Passes on the paths that the system asks to open, and keeps those that come before anyone can take them. */
export class OpenRequests {
  #waiting: string[] = [];
  #open: ((path: string) => void) | undefined;

  /** Asks for a file: from the dock, the file manager, a second start. */
  add(path: string): void {
    if (this.#open) this.#open(path);
    else this.#waiting.push(path);
  }

  /** From now on requests go to `open`, first those that waited. */
  deliverTo(open: (path: string) => void): void {
    this.#open = open;
    for (const path of this.#waiting.splice(0)) open(path);
  }

  /** The last request that waits, taken out; the window opens it as it starts. */
  takeLast(): string | undefined {
    return this.#waiting.pop();
  }
}
