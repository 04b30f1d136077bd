import type { ClipDeblurSettings } from '../../shared/api/clip.ts';
import { AcutanceError } from '../../shared/errors.ts';

type Cuts = ClipDeblurSettings['cuts'];

/**
 * Cuts as they are kept: ascending, each once.
 *
 * @param frames - how many the clip has.
 * @throws AcutanceError `usage` for a cut behind the last frame.
 */
export function checkedCuts(cuts: Cuts, frames: number): Cuts {
  if (cuts === undefined || typeof cuts === 'string') return cuts;
  const ascending = [...new Set(cuts)].sort((a, b) => a - b);
  const last = ascending.at(-1) ?? 0;
  if (last < frames) return ascending;
  throw new AcutanceError('usage', `There is no frame ${last} for a cut: the clip has ${frames}.`, {
    hint: 'Frames are counted from 0.',
  });
}
