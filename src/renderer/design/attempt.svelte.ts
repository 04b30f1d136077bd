import { AcutanceError, type ProblemDescription } from '../../shared/errors.ts';

/** Something a user asked for, with what went wrong, so that a panel can tell it in its own place. */
export class Attempt {
  #busy = $state(false);
  #problem = $state.raw<ProblemDescription | undefined>();
  #latest = 0;

  get busy(): boolean {
    return this.#busy;
  }

  get problem(): ProblemDescription | undefined {
    return this.#problem;
  }

  set problem(problem: ProblemDescription | undefined) {
    this.#problem = problem;
  }

  dismiss(): void {
    this.#problem = undefined;
  }

  /** @returns what the work returns, or undefined when it failed or another attempt has begun meanwhile. */
  async run<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    const own = ++this.#latest;
    this.#busy = true;
    this.#problem = undefined;
    try {
      const result = await work();
      return own === this.#latest ? result : undefined;
    } catch (thrown) {
      const aborted = thrown instanceof DOMException && thrown.name === 'AbortError';
      if (own === this.#latest && !aborted) this.#problem = AcutanceError.from(thrown).toProblem();
      return undefined;
    } finally {
      if (own === this.#latest) this.#busy = false;
    }
  }
}
