/** The clip that a page begins with: the one asked for from outside, until any clip was opened. */
export class FirstClip {
  #path: string | undefined;

  /** @param path - given to the program when it was started. */
  constructor(path: string | undefined) {
    this.#path = path;
  }

  /** What to begin with; undefined once something was opened: then it is the clip used last. */
  get path(): string | undefined {
    return this.#path;
  }

  /** A clip was asked for; pages that listen are told by an event, one that comes later finds it here. */
  ask(path: string): void {
    this.#path = path;
  }

  opened(): void {
    this.#path = undefined;
  }
}
