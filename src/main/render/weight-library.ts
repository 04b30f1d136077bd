import { basename } from 'node:path';
import type { ImportedWeights, WeightsFinding, WeightsOrder } from '../../shared/api/weights.ts';
import type { ImportWeightsRequest } from '../../shared/weights-import.ts';
import type { WeightStore } from '../inference/weights/weight-store.ts';
import type { EngineClient } from './engine-client.ts';
import type { FileAccess } from './file-access.ts';
import type { Upload, WeightUploads } from './weight-uploads.ts';

export interface WeightLibraryParts {
  /** Makes the supervisor of the engine that reads the files. */
  readonly createEngine: () => Pick<EngineClient, 'run' | 'stop' | 'dispose'>;
  readonly store: () => Promise<Pick<WeightStore, 'list' | 'remove'>>;
  /** Where imported weights lie. */
  readonly folder: string;
  readonly access: Pick<FileAccess, 'file'>;
  readonly uploads: WeightUploads;
  /** Told after weights were imported or removed. */
  readonly onChange: () => void;
}

/** Imports and removes weights for the application. */
export class WeightLibrary {
  readonly #parts: WeightLibraryParts;
  readonly #engine: Pick<EngineClient, 'run' | 'stop' | 'dispose'>;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: WeightLibraryParts) {
    this.#parts = parts;
    this.#engine = parts.createEngine();
  }

  /** Where imported weights lie, and which of them are damaged. */
  async describe(): Promise<ImportedWeights> {
    const { problems } = await (await this.#parts.store()).list();
    return { folder: this.#parts.folder, problems: [...problems] };
  }

  /** Takes in a file of the page; see `WeightUploads.receive`. */
  async receive(name: string, body: ReadableStream<Uint8Array> | null): Promise<Upload> {
    return await this.#parts.uploads.receive(name, body);
  }

  async discard(upload: string): Promise<void> {
    await this.#parts.uploads.discard(upload);
  }

  /**
   * Finds out which network files are for and imports them where they fit one. Files that were sent are kept only where
   * they are parts that wait for the others.
   *
   * @throws AcutanceError `not-found`, `path-refused` or the `input-` codes for files that are not there; the `weights-`
   *   codes for files that can't be read; `output-unwritable`, `disk-full`, `engine-died`, `cancelled`.
   */
  async import(order: WeightsOrder, signal: AbortSignal): Promise<WeightsFinding> {
    let kept = false;
    try {
      const files = await Promise.all(order.files.map((file) => this.#locate(file)));
      const { licence, alignCorners } = order;
      const finding = await this.#read({ files, licence, alignCorners }, signal);
      kept = finding.result === 'part';
      if (finding.result === 'imported') this.#parts.onChange();
      return finding;
    } finally {
      if (!kept) await this.#discardAll(order);
    }
  }

  /** Deletes imported weights; see `WeightStore.remove`. */
  async remove(hash: string): Promise<void> {
    await (await this.#parts.store()).remove(hash);
    this.#parts.onChange();
  }

  async dispose(): Promise<void> {
    await this.#engine.dispose();
    await this.#turn;
    await this.#parts.uploads.dispose();
  }

  async #locate(file: WeightsOrder['files'][number]): Promise<ImportWeightsRequest['files'][number]> {
    if ('upload' in file) {
      const { path, name } = this.#parts.uploads.find(file.upload);
      return { path, name, origin: `${name}, dropped on the page` };
    }
    const path = await this.#parts.access.file(file.path);
    return { path, name: basename(file.path), origin: file.path };
  }

  /** One after the other; the engine is not kept, since it holds on to the memory that it needed. */
  #read(request: ImportWeightsRequest, signal: AbortSignal): Promise<WeightsFinding> {
    const finding = this.#turn.then(() => this.#engine.run('import-weights', request, { signal }));
    this.#turn = finding.then(
      () => this.#engine.stop(),
      () => this.#engine.stop(),
    );
    return finding;
  }

  async #discardAll({ files }: WeightsOrder): Promise<void> {
    for (const file of files) if ('upload' in file) await this.discard(file.upload);
  }
}
