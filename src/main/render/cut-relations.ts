import type { CutSetting } from '../../shared/settings.ts';
import type { FramesAround } from './clip-frames.ts';
import type { ResolvedRecipe } from './recipe.ts';

/** A recipe that makes some of the same frames. */
export interface RelatedRecipe {
  readonly id: string;
  /** Whether both make the same of a frame. */
  readonly agreesAt: (frame: number) => boolean;
}

/**
 * Knows which recipes of a clip differ in nothing but the cuts. Of a frame whose window reaches over none of the cuts that
 * only one of them has, both make the same: whoever moves a cut need not have the rest of the clip deblurred again.
 */
export class CutRelations {
  /** By clip and family: the cuts of each recipe that was used. */
  readonly #recipes = new Map<string, Map<string, CutSetting | undefined>>();

  /**
   * Takes in a recipe that is used for a clip.
   *
   * @param found - the cuts that are found in the clip; undefined while they are not known.
   * @returns the others that make some of the same frames, the one used last first.
   */
  relate(
    clip: string,
    { id, family, context, settings }: Pick<ResolvedRecipe, 'id' | 'family' | 'context' | 'settings'>,
    found: readonly number[] | undefined,
  ): RelatedRecipe[] {
    const key = `${clip} ${family}`;
    const recipes = this.#recipes.get(key) ?? new Map<string, CutSetting | undefined>();
    recipes.delete(id);
    const others = [...recipes].reverse();
    recipes.set(id, settings.cuts);
    this.#recipes.set(key, recipes);
    const cuts = numbersOf(settings.cuts, found);
    if (cuts === undefined) return [];
    return others.flatMap(([other, setting]) => {
      const itsCuts = numbersOf(setting, found);
      if (itsCuts === undefined) return [];
      const moved = [...new Set(cuts).symmetricDifference(new Set(itsCuts))];
      return [{ id: other, agreesAt: (frame: number) => !reachesOver(frame, moved, context) }];
    });
  }
}

/** Undefined where they are not known, or not by number. */
function numbersOf(
  cuts: CutSetting | undefined,
  found: readonly number[] | undefined,
): readonly number[] | undefined {
  if (cuts === undefined || cuts === 'detect') return found;
  if (cuts === 'none') return [];
  const numbers = cuts.filter((cut) => typeof cut === 'number');
  return numbers.length === cuts.length ? numbers : undefined;
}

/** A cut is in a window that holds its frame and the one before. */
function reachesOver(frame: number, cuts: readonly number[], { before, after }: FramesAround): boolean {
  return cuts.some((cut) => frame - before < cut && cut <= frame + after);
}
