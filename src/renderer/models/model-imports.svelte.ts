import type { ImportedWeights, WeightsFinding, WeightsOrder } from '../../shared/api/weights.ts';
import { AcutanceError, type ProblemDescription } from '../../shared/errors.ts';
import type { Client } from '../api/client.ts';
import type { Upload } from '../api/upload.ts';
import { baseName } from '../design/file-name.ts';

type Source = WeightsOrder['files'][number];

/** What is said of weights that are imported, where their files don't say it, or say it wrongly. */
export interface ImportOptions {
  /** Empty: what the files say. */
  readonly licence: string;
  /** The convention of their warps; `file`: what the files say, else `true`. */
  readonly alignCorners: 'file' | 'true' | 'false';
}

/** Files on their way in, and what they turned out to be. */
export interface ModelImport {
  readonly id: number;
  /** One, or one for each part of a network. */
  readonly names: readonly string[];
  readonly state: 'sending' | 'reading' | 'found' | 'failed';
  /** Of what is to be sent, 0 to 1. */
  readonly sent: number;
  readonly finding?: WeightsFinding | undefined;
  readonly problem?: ProblemDescription | undefined;
  /** Where the program finds them. */
  readonly sources: readonly Source[];
}

export interface ModelImportsParts {
  readonly client: Pick<Client, 'importWeights' | 'discardUpload' | 'removeWeights' | 'importedWeights'>;
  readonly upload: Upload;
  /** Told what a screen reader is to say. */
  readonly announce: (text: string) => void;
}

/** Weights that are imported or removed from this page. It goes on when its dialog is closed. */
export class ModelImports {
  readonly #parts: ModelImportsParts;
  readonly #ended = new AbortController();
  #list = $state.raw<readonly ModelImport[]>([]);
  #overview = $state.raw<ImportedWeights | undefined>();
  #options = $state.raw<ImportOptions>({ licence: '', alignCorners: 'file' });
  #lastId = 0;
  /** One after the other, so that the parts of a network find each other. */
  #turn: Promise<void> = Promise.resolve();

  readonly busy = $derived.by(() =>
    this.#list.some(({ state }) => state === 'sending' || state === 'reading'),
  );

  constructor(parts: ModelImportsParts) {
    this.#parts = parts;
  }

  /** Newest first. */
  get list(): readonly ModelImport[] {
    return this.#list;
  }

  /** Where imported weights lie, and which of them are damaged; undefined until it is known. */
  get overview(): ImportedWeights | undefined {
    return this.#overview;
  }

  /** Of the imports to come. */
  get options(): ImportOptions {
    return this.#options;
  }

  change(change: Partial<ImportOptions>): void {
    this.#options = { ...this.#options, ...change };
  }

  /** @throws AcutanceError when it can't be had */
  async refresh(): Promise<void> {
    this.#overview = await this.#parts.client.importedWeights();
  }

  /** Sends files and imports them; what goes wrong is told with each. */
  async importFiles(files: readonly File[]): Promise<void> {
    await Promise.all(files.map((file) => this.#add([file.name], (id) => this.#send(id, file))));
  }

  /** Imports files of the machine that the program runs on. */
  async importPaths(paths: readonly string[]): Promise<void> {
    await Promise.all(paths.map((path) => this.#add([baseName(path)], () => Promise.resolve({ path }))));
  }

  /** Takes an import that has ended off the list; a part that waited for others is given up. */
  dismiss(id: number): void {
    const found = this.#list.find((entry) => entry.id === id);
    this.#list = this.#list.filter((entry) => entry.id !== id);
    if (found?.finding?.result !== 'part') return;
    for (const source of found.sources) {
      if (!('upload' in source)) continue;
      // A file that is not there any more is what is wanted.
      this.#parts.client.discardUpload({ params: { upload: source.upload } }).catch(() => undefined);
    }
  }

  /** @throws AcutanceError when they can't be removed */
  async remove(hash: string): Promise<void> {
    await this.#parts.client.removeWeights({ params: { hash } });
  }

  dispose(): void {
    this.#ended.abort();
  }

  async #add(names: readonly string[], locate: (id: number) => Promise<Source>): Promise<void> {
    const id = ++this.#lastId;
    this.#list = [{ id, names, state: 'sending', sent: 0, sources: [] }, ...this.#list];
    const turn = this.#turn.then(async () => {
      try {
        const sources = [await locate(id)];
        await this.#read(id, sources);
      } catch (thrown) {
        if (this.#ended.signal.aborted) return;
        this.#change(id, { state: 'failed', problem: AcutanceError.from(thrown).toProblem() });
        this.#parts.announce(`${names.join(' and ')} could not be imported.`);
      }
    });
    this.#turn = turn;
    await turn;
  }

  #send(id: number, file: File): Promise<Source> {
    return this.#parts
      .upload(file, {
        signal: this.#ended.signal,
        onProgress: (sent) => this.#change(id, { sent }),
      })
      .then((upload) => ({ upload }));
  }

  async #read(id: number, sources: readonly Source[]): Promise<void> {
    this.#change(id, { state: 'reading', sources });
    const finding = await this.#parts.client.importWeights({
      body: { files: [...sources], ...this.#said() },
      signal: this.#ended.signal,
    });
    const others = finding.result === 'part' ? this.#partsOf(finding.network, id) : [];
    if (others.length > 0) {
      // Together they may be the whole network.
      const names = [...others, ...this.#list.filter((entry) => entry.id === id)].flatMap(
        (entry) => entry.names,
      );
      this.#list = this.#list.filter((entry) => !others.includes(entry));
      this.#change(id, { names });
      await this.#read(id, [...others.flatMap((entry) => entry.sources), ...sources]);
      return;
    }
    this.#change(id, { state: 'found', finding });
    const name = this.#list.find((entry) => entry.id === id)?.names.join(' and ') ?? '';
    this.#parts.announce(`${name}: ${finding.result === 'imported' ? 'imported' : 'not imported'}.`);
  }

  #said(): Pick<WeightsOrder, 'licence' | 'alignCorners'> {
    const { licence, alignCorners } = this.#options;
    const text = licence.trim().slice(0, 500);
    return {
      ...(text === '' ? {} : { licence: text }),
      ...(alignCorners === 'file' ? {} : { alignCorners: alignCorners === 'true' }),
    };
  }

  /** Imports that wait for the other parts of a network, the oldest first. */
  #partsOf(network: string, except: number): readonly ModelImport[] {
    return this.#list
      .filter(({ id, finding }) => id !== except && finding?.result === 'part' && finding.network === network)
      .toReversed();
  }

  #change(id: number, change: Partial<ModelImport>): void {
    this.#list = this.#list.map((entry) => (entry.id === id ? { ...entry, ...change } : entry));
  }
}
