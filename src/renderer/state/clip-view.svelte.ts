import type { Clip, ClipChoices, ClipDeblurSettings, FrameRange, Recipe } from '../../shared/api/clip.ts';
import type { Job } from '../../shared/api/job.ts';
import type { ProblemDescription } from '../../shared/errors.ts';
import { UnreachableError, type Client } from '../api/client.ts';
import { ChoicesSync } from './choices-sync.ts';
import { countFrames, hasFrame, type FrameRanges } from './frame-ranges.ts';
import type { Jobs } from './jobs.svelte.ts';
import { RenderedFrames } from './rendered-frames.ts';
import { SceneCuts } from './scene-cuts.svelte.ts';
import type { Sound } from './sound.svelte.ts';
import { Transport } from './transport.svelte.ts';
import type { Viewport } from './viewport.svelte.ts';

export interface ClipViewParts {
  readonly client: Client;
  readonly jobs: Jobs;
  readonly viewport: Viewport;
  readonly sound: Sound;
  readonly report: (thrown: unknown) => void;
}

/** The clip on the screen: what is chosen for it, what of it is rendered, and where it is being watched. */
export class ClipView {
  readonly info: Clip;
  readonly transport: Transport;
  readonly viewport: Viewport;
  readonly sceneCuts: SceneCuts;
  readonly #client: Client;
  readonly #jobs: Jobs;
  readonly #report: (thrown: unknown) => void;
  readonly #sync: ChoicesSync;
  readonly #renderedFrames = new RenderedFrames();
  readonly #closed = new AbortController();
  #choices: ClipChoices;
  #saving = $state(false);
  #recipe = $state.raw<Recipe | undefined>();
  #recipeProblem = $state.raw<ProblemDescription | undefined>();
  #askingRecipe = $state(false);
  #rendered = $state.raw<FrameRanges>([]);
  #asked: AbortController | undefined;

  readonly deblur = $derived.by(() => this.#choices.deblur);
  /** In and out point; null is the whole clip. */
  readonly range = $derived.by(() => this.#choices.range);
  /** The frames to work on: from in to out point, or all. */
  readonly workRange: FrameRange = $derived.by(
    () => this.#choices.range ?? { from: 0, to: this.info.frames },
  );
  readonly renderedInWorkRange = $derived.by(() => countFrames(this.#rendered, this.workRange));
  readonly previewJob: Job | undefined = $derived.by(() => this.#jobs.previewOf(this.info.id));
  /** Whether that makes frames of other settings than those that are chosen now. */
  readonly previewIsOutdated = $derived.by(() => {
    const [made, wanted] = [this.previewJob?.recipe, this.#recipe?.recipe];
    return made !== undefined && wanted !== undefined && made !== wanted;
  });

  constructor(info: Clip, parts: ClipViewParts) {
    this.info = info;
    this.#client = parts.client;
    this.#jobs = parts.jobs;
    this.#report = parts.report;
    this.viewport = parts.viewport;
    this.#choices = $state.raw(info.choices);
    this.transport = new Transport(info, parts.sound, () => this.#choices.range);
    this.#sync = new ChoicesSync({
      initial: info.choices,
      save: (change) => this.#client.chooseForClip({ params: { clip: info.id }, body: change }),
      onChange: (choices) => this.#show(choices),
      onSaving: (saving) => (this.#saving = saving),
      onFailure: this.#report,
    });
    this.sceneCuts = new SceneCuts({
      client: this.#client,
      clip: info.id,
      frames: info.frames,
      setting: () => this.#choices.deblur.cuts,
      change: (cuts) => this.changeDeblur({ cuts }),
      report: this.#report,
    });
    void this.#loadTimes();
    void this.refreshRecipe();
  }

  get choices(): ClipChoices {
    return this.#choices;
  }

  /** Whether a change is on its way to being saved. */
  get saving(): boolean {
    return this.#saving;
  }

  /** What the settings come to; undefined while that is asked for, and when they can't be carried out. */
  get recipe(): Recipe | undefined {
    return this.#recipe;
  }

  /** Why the settings can't be carried out. */
  get recipeProblem(): ProblemDescription | undefined {
    return this.#recipeProblem;
  }

  get askingRecipe(): boolean {
    return this.#askingRecipe;
  }

  /** The frames that are rendered with the present settings. */
  get rendered(): FrameRanges {
    return this.#rendered;
  }

  isRendered(index: number): boolean {
    return hasFrame(this.#rendered, index);
  }

  /** Changes settings; they are shown at once and saved soon. */
  changeDeblur(change: Partial<ClipDeblurSettings>): void {
    this.#sync.change({ deblur: { ...this.#choices.deblur, ...change } });
  }

  /** Sets in and out point; null clears them. */
  setRange(range: FrameRange | null): void {
    const whole = range && range.from <= 0 && range.to >= this.info.frames;
    this.#sync.change({ range: whole ? null : range });
  }

  /** The in point is put at a frame; the out point moves along where it would come before it. */
  markIn(index = this.transport.index): void {
    const { to } = this.workRange;
    this.setRange({ from: index, to: to > index ? to : this.info.frames });
  }

  /** A frame becomes the last one of the range; the in point moves along where it would come after it. */
  markOut(index = this.transport.index): void {
    const { from } = this.workRange;
    this.setRange({ from: from <= index ? from : 0, to: index + 1 });
  }

  clearRange(): void {
    if (this.range) this.setRange(null);
  }

  /**
   * Starts deblurring frames for the screen, from the playhead on; without a range, those of in and out point. A preview
   * with other settings ends for it.
   * @throws AcutanceError when it can't be started
   */
  async startPreview(range: FrameRange = this.workRange): Promise<Job> {
    await this.#sync.flush();
    if (this.previewJob && this.previewIsOutdated) await this.#jobs.cancel(this.previewJob.id);
    const { index } = this.transport;
    const inside = index >= range.from && index < range.to;
    return this.#jobs.start({
      kind: 'preview',
      clip: this.info.id,
      deblur: this.#choices.deblur,
      range,
      ...(inside ? { startAt: index } : {}),
    });
  }

  /** Saves what is chosen, for a caller that starts something with it. */
  async saveChoices(): Promise<void> {
    await this.#sync.flush();
  }

  /** Takes in choices that were saved, here or in another window. */
  receiveChoices(choices: ClipChoices): void {
    this.#sync.receive(choices);
  }

  /** Takes in an event about rendered frames. */
  receiveRendered(kind: 'rendered' | 'evicted', recipe: string, range: FrameRange): void {
    if (this.#renderedFrames.take({ kind, recipe, range })) this.#rendered = this.#renderedFrames.ranges;
  }

  /** Asks anew what the settings come to and what is rendered; meanwhile what is known stays. */
  async refreshRecipe(): Promise<void> {
    this.#asked?.abort();
    const asked = new AbortController();
    this.#asked = asked;
    this.#askingRecipe = true;
    this.#renderedFrames.expect();
    const signal = AbortSignal.any([asked.signal, this.#closed.signal]);
    try {
      const answer = await this.#client.recipe({
        params: { clip: this.info.id },
        body: this.#choices.deblur,
        signal,
      });
      if ('problem' in answer) this.#settle(undefined, answer.problem);
      else this.#settle(answer, undefined);
    } catch (thrown) {
      if (signal.aborted || thrown instanceof UnreachableError) return;
      this.#settle(undefined, undefined);
      this.#report(thrown);
    } finally {
      if (this.#asked === asked) this.#askingRecipe = false;
    }
  }

  dispose(): void {
    void this.#sync.flush();
    this.#closed.abort();
    this.sceneCuts.dispose();
    this.transport.dispose();
  }

  #show(choices: ClipChoices): void {
    const changed = recipeText(choices.deblur) !== recipeText(this.#choices.deblur);
    this.#choices = choices;
    this.sceneCuts.follow();
    if (!changed) return;
    // Frames of other settings must not be shown for these.
    this.#settle(undefined, undefined);
    void this.refreshRecipe();
  }

  #settle(recipe: Recipe | undefined, problem: ProblemDescription | undefined): void {
    this.#renderedFrames.settle(recipe);
    this.#recipe = recipe;
    this.#recipeProblem = problem;
    this.#rendered = this.#renderedFrames.ranges;
  }

  async #loadTimes(): Promise<void> {
    const { signal } = this.#closed;
    try {
      const { bytes } = await this.#client.frameTimes({ params: { clip: this.info.id }, signal });
      this.transport.setTimes(new Float64Array(bytes));
    } catch (thrown) {
      if (!signal.aborted) this.#report(thrown);
    }
  }
}

/** Settings apart from the strength, which is applied when frames are shown. */
function recipeText(settings: ClipDeblurSettings): string {
  const entries = Object.entries(settings).filter(([name]) => name !== 'strength');
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
