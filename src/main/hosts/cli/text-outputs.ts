import { writeFile } from 'node:fs/promises';
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
