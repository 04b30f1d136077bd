import { formatCount } from '../design/format.ts';
import type { SceneCuts } from '../state/scene-cuts.svelte.ts';

/** What is said of a clip's cuts in a line: `3 cuts`, `Looking for cuts, 34 %`. */
export function cutsText({
  mode,
  found,
  share,
  frames,
}: Pick<SceneCuts, 'mode' | 'found' | 'share' | 'frames'>): string {
  if (mode === 'off') return 'One shot';
  if (share !== undefined) {
    const percent = Math.floor(share * 100);
    return percent === 0 ? 'Looking for cuts' : `Looking for cuts, ${percent} %`;
  }
  if (mode === 'detected' && found?.state === 'failed') return 'Not found';
  if (frames.length === 0) return 'No cuts';
  return `${formatCount(frames.length)} ${frames.length === 1 ? 'cut' : 'cuts'}`;
}
