import { endpoints } from '../../shared/api/endpoints.ts';
import { addressOf } from '../api/client.ts';

/** A frame that can be asked for: of the clip itself, or restored by a recipe. */
export interface FrameRef {
  readonly index: number;
  readonly recipe?: string | undefined;
}

export function keyOf({ index, recipe = 'before' }: FrameRef): string {
  return `${recipe}/${index}`;
}

/** Where the bytes of a frame are. */
export function frameAddress(clip: string, { index, recipe }: FrameRef): string {
  return recipe === undefined
    ? addressOf(endpoints.frame, { params: { clip, index }, query: { format: 'packed' } })
    : addressOf(endpoints.restoredFrame, { params: { clip, recipe, index } });
}
