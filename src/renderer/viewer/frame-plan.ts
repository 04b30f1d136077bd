import type { FrameRange } from '../../shared/api/clip.ts';
import type { ViewMode } from '../state/viewport.svelte.ts';
import type { Wish } from './frame-loader.ts';
import type { FrameRef } from './frame-ref.ts';

/** What a view of a frame is made of. */
export interface Needs {
  readonly before: boolean;
  readonly after: boolean;
}

/** What has to be there so that a frame can be shown as the view asks. */
export function needsOf(mode: ViewMode, rendered: boolean, strength: number): Needs {
  if (mode === 'before' || !rendered) return { before: true, after: false };
  // At full strength the restored frame hides the original.
  if (mode === 'after') return { before: strength < 1, after: true };
  return { before: true, after: true };
}

export interface Plan {
  readonly mode: ViewMode;
  readonly strength: number;
  readonly recipe: string | undefined;
  readonly rendered: (index: number) => boolean;
  readonly index: number;
  /** Frames of the clip, or the part that a loop goes over. */
  readonly span: FrameRange;
  readonly loop: boolean;
  /** Multiple of the clip's own speed; 0 stands still, negative is backwards. */
  readonly speed: number;
  readonly scrubbing: boolean;
  /** Frames that go by while one is fetched. */
  readonly lead: number;
  /** While playing, every how many frames can be had in time. */
  readonly stride: number;
  /** How many frames to have at hand ahead. */
  readonly ahead: number;
}

/** The parts of a frame that the view needs. */
export function refsOf(
  plan: Pick<Plan, 'mode' | 'strength' | 'recipe' | 'rendered'>,
  index: number,
): FrameRef[] {
  const { recipe } = plan;
  const needs = needsOf(plan.mode, recipe !== undefined && plan.rendered(index), plan.strength);
  const refs: FrameRef[] = [];
  if (needs.before) refs.push({ index });
  if (needs.after) refs.push({ index, recipe });
  return refs;
}

/** Which frames to fetch, the most wanted first. */
export function wishesFor(plan: Plan): Wish[] {
  if (plan.speed !== 0) return playing(plan);
  const urgent = refsOf(plan, plan.index).map((frame) => ({ frame, urgent: true }));
  if (plan.scrubbing) return urgent;
  const neighbours = [1, -1, 2, -2, 3]
    .map((distance) => plan.index + distance)
    .filter((index) => index >= plan.span.from && index < plan.span.to);
  return [...urgent, ...neighbours.flatMap((index) => ahead(plan, index))];
}

function ahead(plan: Plan, index: number): Wish[] {
  return refsOf(plan, index).map((frame) => ({ frame, urgent: false }));
}

/** Frames at a stride, counted from the start of the clip, so that one plan asks for the same ones as the one before. */
function playing(plan: Plan): Wish[] {
  const { index, span, stride, speed } = plan;
  const direction = Math.sign(speed);
  const length = span.to - span.from;
  const wishes: Wish[] = [];
  let next = index + direction * Math.max(0, plan.lead);
  while (next % stride !== 0) next += direction;
  for (let count = 0; count < plan.ahead; count += 1, next += direction * stride) {
    if (next >= span.from && next < span.to) wishes.push(...ahead(plan, next));
    else if (plan.loop && length > plan.ahead * stride) {
      wishes.push(...ahead(plan, span.from + ((((next - span.from) % length) + length) % length)));
    }
  }
  return wishes;
}

/** How many frames back playback looks for one that is there. */
const LATE = 8;

/**
 * The frames that may be shown for a playhead, the best first: the very frame, else one that arrived just now. Such a
 * one was asked for when the playhead passed it, and moves the picture on until the right one is there. Playback shows
 * none that is older than the one on the screen.
 */
export function candidatesFor(
  { index, speed, span }: Pick<Plan, 'index' | 'speed' | 'span'>,
  shown: number | undefined,
  justLoaded: number | undefined,
): number[] {
  const arrived = justLoaded === undefined || justLoaded === index ? [] : [justLoaded];
  if (speed === 0) return [index, ...arrived];
  const direction = Math.sign(speed);
  const due = Array.from({ length: LATE }, (_, late) => index - direction * late);
  const isNewer = (frame: number) =>
    shown === undefined ||
    direction * (frame - shown) > 0 ||
    // What is shown lies ahead: playback has gone back to the start of its loop.
    direction * (shown - index) > 0;
  return [...due, ...arrived].filter(
    (frame) => frame >= span.from && frame < span.to && direction * (index - frame) >= 0 && isNewer(frame),
  );
}
