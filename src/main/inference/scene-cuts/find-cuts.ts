import { beginsShot, CUT_CONTEXT } from './cut-test.ts';
import type { LumaThumbnail } from './luma-thumbnail.ts';

export interface FindCutsOptions<Item> {
  readonly thumbnail: (item: Item) => LumaThumbnail;
  /** Receives items that were taken and never given on, because the consumer stopped early or something failed. */
  readonly discard: (item: Item) => void;
}

/** An item of a sequence of frames. */
export interface FoundItem<Item> {
  readonly item: Item;
  /** Whether a shot begins with it. The first of all items is no cut. */
  readonly isCut: boolean;
}

/** Passes items on, each as soon as `CUT_CONTEXT.after` more have come (or the end) and it is known whether it is a cut. */
export async function* findCuts<Item>(
  items: AsyncIterable<Item>,
  { thumbnail, discard }: FindCutsOptions<Item>,
): AsyncGenerator<FoundItem<Item>, void, undefined> {
  const waiting: Item[] = [];
  /** Of the waiting items, and of `CUT_CONTEXT.before` before them. */
  const thumbnails: LumaThumbnail[] = [];
  let passed = 0;
  const next = (): FoundItem<Item> => {
    const item = waiting[0]!;
    const isCut = beginsShot((offset) => thumbnails[passed + offset]);
    waiting.shift();
    if (passed === CUT_CONTEXT.before) thumbnails.shift();
    else passed++;
    return { item, isCut };
  };
  try {
    for await (const item of items) {
      waiting.push(item);
      thumbnails.push(thumbnail(item));
      if (waiting.length > CUT_CONTEXT.after) yield next();
    }
    while (waiting.length > 0) yield next();
  } finally {
    for (const item of waiting) discard(item);
  }
}
