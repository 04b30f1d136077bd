import type { FormatContext } from 'node-av/lib';
import type { Chapter } from './media-info.ts';

export function readChapters(_format: FormatContext): readonly Chapter[] {
  return [];
}
