import type { PowerSaveBlocker } from 'electron';

/** Keeps the machine from going to sleep while there is work; the screen may go dark. */
export class PowerSaver {
  readonly #blocker: Pick<PowerSaveBlocker, 'start' | 'stop'>;
  #id: number | undefined;

  constructor(blocker: Pick<PowerSaveBlocker, 'start' | 'stop'>) {
    this.#blocker = blocker;
  }

  set working(working: boolean) {
    if (working) {
      this.#id ??= this.#blocker.start('prevent-app-suspension');
    } else if (this.#id !== undefined) {
      this.#blocker.stop(this.#id);
      this.#id = undefined;
    }
  }
}
