export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Device pixels per picture pixel. */
const MIN_ZOOM = 0.05;
const MAX_ZOOM = 32;

export function limitZoom(zoom: number): number {
  return Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom));
}

const STEPS = [0.05, 0.1, 0.15, 0.25, 0.33, 0.5, 0.67, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32];

/**
 * CSS pixels per picture pixel with which the whole picture is seen. Small pictures grow to at most four device pixels
 * per pixel.
 */
export function fitScale(picture: Size, room: Size, pixelRatio: number): number {
  if (room.width <= 0 || room.height <= 0) return 1 / pixelRatio;
  return Math.min(room.width / picture.width, room.height / picture.height, 4 / pixelRatio);
}

/** The next larger (1) or smaller (-1) step of the zoom, in device pixels per picture pixel. */
export function zoomStep(zoom: number, direction: 1 | -1): number {
  const near = 1.01;
  return direction === 1
    ? (STEPS.find((step) => step > zoom * near) ?? MAX_ZOOM)
    : (STEPS.findLast((step) => step < zoom / near) ?? MIN_ZOOM);
}

/**
 * Another scale with what is under a point staying under it.
 * @param view CSS pixels per picture pixel, and the picture's middle from the room's middle in CSS pixels
 * @param about from the room's middle, in CSS pixels
 */
export function zoomAbout(
  view: { readonly scale: number; readonly pan: Point },
  scale: number,
  about: Point,
): { scale: number; pan: Point } {
  const factor = scale / view.scale;
  return {
    scale,
    pan: {
      x: about.x - (about.x - view.pan.x) * factor,
      y: about.y - (about.y - view.pan.y) * factor,
    },
  };
}

/** Keeps a picture that is larger than the room covering it, and one that is smaller in its middle. */
export function clampPan(pan: Point, picture: Size, room: Size, scale: number): Point {
  const limit = (length: number, space: number, value: number) => {
    const slack = Math.max(0, (length * scale - space) / 2);
    return Math.min(slack, Math.max(-slack, value));
  };
  return {
    x: limit(picture.width, room.width, pan.x),
    y: limit(picture.height, room.height, pan.y),
  };
}
