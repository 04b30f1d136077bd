import type { FrameRange } from '../../shared/api/clip.ts';
import type { FrameRanges } from '../state/frame-ranges.ts';
import { cutPositions, markStep, positionOf } from './scrub-geometry.ts';

export interface Track {
  readonly frames: number;
  readonly rendered: FrameRanges;
  /** In and out point; null is the whole clip. */
  readonly range: FrameRange | null;
  /** First frames of shots, ascending. */
  readonly cuts: readonly number[];
  /** CSS pixels. */
  readonly width: number;
}

/** CSS pixels from the top of the bar. */
const MARKS_TOP = 8;
const MARKS_BOTTOM = 14;
const LANE_TOP = 18;
const LANE_HEIGHT = 8;
const CUT_TOP = 27;
const CUT_BOTTOM = 33;
/** Half the width of a cut's mark, and how far from each other marks are at least. */
const CUT_HALF = 4;
const CUTS_APART = 2;

/** Draws frame marks, range, rendered frames and cuts; the cost follows the width of the bar, not the length of the clip. */
export function drawTrack(track: Track) {
  return (canvas: HTMLCanvasElement): (() => void) => {
    const draw = () => paint(canvas, track);
    draw();
    // The colours are those of the theme, which may change.
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const theme = new MutationObserver(draw);
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    scheme.addEventListener('change', draw);
    return () => {
      theme.disconnect();
      scheme.removeEventListener('change', draw);
    };
  };
}

function paint(canvas: HTMLCanvasElement, { frames, rendered, range, cuts, width }: Track): void {
  const height = canvas.clientHeight;
  const ratio = devicePixelRatio;
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  const context = canvas.getContext('2d');
  if (!context) return;
  context.scale(ratio, ratio);
  const colours = getComputedStyle(canvas);
  const colourOf = (name: string) => resolveColour(canvas, colours.getPropertyValue(name));
  const at = (frame: number) => positionOf(frame, frames, width);

  context.fillStyle = colourOf('--hairline-strong');
  const step = markStep(frames, width, 6);
  for (let frame = 0; frame <= frames; frame += step) {
    const tall = frame % (step * 5) === 0;
    context.fillRect(Math.round(at(frame)), tall ? MARKS_TOP - 3 : MARKS_TOP, 1, MARKS_BOTTOM - MARKS_TOP);
  }

  context.fillStyle = colourOf('--control-track');
  context.fillRect(0, LANE_TOP, width, LANE_HEIGHT);
  const part = range ?? { from: 0, to: frames };
  context.fillStyle = colourOf('--hairline-strong');
  if (range) context.fillRect(at(part.from), LANE_TOP, at(part.to) - at(part.from), LANE_HEIGHT);

  context.fillStyle = colourOf('--accent-mark');
  let drawnTo = -1;
  for (const { from, to } of rendered) {
    const left = at(from);
    const right = Math.max(left + 0.5, at(to));
    // Ranges narrower than a pixel would be drawn over each other thousands of times.
    if (right - drawnTo < 0.5) continue;
    context.fillRect(left, LANE_TOP, right - left, LANE_HEIGHT);
    drawnTo = right;
  }

  // A gap in the lane, and a wedge below that points at it.
  const [gap, wedge] = [colourOf('--surface-panel'), colourOf('--text')];
  for (const cut of cutPositions(cuts, frames, width, CUTS_APART)) {
    const middle = Math.round(cut);
    context.fillStyle = gap;
    context.fillRect(middle - 1, LANE_TOP, 2, LANE_HEIGHT);
    context.fillStyle = wedge;
    context.beginPath();
    context.moveTo(middle, CUT_TOP);
    context.lineTo(middle + CUT_HALF, CUT_BOTTOM);
    context.lineTo(middle - CUT_HALF, CUT_BOTTOM);
    context.fill();
  }
}

/** A canvas does not know `light-dark()`: the style engine resolves it. */
function resolveColour(element: HTMLElement, colour: string): string {
  const before = element.style.color;
  element.style.color = colour;
  const resolved = getComputedStyle(element).color;
  element.style.color = before;
  return resolved;
}
