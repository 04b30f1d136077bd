import { stat, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { AcutanceError } from '../../shared/errors.ts';
import { PartialFile, unwritable } from '../media/partial-file.ts';
import { PartialFolder } from './partial-folder.ts';

const EXTENSIONS = ['.png', '.npy'] as const;
export type LookFormat = (typeof EXTENSIONS)[number];

export interface LookFilesOptions {
  /** Names of the looks that will be written, each once. */
  readonly looks: readonly string[];
  readonly overwrite: boolean;
  /** Files that are read: none is ever replaced. */
  readonly inputs: readonly string[];
  /** Is told temporary paths before there is something there, so that somebody else can remove it. */
  readonly announce: (temporaryPath: string) => void;
}

interface LookFile {
  readonly look: string;
  readonly format: LookFormat;
  readonly temporaryPath: string;
  readonly finalPath: string;
}

/**
 * What is written of a look inside a network: one file for one look, or a folder with a picture and an array of each.
 * All of it is checked and reserved before anything is computed, and gets its names when everything is written.
 */
export class LookFiles {
  readonly #files: readonly LookFile[];
  readonly #whole: readonly (PartialFile | PartialFolder)[];

  private constructor(files: readonly LookFile[], whole: readonly (PartialFile | PartialFolder)[]) {
    this.#files = files;
    this.#whole = whole;
  }

  /**
   * @throws AcutanceError `usage` for a file of another kind, or that cannot hold all looks; `output-same-as-input`,
   *   `output-exists`, `output-unwritable` or `disk-full`.
   */
  static async create(path: string, options: LookFilesOptions): Promise<LookFiles> {
    const found = await stat(path).catch(() => undefined);
    const extension = extname(path).toLowerCase();
    const format = EXTENSIONS.find((each) => each === extension);
    if (format !== undefined) {
      const [look, ...more] = options.looks;
      if (look !== undefined && more.length === 0) {
        return LookFiles.#reserve([{ look, format, path }], options);
      }
      throw new AcutanceError('usage', `"${path}" can hold one look, not ${options.looks.length}.`, {
        hint: 'Name a folder, or look at one thing.',
      });
    }
    if (found !== undefined && !found.isDirectory()) {
      throw new AcutanceError('output-unwritable', `The output "${path}" is a file, not a folder.`, {
        hint: 'Name a .png or .npy file, or a folder, which gets both.',
      });
    }
    const wanted = options.looks.flatMap((look) => EXTENSIONS.map((each) => ({ look, format: each })));
    if (found !== undefined) {
      const each = wanted.map((file) => ({ ...file, path: join(path, file.look + file.format) }));
      return LookFiles.#reserve(each, options);
    }
    // `run-1.5` is a folder's name, `x.jpg` is not.
    if (/[a-z]/.test(extension)) {
      throw new AcutanceError('usage', `"${path}" is neither a .png nor a .npy file.`, {
        hint: 'Name one of these, or a folder, which gets both; make the folder first if its name looks like that.',
      });
    }
    const folder = await PartialFolder.create(path, options.announce);
    const files = wanted.map(({ look, format: each }) => ({
      look,
      format: each,
      temporaryPath: join(folder.temporaryPath, look + each),
      finalPath: join(folder.finalPath, look + each),
    }));
    return new LookFiles(files, [folder]);
  }

  static async #reserve(
    wanted: readonly Wanted[],
    { inputs, overwrite, announce }: LookFilesOptions,
  ): Promise<LookFiles> {
    const reserved: PartialFile[] = [];
    const files: LookFile[] = [];
    const all = new LookFiles(files, reserved);
    try {
      for (const { look, format, path } of wanted) {
        const file = await PartialFile.create(path, inputs, overwrite, announce);
        reserved.push(file);
        files.push({ look, format, temporaryPath: file.temporaryPath, finalPath: file.finalPath });
      }
      return all;
    } catch (thrown) {
      await all.remove();
      throw thrown;
    }
  }

  /**
   * Writes what is wanted of one look.
   *
   * @returns the paths that the files will have.
   */
  async write(
    look: string,
    encode: (format: LookFormat) => Uint8Array | Promise<Uint8Array>,
  ): Promise<string[]> {
    const paths: string[] = [];
    for (const { look: its, format, temporaryPath, finalPath } of this.#files) {
      if (its !== look) continue;
      await writeFile(temporaryPath, await encode(format)).catch((thrown: unknown) => {
        throw unwritable(finalPath, thrown);
      });
      paths.push(finalPath);
    }
    return paths;
  }

  /** Gives everything its name. */
  async complete(): Promise<void> {
    for (const each of this.#whole) await each.complete();
  }

  /** Removes what has no name yet. */
  async remove(): Promise<void> {
    for (const each of this.#whole) await each.remove();
  }
}

interface Wanted {
  readonly look: string;
  readonly format: LookFormat;
  readonly path: string;
}
