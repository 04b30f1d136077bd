import { SystemClock, type Clock } from '../transport/clock.ts';
import { SoundClock } from '../transport/sound-clock.ts';

/** The loudspeaker: how loud it is, and the one sound that plays. */
export class Sound {
  readonly #element: HTMLAudioElement | undefined;
  #volume = $state(1);
  #muted = $state(false);

  /** @param element absent where nothing can be heard */
  constructor(element?: HTMLAudioElement) {
    this.#element = element;
    if (element) element.preload = 'auto';
  }

  /** 0 to 1. */
  get volume(): number {
    return this.#volume;
  }

  set volume(volume: number) {
    this.#volume = Math.min(1, Math.max(0, volume));
    this.#muted = false;
    this.#tell();
  }

  get muted(): boolean {
    return this.#muted;
  }

  set muted(muted: boolean) {
    this.#muted = muted;
    this.#tell();
  }

  /** Takes the sound at an address in place of the one before; without one there is silence. */
  load(address: string | undefined): void {
    if (!this.#element) return;
    if (address === undefined) this.#element.removeAttribute('src');
    else this.#element.src = address;
    this.#element.load();
  }

  /** A clock that goes by this sound. */
  clock(): Clock {
    return this.#element ? new SoundClock(this.#element) : new SystemClock();
  }

  #tell(): void {
    if (!this.#element) return;
    this.#element.volume = this.#volume;
    this.#element.muted = this.#muted;
  }
}
