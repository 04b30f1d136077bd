import { SystemClock, type Clock } from './clock.ts';

/** Milliseconds that a picture waits for sound that is not there yet, before it goes on without. */
const PATIENCE = 1000;

/**
 * Goes by the sound of a clip where it is heard, so that picture and sound can't drift apart; at other speeds than its
 * own, past the end of the sound, and where it can't be played, by the computer's clock.
 */
export class SoundClock implements Clock {
  readonly #sound: HTMLAudioElement;
  readonly #system: SystemClock;
  readonly #now: () => number;
  #heard = false;
  #waitingSince: number | undefined;
  #from = 0;

  constructor(sound: HTMLAudioElement, now: () => number = () => performance.now()) {
    this.#sound = sound;
    this.#now = now;
    this.#system = new SystemClock(now);
  }

  start(seconds: number, speed: number): void {
    this.#sound.pause();
    this.#from = seconds;
    this.#system.start(seconds, speed);
    this.#heard = speed === 1 && this.#sound.src !== '' && !(seconds >= this.#sound.duration);
    if (!this.#heard) return;
    this.#waitingSince = this.#now();
    this.#sound.currentTime = seconds;
    this.#sound.play().catch(() => this.#goOnWithout());
  }

  seconds(): number {
    if (!this.#heard) return this.#system.seconds();
    if (this.#sound.ended || this.#sound.error) this.#goOnWithout();
    else if (this.#isWaiting()) {
      this.#waitingSince ??= this.#now();
      if (this.#now() - this.#waitingSince < PATIENCE) return this.#from;
      this.#goOnWithout();
    } else {
      this.#waitingSince = undefined;
      this.#from = this.#sound.currentTime;
      return this.#from;
    }
    return this.#system.seconds();
  }

  stop(): void {
    this.#sound.pause();
    this.#heard = false;
    this.#system.stop();
  }

  #isWaiting(): boolean {
    return this.#sound.seeking || this.#sound.paused || this.#sound.readyState < this.#sound.HAVE_FUTURE_DATA;
  }

  #goOnWithout(): void {
    if (!this.#heard) return;
    this.#heard = false;
    this.#sound.pause();
    this.#system.start(this.#from, 1);
  }
}
