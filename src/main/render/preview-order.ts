import type { Job, JobOrder } from '../../shared/api/job.ts';
import { without, type NumberRange } from '../cache/frame-ranges.ts';

export type PreviewOrder = Extract<JobOrder, { readonly kind: 'preview' }>;

/** What is left to be rendered, in the order in which it is wanted: from the start frame to the end, then the rest. */
export function missingRanges(
  { range, startAt }: Pick<PreviewOrder, 'range' | 'startAt'>,
  rendered: readonly NumberRange[],
): NumberRange[] {
  const turn = Math.min(Math.max(startAt ?? range.from, range.from), range.to - 1);
  return [
    { from: turn, to: range.to },
    { from: range.from, to: turn },
  ].flatMap((part) => (part.from < part.to ? without(part, rendered) : []));
}

/** Previews that are under way, to see whether a new order changes anything. */
export class LivePreviews {
  readonly #orders = new Map<string, { readonly job: string; readonly content: string }>();

  /** The job that does what an order asks for already. */
  same(order: PreviewOrder): string | undefined {
    const live = this.#orders.get(order.clip);
    return live?.content === contentOf(order) ? live.job : undefined;
  }

  /** The job that a new order for a clip takes the place of. */
  of(clip: string): string | undefined {
    return this.#orders.get(clip)?.job;
  }

  add(order: PreviewOrder, job: string): void {
    this.#orders.set(order.clip, { job, content: contentOf(order) });
  }

  ended({ clip, id }: Pick<Job, 'clip' | 'id'>): void {
    if (this.#orders.get(clip)?.job === id) this.#orders.delete(clip);
  }
}

/** Strength is left out: the screen applies it. */
function contentOf({ deblur, range, startAt }: PreviewOrder): string {
  const settings = Object.entries({ ...deblur, strength: undefined })
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([settings, range.from, range.to, startAt ?? null]);
}
