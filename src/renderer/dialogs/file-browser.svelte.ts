import type { Folder, FolderEntry } from '../../shared/api/catalogue.ts';
import { Attempt } from '../design/attempt.svelte.ts';
import { listedEntries, movedSelection, type Shown } from './file-listing.ts';

export interface FileBrowserOptions {
  /** @throws AcutanceError when the path is no folder, or is none that may be opened */
  readonly list: (path: string) => Promise<Folder>;
  readonly shown: Shown;
}

/** A folder of the machine that Acutance runs on, for pages without the system's dialogs. */
export class FileBrowser {
  readonly #list: FileBrowserOptions['list'];
  readonly #attempt = new Attempt();
  #folder = $state.raw<Folder | undefined>();
  #filter = $state('');
  #shown = $state<Shown>('videos');
  #selected = $state<string | undefined>();

  readonly entries = $derived.by(() => listedEntries(this.#folder?.entries ?? [], this.#filter, this.#shown));
  readonly selectedIndex = $derived.by(() => this.entries.findIndex(({ path }) => path === this.#selected));
  /** Undefined too when the filter hides what was selected. */
  readonly selected: FolderEntry | undefined = $derived.by(() => this.entries[this.selectedIndex]);

  constructor({ list, shown }: FileBrowserOptions) {
    this.#list = list;
    this.#shown = shown;
  }

  /** What is listed; undefined until the first folder has come in. */
  get folder(): Folder | undefined {
    return this.#folder;
  }

  get busy(): boolean {
    return this.#attempt.busy;
  }

  /** Why the folder asked for last is not shown. */
  get problem() {
    return this.#attempt.problem;
  }

  dismissProblem(): void {
    this.#attempt.dismiss();
  }

  get filter(): string {
    return this.#filter;
  }

  set filter(filter: string) {
    this.#filter = filter;
  }

  get shown(): Shown {
    return this.#shown;
  }

  set shown(shown: Shown) {
    this.#shown = shown;
  }

  select(path: string | undefined): void {
    this.#selected = path;
  }

  /** @returns whether the folder is shown now; where it is not, `problem` says why. */
  async go(path: string): Promise<boolean> {
    const folder = await this.#attempt.run(() => this.#list(path));
    if (!folder) return false;
    const cameFrom = this.#folder?.path;
    this.#folder = folder;
    this.#filter = '';
    this.#selected = folder.entries.find((entry) => entry.path === cameFrom)?.path;
    return true;
  }

  /**
   * Shows the first of these folders that can be shown, unless another one is asked for meanwhile.
   * @param paths - most wanted first; those that are undefined or empty are none
   * @returns the one shown
   */
  async goToFirst(paths: readonly (string | undefined)[]): Promise<string | undefined> {
    for (const path of paths) {
      if (path === undefined || path === '') continue;
      if (await this.go(path)) return path;
      if (!this.problem) return undefined;
    }
    return undefined;
  }

  async goUp(): Promise<void> {
    const parent = this.#folder?.parent;
    if (parent !== undefined) await this.go(parent);
  }

  /** @returns whether the key has moved the selection. */
  move(key: string, page: number): boolean {
    const next = movedSelection(key, this.selectedIndex, this.entries.length, page);
    if (next === undefined) return false;
    this.#selected = this.entries[next]?.path;
    return true;
  }
}
