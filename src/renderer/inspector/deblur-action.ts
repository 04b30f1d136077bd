import type { FrameRange } from '../../shared/api/clip.ts';
import { formatCount, formatFrames } from '../design/format.ts';

export interface DeblurState {
  /** The frames to work on. */
  readonly range: FrameRange;
  /** How many of them are rendered with the present settings. */
  readonly rendered: number;
  /** Whether the settings can be carried out. */
  readonly ready: boolean;
}

export interface DeblurAction {
  readonly label: string;
  readonly enabled: boolean;
}

/** What the main button says: how many frames it would deblur, or that there is nothing left to do. */
export function deblurAction({ range, rendered, ready }: DeblurState): DeblurAction {
  const total = range.to - range.from;
  const remaining = Math.max(0, total - rendered);
  if (remaining === 0) {
    return { label: total === 1 ? 'Frame is deblurred' : 'All frames deblurred', enabled: false };
  }
  const label = rendered > 0 ? `Deblur remaining ${formatCount(remaining)}` : `Deblur ${formatFrames(total)}`;
  return { label, enabled: ready };
}
