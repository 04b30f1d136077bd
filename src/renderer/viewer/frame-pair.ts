import { keyOf, type FrameRef } from './frame-ref.ts';
import { refsOf, type Plan } from './frame-plan.ts';

/**
 * - `restored`: the After side is the restored frame.
 * - `pending`: it is rendered and on its way; meanwhile the After side shows the original.
 * - `not-rendered`: there is none, the After side shows the original.
 */
export type AfterState = 'restored' | 'pending' | 'not-rendered';

/** What is on the screen: both sides always of the same frame. */
export interface FramePair<P> {
  readonly index: number;
  readonly before: P | undefined;
  readonly after: P | undefined;
  readonly recipe: string | undefined;
  readonly afterState: AfterState;
}

type Look = Pick<Plan, 'mode' | 'strength' | 'recipe' | 'rendered'>;

/** The pair of a frame, or undefined while a part of what the view needs is missing. */
export function completePair<P>(
  look: Look,
  index: number,
  get: (frame: FrameRef) => P | undefined,
): FramePair<P> | undefined {
  const refs = refsOf(look, index);
  const pictures = new Map(refs.map((ref) => [keyOf(ref), get(ref)]));
  if ([...pictures.values()].includes(undefined)) return undefined;
  return pairOf(look, index, (ref) => pictures.get(keyOf(ref)) ?? get(ref));
}

/**
 * What the frame on the screen turns into when the view or the recipe changes before all parts are there: nothing of
 * another recipe stays, and what is missing is said to be.
 */
export function revisedPair<P>(
  look: Look,
  shown: FramePair<P>,
  get: (frame: FrameRef) => P | undefined,
): FramePair<P> {
  return pairOf(look, shown.index, (ref) => {
    const kept = ref.recipe === undefined ? shown.before : shown.after;
    const same = ref.recipe === undefined || ref.recipe === shown.recipe;
    return get(ref) ?? (same ? kept : undefined);
  });
}

function pairOf<P>(look: Look, index: number, get: (frame: FrameRef) => P | undefined): FramePair<P> {
  const { recipe } = look;
  const rendered = recipe !== undefined && look.rendered(index);
  const after = rendered ? get({ index, recipe }) : undefined;
  return {
    index,
    before: get({ index }),
    after,
    recipe: after ? recipe : undefined,
    afterState: after ? 'restored' : rendered ? 'pending' : 'not-rendered',
  };
}
