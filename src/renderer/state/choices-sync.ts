import type { ClipChoices } from '../../shared/api/clip.ts';
import { AcutanceError } from '../../shared/errors.ts';
import { UnreachableError } from '../api/client.ts';

export interface ChoicesSyncOptions {
  readonly initial: ClipChoices;
  /** Saves a change and answers with all choices as they then are. */
  readonly save: (change: Partial<ClipChoices>) => Promise<ClipChoices>;
  readonly onChange: (choices: ClipChoices) => void;
  readonly onSaving: (saving: boolean) => void;
  /** Told once for each save that failed; what is shown goes back to what is saved. */
  readonly onFailure: (thrown: unknown) => void;
  /** Milliseconds without a further change after which a change is saved. */
  readonly delay?: number;
}

/** Milliseconds after which a change is sent once more to a server that was away. */
const RETRY = 1000;

/**
 * Choices for a clip as this window shows them: those that are saved, and over them what was changed here and is on
 * its way. Changes of other windows come in underneath, so that nobody's slider jumps while it is dragged. What is
 * changed while the server is away, or does not know the clip yet, waits until it is back.
 */
export class ChoicesSync {
  readonly #options: ChoicesSyncOptions;
  #saved: ClipChoices;
  #sending: Partial<ClipChoices> | undefined;
  #pending: Partial<ClipChoices> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether what is pending could not be sent. */
  #waits = false;
  #sent: Promise<void> = Promise.resolve();

  constructor(options: ChoicesSyncOptions) {
    this.#options = options;
    this.#saved = options.initial;
  }

  get value(): ClipChoices {
    return { ...this.#saved, ...this.#sending, ...this.#pending };
  }

  /** Shows a change at once and saves it soon. */
  change(change: Partial<ClipChoices>): void {
    this.#pending = { ...this.#pending, ...change };
    this.#options.onChange(this.value);
    this.#options.onSaving(true);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), this.#options.delay ?? 300);
  }

  /** Takes in what another window, or this one, has saved. */
  receive(choices: ClipChoices): void {
    this.#saved = choices;
    this.#options.onChange(this.value);
    if (this.#waits) void this.flush();
  }

  /** Saves now what is not saved yet. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    // One after the other: of two saves under way, the older could arrive last.
    this.#sent = this.#sent.then(() => this.#send());
    await this.#sent;
  }

  #hasPending(): boolean {
    return this.#pending !== undefined;
  }

  async #send(): Promise<void> {
    if (!this.#pending) return;
    this.#sending = this.#pending;
    this.#pending = undefined;
    this.#waits = false;
    try {
      this.#saved = await this.#options.save(this.#sending);
    } catch (thrown) {
      if (isAway(thrown)) this.#wait(this.#sending, thrown instanceof UnreachableError);
      else this.#options.onFailure(thrown);
    } finally {
      this.#sending = undefined;
      this.#options.onChange(this.value);
      this.#options.onSaving(this.#hasPending());
    }
  }

  /** @param again - whether it may work by and by; else it does once the clip is told of */
  #wait(unsent: Partial<ClipChoices>, again: boolean): void {
    this.#pending = { ...unsent, ...this.#pending };
    this.#waits = true;
    clearTimeout(this.#timer);
    if (again) this.#timer = setTimeout(() => void this.flush(), RETRY);
  }
}

/** A server that was started anew knows the clip once it is opened there. */
function isAway(thrown: unknown): boolean {
  return thrown instanceof UnreachableError || AcutanceError.from(thrown).code === 'not-found';
}
