import type { FrameRange, Recipe } from '../../shared/api/clip.ts';
import { addRange, removeRange, type FrameRanges } from './frame-ranges.ts';

interface Change {
  readonly recipe: string;
  readonly range: FrameRange;
  readonly kind: 'rendered' | 'evicted';
}

/**
 * Which frames of a recipe are rendered. Events may arrive before the answer that names the recipe: they are kept
 * while it is asked for and taken in after it.
 */
export class RenderedFrames {
  #recipe: string | undefined;
  #ranges: FrameRanges = [];
  #early: Change[] | undefined;

  get ranges(): FrameRanges {
    return this.#ranges;
  }

  /** A recipe is being asked for. */
  expect(): void {
    this.#early = [];
  }

  /** The answer to what was expected; undefined when there is no recipe. */
  settle(recipe: Recipe | undefined): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    this.#recipe = recipe?.recipe;
    this.#ranges = recipe?.rendered ?? [];
    for (const change of early) this.#apply(change);
  }

  /** Takes in an event; says whether it changed anything. */
  take(change: Change): boolean {
    this.#early?.push(change);
    return this.#apply(change);
  }

  #apply({ recipe, range, kind }: Change): boolean {
    if (recipe !== this.#recipe) return false;
    this.#ranges = kind === 'rendered' ? addRange(this.#ranges, range) : removeRange(this.#ranges, range);
    return true;
  }
}
