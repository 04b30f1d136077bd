import { AcutanceError, type ErrorCode, type ProblemDescription } from '../../shared/errors.ts';

export interface ShownProblem {
  readonly id: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
  /** How often it happened. */
  readonly count: number;
}

/** What went wrong and was not waved aside yet, oldest first. */
export class Problems {
  #shown = $state.raw<readonly ShownProblem[]>([]);
  #lastId = 0;

  get all(): readonly ShownProblem[] {
    return this.#shown;
  }

  /** Shows what was thrown, or a problem as described; one that is shown already is counted. */
  add(problem: unknown): void {
    const { code, message, hint } = isDescription(problem)
      ? problem
      : AcutanceError.from(problem).toProblem();
    const index = this.#shown.findIndex((shown) => shown.code === code && shown.message === message);
    const known = this.#shown[index];
    this.#shown = known
      ? this.#shown.with(index, { ...known, count: known.count + 1 })
      : [...this.#shown, { id: ++this.#lastId, code, message, hint, count: 1 }];
  }

  dismiss(id: number): void {
    this.#shown = this.#shown.filter((shown) => shown.id !== id);
  }
}

function isDescription(problem: unknown): problem is ProblemDescription {
  return !(problem instanceof Error) && typeof problem === 'object' && problem !== null && 'code' in problem;
}
