import { realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AcutanceError } from '../../../shared/errors.ts';
import { PartialFile, unwritable } from '../../media/partial-file.ts';

/**
 * Files that a command writes beside what it prints. They are checked and reserved before the work begins and take
 * their names when everything is written; `remove` cleans up otherwise.
 */
export class TextOutputs {
  readonly #files: { readonly file: PartialFile; readonly make: () => string }[] = [];
  readonly #inputs: readonly string[];
  readonly #overwrite: boolean;

  /** `inputs` are the files that are read: none is ever replaced. */
  constructor(inputs: readonly string[], overwrite: boolean) {
    this.#inputs = inputs;
    this.#overwrite = overwrite;
  }

  /** @throws AcutanceError `output-same-as-input`, `output-exists`, `output-unwritable`, `disk-full`. */
  async reserve(path: string | undefined, make: () => string): Promise<void> {
    if (path === undefined) return;
    this.#files.push({ file: await PartialFile.create(path, this.#inputs, this.#overwrite), make });
  }

  /**
   * Sees that no two outputs are one file, by whatever ways their paths lead there.
   *
   * @throws AcutanceError `usage`.
   */
  static async requireDistinct(outputs: Readonly<Record<string, string | undefined>>): Promise<void> {
    const names = new Map<string, string>();
    for (const [name, path] of Object.entries(outputs)) {
      if (path === undefined) continue;
      const place = await realPlace(resolve(path));
      const other = names.get(place);
      names.set(place, name);
      if (other === undefined) continue;
      throw new AcutanceError('usage', `"${path}" can't be both ${other} and ${name}.`, {
        hint: 'Name a file of its own for each.',
      });
    }
  }

  async write(): Promise<void> {
    for (const { file, make } of this.#files) {
      await writeFile(file.temporaryPath, make()).catch((thrown: unknown) => {
        throw unwritable(file.finalPath, thrown);
      });
    }
    for (const { file } of this.#files) await file.complete();
  }

  async remove(): Promise<void> {
    for (const { file } of this.#files) await file.remove();
  }
}

/** Where a path leads, or would lead once the file is there. */
async function realPlace(path: string): Promise<string> {
  for (const [start, rest] of [
    [path, ''],
    [dirname(path), basename(path)],
  ] as const) {
    const real = await realpath(start).catch(() => undefined);
    if (real !== undefined) return join(real, rest);
  }
  return path;
}
