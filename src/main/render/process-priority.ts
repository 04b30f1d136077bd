import { constants, getPriority, setPriority } from 'node:os';

/** Keeps an engine behind this process, whichever process it runs in. */
export class LowPriority {
  readonly #engine: { readonly pid: number | undefined };
  readonly #steps: number;
  #lowered: number | undefined;

  /** @param steps - "nice" values behind this process, up to 19. */
  constructor(engine: { readonly pid: number | undefined }, steps: number) {
    this.#engine = engine;
    this.#steps = steps;
  }

  /** To be called when the engine may have got a new process; each is put behind once. */
  apply(): void {
    const { pid } = this.#engine;
    if (pid === undefined || pid === this.#lowered) return;
    this.#lowered = pid;
    putBehind(pid, this.#steps);
  }
}

/**
 * Puts a process behind this one, as far as the system allows it. Threads that it starts later take the priority over,
 * those that it has already keep theirs.
 */
function putBehind(pid: number, steps: number): void {
  try {
    setPriority(pid, Math.min(constants.priority.PRIORITY_LOW, getPriority() + steps));
  } catch {
    // It has just ended, or the system does not allow it: then it is not behind.
  }
}
