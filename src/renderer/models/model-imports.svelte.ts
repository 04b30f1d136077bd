import type { ImportedWeights, WeightsFinding, WeightsOrder } from '../../shared/api/weights.ts';
import { AcutanceError, type ProblemDescription } from '../../shared/errors.ts';
import { UnreachableError, type Client } from '../api/client.ts';
import type { Upload } from '../api/upload.ts';
import { baseName } from '../design/file-name.ts';

type Source = WeightsOrder['files'][number];
type FoundPart = Extract<WeightsFinding, { result: 'part' }>;

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
  /** Ends it where it is under way. */
  readonly callOff: () => void;
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
    await Promise.all(
      files.map((file) => this.#add([file.name], (id, signal) => this.#send(id, file, signal))),
    );
  }

  /** Imports files of the machine that the program runs on. */
  async importPaths(paths: readonly string[]): Promise<void> {
    await Promise.all(paths.map((path) => this.#add([baseName(path)], () => Promise.resolve({ path }))));
  }

  /** Takes an import off the list: one under way is called off, a part that waited for others is given up. */
  dismiss(id: number): void {
    const found = this.#list.find((entry) => entry.id === id);
    found?.callOff();
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

  async #add(
    names: readonly string[],
    locate: (id: number, signal: AbortSignal) => Promise<Source>,
  ): Promise<void> {
    const id = ++this.#lastId;
    const own = new AbortController();
    const signal = AbortSignal.any([this.#ended.signal, own.signal]);
    const callOff = () => own.abort();
    this.#list = [{ id, names, state: 'sending', sent: 0, sources: [], callOff }, ...this.#list];
    const turn = this.#turn.then(async () => {
      try {
        signal.throwIfAborted();
        await this.#read(id, [await locate(id, signal)], signal);
      } catch (thrown) {
        if (signal.aborted) return;
        this.#change(id, { state: 'failed', problem: problemOf(thrown) });
        this.#parts.announce(`${names.join(' and ')} could not be imported.`);
      }
    });
    this.#turn = turn;
    await turn;
  }

  #send(id: number, file: File, signal: AbortSignal): Promise<Source> {
    return this.#parts
      .upload(file, { signal, onProgress: (sent) => this.#change(id, { sent }) })
      .then((upload) => ({ upload }));
  }

  async #read(id: number, sources: readonly Source[], signal: AbortSignal): Promise<void> {
    this.#change(id, { state: 'reading', sources });
    const body = { files: [...sources], ...this.#said() };
    const finding = await this.#parts.client.importWeights({ body, signal });
    signal.throwIfAborted();
    if (finding.result === 'part') {
      const others = this.#othersOf(finding, id);
      if (others.length > 0) {
        // Together they may be the whole network.
        const names = [...others, ...this.#list.filter((entry) => entry.id === id)].flatMap(
          (entry) => entry.names,
        );
        this.#list = this.#list.filter((entry) => !others.includes(entry));
        this.#change(id, { names });
        await this.#read(id, [...others.flatMap((entry) => entry.sources), ...sources], signal);
        return;
      }
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

  /**
   * Imports that wait for the other parts of a network, the oldest first. Those that have a part that comes once more
   * make way for it.
   */
  #othersOf(found: FoundPart, id: number): readonly ModelImport[] {
    const { present } = found;
    const waitingFor = (network: string) =>
      this.#list.filter(
        ({ id: other, finding }) =>
          other !== id && finding?.result === 'part' && networksOf(finding).includes(network),
      );
    // A file may be a part of several networks: the first that something waits for is meant.
    const waiting =
      networksOf(found)
        .map(waitingFor)
        .find(({ length }) => length > 0) ?? [];
    const isReplaced = ({ finding }: ModelImport) =>
      finding?.result === 'part' && finding.present.some((part) => present.includes(part));
    for (const entry of waiting) if (isReplaced(entry)) this.dismiss(entry.id);
    return waiting.filter((entry) => !isReplaced(entry)).toReversed();
  }

  #change(id: number, change: Partial<ModelImport>): void {
    this.#list = this.#list.map((entry) => (entry.id === id ? { ...entry, ...change } : entry));
  }
}

/** All that a file is a part of. */
function networksOf({ network, alsoOf = [] }: FoundPart): readonly string[] {
  return [network, ...alsoOf];
}

function problemOf(thrown: unknown): ProblemDescription {
  const problem = AcutanceError.from(thrown).toProblem();
  // What was on its way is not sent once more by itself.
  return thrown instanceof UnreachableError
    ? { ...problem, hint: 'Drop the file again when the program runs again.' }
    : problem;
}
