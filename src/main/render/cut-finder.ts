import type { FoundCuts } from '../../shared/api/cuts.ts';
import { AcutanceError, type ProblemDescription } from '../../shared/errors.ts';
import { CUT_DETECTOR } from '../inference/scene-cuts/cut-test.ts';
import type { ProjectStore, StoredCuts } from '../project/project-store.ts';
import type { EngineClient } from './engine-client.ts';
import { LowPriority } from './process-priority.ts';
import type { RenderClip } from './render-service.ts';

export interface CutFinderOptions {
  /** Used for nothing else; disposed of with the finder. */
  readonly engine: Pick<EngineClient, 'run' | 'pid' | 'stop' | 'dispose'>;
  /** Keeps what was found between starts. */
  readonly store: Pick<ProjectStore, 'foundCuts' | 'keepFoundCuts'>;
  /** Whether a clip's file still is what it was. @throws AcutanceError `not-found`. */
  readonly locate: (clip: string) => Promise<unknown>;
  /** Told now and then while frames are looked at, and at the end. */
  readonly onChange: (clip: string, cuts: FoundCuts) => void;
  /** Told what went wrong without keeping cuts from being found. */
  readonly onProblem: (problem: ProblemDescription) => void;
}

interface Search {
  readonly clip: RenderClip;
  /** Those behind the frames that were looked at are found again. */
  cuts: number[];
  /** Frames that were looked at. */
  searched: number;
}

interface Run {
  readonly search: Search;
  readonly abort: AbortController;
}

/** "Nice" values behind this process: whatever is shown or deblurred goes first. */
const BEHIND = 10;
const TELL_EVERY_MS = 400;
const KEEP_EVERY_MS = 15_000;
/** An engine that nobody used for so long gives its memory back. */
const IDLE_MS = 20_000;
/** Without frames wanted on the screen for so long, nobody is taken to move through a clip. */
const REST_MS = 1000;

/**
 * Finds out where the shots of clips begin, one clip at a time in an engine of its own: the one that was asked for last
 * goes first, and others go on after it where they were.
 */
export class CutFinder {
  readonly #options: CutFinderOptions;
  readonly #priority: LowPriority;
  /** What is known, by clip; it stays while the program runs, even where it can't be stored. */
  readonly #known = new Map<string, StoredCuts>();
  /** Searches that are wanted, the one to go first at the end. */
  readonly #wanted = new Map<string, Search>();
  #run: Run | undefined;
  #served: Promise<void> | undefined;
  #restsUntil = -Infinity;
  /** Ends a rest. */
  #wake: () => void = () => undefined;
  #idle: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(options: CutFinderOptions) {
    this.#options = options;
    this.#priority = new LowPriority(options.engine, BEHIND);
  }

  /** The cuts of a clip; undefined where not all of its frames were looked at. */
  known({ id, frames }: Pick<RenderClip, 'id' | 'frames'>): readonly number[] | undefined {
    const known = this.#lookUp(id);
    return known.searched >= frames ? known.cuts : undefined;
  }

  /** What is known of a clip's cuts; where that is not all, the rest is looked for from now on. */
  find(clip: RenderClip): FoundCuts {
    const known = this.#lookUp(clip.id);
    if (known.searched >= clip.frames) return found(known.cuts);
    if (this.#disposed) return { state: 'stopped', framesDone: known.searched };
    const search = this.#wanted.get(clip.id) ?? { clip, cuts: [...known.cuts], searched: known.searched };
    this.#wanted.delete(clip.id);
    this.#wanted.set(clip.id, search);
    if (this.#run !== undefined && this.#run.search !== search) this.#run.abort.abort();
    this.#served ??= this.#serve();
    return { state: 'looking', framesDone: search.searched };
  }

  /** A frame is wanted on the screen: searching rests until none was for a while, and goes on where it was. */
  giveWay(): void {
    this.#restsUntil = performance.now() + REST_MS;
    this.#run?.abort.abort();
  }

  /** Looks no further for a clip's cuts; what is found is kept, and searching goes on there when it is wanted again. */
  stop({ id, frames }: RenderClip): FoundCuts {
    const known = this.#lookUp(id);
    if (known.searched >= frames) return found(known.cuts);
    const search = this.#wanted.get(id);
    const stopped: FoundCuts = { state: 'stopped', framesDone: search?.searched ?? known.searched };
    if (!search) return stopped;
    this.#wanted.delete(id);
    this.#keep(search);
    if (this.#run?.search === search) this.#run.abort.abort();
    this.#options.onChange(id, stopped);
    return stopped;
  }

  /** Stops, keeps what is found and ends the engine. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#wanted.clear();
    this.#run?.abort.abort();
    this.#wake();
    await this.#options.engine.dispose();
    await this.#served;
    clearTimeout(this.#idle);
  }

  #lookUp(clip: string): StoredCuts {
    const known = this.#known.get(clip) ?? this.#options.store.foundCuts(clip, CUT_DETECTOR);
    return known ?? { searched: 0, cuts: [] };
  }

  async #serve(): Promise<void> {
    clearTimeout(this.#idle);
    // Whoever asked first gets an answer before the first event.
    await Promise.resolve();
    for (let next = [...this.#wanted.values()].at(-1); next; next = [...this.#wanted.values()].at(-1)) {
      if (!(await this.#rest())) await this.#look(next);
    }
    this.#served = undefined;
    if (this.#disposed) return;
    this.#idle = setTimeout(() => void this.#options.engine.stop(), IDLE_MS).unref();
  }

  /** @returns whether there was anything to wait for. */
  async #rest(): Promise<boolean> {
    const left = this.#restsUntil - performance.now();
    if (left <= 0) return false;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#wake = resolve.bind(undefined, undefined);
    const timer = setTimeout(this.#wake, left);
    await promise;
    clearTimeout(timer);
    return true;
  }

  async #look(search: Search): Promise<void> {
    const { id, frames } = search.clip;
    const abort = new AbortController();
    this.#run = { search, abort };
    try {
      await this.#ask(search, abort.signal);
      // What was found belongs to the clip only if nobody wrote to its file meanwhile.
      await this.#options.locate(id);
      search.searched = frames;
      this.#keep(search);
      this.#end(search, found(search.cuts));
    } catch (thrown) {
      const error = AcutanceError.from(thrown);
      if (error.code !== 'not-found') this.#keep(search);
      if (error.code !== 'cancelled') this.#end(search, { state: 'failed', problem: error.toProblem() });
    } finally {
      this.#run = undefined;
    }
  }

  async #ask(search: Search, signal: AbortSignal): Promise<void> {
    const { engine, onChange } = this.#options;
    const { id, frames, path: input, index } = search.clip;
    const from = search.searched;
    search.cuts = search.cuts.filter((cut) => cut < from);
    let told = performance.now();
    let kept = told;
    const answer = engine.run(
      'find-cuts',
      { input, index, from },
      {
        signal,
        onEvent: (event) => {
          this.#priority.apply();
          if (event.type === 'cut') search.cuts.push(event.number);
          if (event.type !== 'progress' || signal.aborted) return;
          search.searched = Math.min(frames, from + event.progress.framesDone);
          const now = performance.now();
          if (now - told >= TELL_EVERY_MS) {
            told = now;
            onChange(id, { state: 'looking', framesDone: search.searched });
          }
          if (now - kept >= KEEP_EVERY_MS) {
            kept = now;
            this.#keep(search);
          }
        },
      },
    );
    // Before the engine has begun to start any thread.
    this.#priority.apply();
    await answer;
  }

  #end(search: Search, cuts: FoundCuts): void {
    if (this.#wanted.get(search.clip.id) === search) this.#wanted.delete(search.clip.id);
    this.#options.onChange(search.clip.id, cuts);
  }

  #keep({ clip, searched, cuts }: Search): void {
    const known = { searched, cuts: cuts.filter((cut) => cut < searched) };
    this.#known.set(clip.id, known);
    try {
      this.#options.store.keepFoundCuts(clip.id, CUT_DETECTOR, known);
    } catch (thrown) {
      this.#options.onProblem(AcutanceError.from(thrown).toProblem());
    }
  }
}

function found(cuts: readonly number[]): FoundCuts {
  return { state: 'found', cuts: [...cuts] };
}
