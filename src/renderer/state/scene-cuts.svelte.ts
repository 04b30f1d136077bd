import type { ClipDeblurSettings } from '../../shared/api/clip.ts';
import type { FoundCuts } from '../../shared/api/cuts.ts';
import { UnreachableError, type Client } from '../api/client.ts';

/** Whether shots begin where cuts are found, where the editor says, or only at the start of the clip. */
export type CutMode = 'detected' | 'edited' | 'off';

type CutSetting = ClipDeblurSettings['cuts'];

export interface SceneCutsParts {
  readonly client: Client;
  /** Id of the clip. */
  readonly clip: string;
  readonly frames: number;
  /** What is chosen at present, and how it is changed. */
  readonly setting: () => CutSetting;
  readonly change: (cuts: CutSetting) => void;
  readonly report: (thrown: unknown) => void;
}

interface Edit {
  readonly before: CutSetting;
  readonly after: CutSetting;
}

/** Where the shots of a clip begin: as found, or as the editor has it. */
export class SceneCuts {
  readonly #parts: SceneCutsParts;
  readonly #closed = new AbortController();
  #found = $state.raw<FoundCuts | undefined>();
  #edits = $state.raw<readonly Edit[]>([]);
  #lastEdited: readonly number[] | undefined;
  /** Whether what is found is wanted, as far as it is followed. */
  #following = false;

  readonly mode: CutMode = $derived.by(() => modeOf(this.#parts.setting()));
  /** First frames of shots after the first one, ascending; none until they are known. */
  readonly frames: readonly number[] = $derived.by(() => {
    const setting = this.#parts.setting();
    if (typeof setting === 'object') return setting;
    return this.mode === 'detected' && this.#found?.state === 'found' ? this.#found.cuts : [];
  });
  /** Whether they are known, or never will be: then they can be changed. */
  readonly known = $derived.by(
    () => this.mode !== 'detected' || this.#found?.state === 'found' || this.#found?.state === 'failed',
  );
  readonly canUndo = $derived.by(() => {
    const last = this.#edits.at(-1);
    return last !== undefined && isSame(last.after, this.#parts.setting());
  });

  constructor(parts: SceneCutsParts) {
    this.#parts = parts;
    this.follow();
  }

  /** What is known of the cuts that can be seen in the frames; undefined before the first answer. */
  get found(): FoundCuts | undefined {
    return this.#found;
  }

  /** How much of the clip was looked at, 0 to 1; undefined while nothing is looked for. */
  get share(): number | undefined {
    if (this.known) return undefined;
    const found = this.#found;
    const done = found !== undefined && 'framesDone' in found ? found.framesDone : 0;
    return done / Math.max(1, this.#parts.frames);
  }

  has(frame: number): boolean {
    return this.frames.includes(frame);
  }

  /** The nearest cut before a frame, or else the start of the clip. */
  before(frame: number): number {
    return this.frames.findLast((cut) => cut < frame) ?? 0;
  }

  /** The nearest cut behind a frame, or else the last frame of the clip. */
  after(frame: number): number {
    return this.frames.find((cut) => cut > frame) ?? this.#parts.frames - 1;
  }

  canAdd(frame: number): boolean {
    return this.known && frame > 0 && frame < this.#parts.frames && !this.has(frame);
  }

  canRemove(frame: number): boolean {
    return this.known && this.has(frame);
  }

  /** Has a shot begin with a frame. */
  add(frame: number): void {
    if (this.canAdd(frame)) this.#edit([...this.frames, frame].sort((a, b) => a - b));
  }

  /** Has a frame belong to the shot before it. */
  remove(frame: number): void {
    if (this.canRemove(frame)) this.#edit(this.frames.filter((cut) => cut !== frame));
  }

  /** Goes over to the cuts that are found, to those that were edited last (or else to the present ones), or to none. */
  choose(mode: CutMode): void {
    if (mode === this.mode) return;
    if (mode === 'edited') this.#change(this.#lastEdited ?? (this.known ? this.frames : []));
    else this.#change(mode === 'off' ? 'none' : 'detect');
  }

  /** Takes the last change back, as long as nothing else has changed the cuts since. */
  undo(): void {
    const last = this.#edits.at(-1);
    if (!last || !this.canUndo) return;
    this.#edits = this.#edits.slice(0, -1);
    this.#remember();
    this.#parts.change(last.before ?? 'detect');
  }

  /** To be called when the choice may have changed: cuts are looked for as long as they are wanted. */
  follow(): void {
    const wanted = this.mode === 'detected';
    if (wanted === this.#following) return;
    this.#following = wanted;
    if (wanted) void this.ask();
    else void this.#stop();
  }

  /** Asks anew what is known; the rest is told by events. */
  async ask(): Promise<void> {
    if (!this.#following) return;
    await this.#asking((given) => this.#parts.client.foundCuts(given));
  }

  /** Takes in what was told. */
  receive(found: FoundCuts): void {
    this.#found = found;
    // Another window has stopped what is still wanted here.
    if (found.state === 'stopped') void this.ask();
  }

  /** Looks no further: the clip is no longer on the screen. */
  dispose(): void {
    const looking = this.#following && !this.known;
    this.#following = false;
    this.#closed.abort();
    if (!looking) return;
    this.#parts.client.stopFindingCuts({ params: { clip: this.#parts.clip } }).catch(() => undefined);
  }

  #edit(cuts: readonly number[]): void {
    const found = this.#found;
    // What was done and undone by hand is as it was, and so are the frames that were rendered with it.
    this.#change(found?.state === 'found' && isSame(found.cuts, cuts) ? 'detect' : cuts);
  }

  #change(after: CutSetting): void {
    this.#edits = [...this.#edits, { before: this.#parts.setting(), after }];
    this.#remember();
    this.#parts.change(after);
  }

  #remember(): void {
    const setting = this.#parts.setting();
    if (typeof setting === 'object') this.#lastEdited = setting;
  }

  async #stop(): Promise<void> {
    if (this.#found?.state === 'looking') {
      await this.#asking((given) => this.#parts.client.stopFindingCuts(given));
    }
  }

  async #asking(
    request: (given: { params: { clip: string }; signal: AbortSignal }) => Promise<FoundCuts>,
  ): Promise<void> {
    const { signal } = this.#closed;
    try {
      this.#found = await request({ params: { clip: this.#parts.clip }, signal });
      // Nobody may want it any more.
      if (!this.#following) void this.#stop();
    } catch (thrown) {
      if (!signal.aborted && !(thrown instanceof UnreachableError)) this.#parts.report(thrown);
    }
  }
}

function modeOf(setting: CutSetting): CutMode {
  if (setting === undefined || setting === 'detect') return 'detected';
  return setting === 'none' ? 'off' : 'edited';
}

function isSame(a: CutSetting, b: CutSetting): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return (a ?? 'detect') === (b ?? 'detect');
  return a.length === b.length && a.every((cut, index) => cut === b[index]);
}
