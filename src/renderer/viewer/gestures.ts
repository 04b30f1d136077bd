import type { Viewport } from '../state/viewport.svelte.ts';
import type { Point } from './zoom-geometry.ts';

/** A notch of a wheel is 100 pixels; pinching on a trackpad arrives as a wheel with Ctrl and small steps. */
const WHEEL_RATE = 0.002;
const PINCH_RATE = 0.012;
const LINE_HEIGHT = 16;

/**
 * Wheel and pinch zoom about the pointer, dragging moves the picture.
 * @param centres middles of the pictures' rooms in client coordinates; one, or two side by side
 */
export function viewGestures(viewport: Viewport, centres: () => readonly Point[]) {
  return (stage: HTMLElement): (() => void) => {
    const listening = new AbortController();
    const { signal } = listening;
    const fingers = new Map<number, Point>();

    const zoomAbout = (point: Point, factor: number) => {
      const centre = nearest(centres(), point);
      if (!centre) return;
      viewport.zoomTo(viewport.magnification * factor, { x: point.x - centre.x, y: point.y - centre.y });
    };

    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const delta = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_HEIGHT : 1);
      if (event.shiftKey) viewport.panBy(-event.deltaX - delta, 0);
      else zoomAbout(pointOf(event), Math.exp(-delta * (event.ctrlKey ? PINCH_RATE : WHEEL_RATE)));
    };

    const onDown = (event: PointerEvent) => {
      if (event.button > 1 || event.defaultPrevented) return;
      event.preventDefault();
      stage.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, pointOf(event));
      stage.dataset['dragging'] = '';
    };

    const onMove = (event: PointerEvent) => {
      const last = fingers.get(event.pointerId);
      if (!last) return;
      const next = pointOf(event);
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      const share = fingers.size;
      viewport.panBy((next.x - last.x) / share, (next.y - last.y) / share);
      if (other) zoomAbout(middleOf(next, other), distance(next, other) / Math.max(1, distance(last, other)));
      fingers.set(event.pointerId, next);
    };

    const onUp = (event: PointerEvent) => {
      fingers.delete(event.pointerId);
      if (fingers.size === 0) delete stage.dataset['dragging'];
    };

    stage.addEventListener('wheel', onWheel, { passive: false, signal });
    stage.addEventListener('pointerdown', onDown, { signal });
    stage.addEventListener('pointermove', onMove, { signal });
    stage.addEventListener('pointerup', onUp, { signal });
    stage.addEventListener('pointercancel', onUp, { signal });
    return () => listening.abort();
  };
}

function pointOf({ clientX, clientY }: MouseEvent): Point {
  return { x: clientX, y: clientY };
}

function middleOf(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function nearest(points: readonly Point[], to: Point): Point | undefined {
  return points.toSorted((a, b) => distance(a, to) - distance(b, to))[0];
}
