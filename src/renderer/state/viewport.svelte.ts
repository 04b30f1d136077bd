import {
  clampPan,
  fitScale,
  limitZoom,
  zoomAbout,
  zoomStep,
  type Point,
  type Size,
} from '../viewer/zoom-geometry.ts';

export const VIEW_MODES = ['before', 'after', 'wipe', 'side-by-side'] as const;
export type ViewMode = (typeof VIEW_MODES)[number];

/** Device pixels per frame pixel, or as large as the viewer allows. */
export type Zoom = 'fit' | number;

/** How frames are looked at. It stays when another clip is opened. */
export class Viewport {
  mode = $state<ViewMode>('wipe');
  /** Whether dragging moves the picture wherever it starts, as while Space is held. */
  hand = $state(false);
  /** Where the divider stands along its own direction over the frame: 0 shows After everywhere, 1 Before. */
  #wipePosition = $state(0.5);
  #wipeAngle = $state(0);
  #zoom = $state<Zoom>('fit');
  #pan = $state.raw<Point>({ x: 0, y: 0 });
  /** The room for one picture, in CSS pixels. */
  #room = $state.raw<Size>({ width: 0, height: 0 });
  /** The picture as shown, upright and with square pixels, in its own pixels. */
  #picture = $state.raw<Size>({ width: 1, height: 1 });
  #pixelRatio = $state(1);

  /** CSS pixels per picture pixel. */
  readonly scale = $derived.by(() =>
    this.#zoom === 'fit'
      ? fitScale(this.#picture, this.#room, this.#pixelRatio)
      : this.#zoom / this.#pixelRatio,
  );
  /** Device pixels per picture pixel: 1 is 100 %. */
  readonly magnification = $derived.by(() => this.scale * this.#pixelRatio);
  /** The middle of the picture from the middle of the room, in CSS pixels. */
  readonly pan: Point = $derived.by(() =>
    this.#zoom === 'fit' ? { x: 0, y: 0 } : clampPan(this.#pan, this.#picture, this.#room, this.scale),
  );

  /** Device pixels per CSS pixel. */
  get pixelRatio(): number {
    return this.#pixelRatio;
  }

  get zoom(): Zoom {
    return this.#zoom;
  }

  get room(): Size {
    return this.#room;
  }

  get picture(): Size {
    return this.#picture;
  }

  /** 0 to 1. */
  get wipePosition(): number {
    return this.#wipePosition;
  }

  set wipePosition(position: number) {
    this.#wipePosition = Math.min(1, Math.max(0, position));
  }

  /** Degrees clockwise from an upright divider, -180 to 180; After is on its right at 0. */
  get wipeAngle(): number {
    return this.#wipeAngle;
  }

  set wipeAngle(angle: number) {
    this.#wipeAngle = ((((angle + 180) % 360) + 360) % 360) - 180;
  }

  resetWipe(): void {
    this.#wipePosition = 0.5;
    this.#wipeAngle = 0;
  }

  /** Tells how much room there is for one picture, and the screen's device pixels per CSS pixel. */
  setRoom(room: Size, pixelRatio: number): void {
    if (room.width !== this.#room.width || room.height !== this.#room.height) this.#room = room;
    this.#pixelRatio = pixelRatio;
  }

  setPicture(picture: Size): void {
    this.#picture = picture;
  }

  fit(): void {
    this.#zoom = 'fit';
    this.#pan = { x: 0, y: 0 };
  }

  /** 100 %: one picture pixel on one device pixel. */
  actualSize(): void {
    this.zoomTo(1);
  }

  zoomIn(): void {
    this.zoomTo(zoomStep(this.magnification, 1));
  }

  zoomOut(): void {
    this.zoomTo(zoomStep(this.magnification, -1));
  }

  /**
   * Zooms so that what is under a point stays under it.
   * @param magnification device pixels per picture pixel
   * @param about from the middle of the room, in CSS pixels; without it, the middle stays
   */
  zoomTo(magnification: number, about: Point = { x: 0, y: 0 }): void {
    const next = zoomAbout(
      { scale: this.scale, pan: this.pan },
      limitZoom(magnification) / this.#pixelRatio,
      about,
    );
    this.#zoom = next.scale * this.#pixelRatio;
    this.#pan = clampPan(next.pan, this.#picture, this.#room, next.scale);
  }

  /** Moves the picture, in CSS pixels. */
  panBy(x: number, y: number): void {
    if (this.#zoom === 'fit') return;
    this.#pan = clampPan({ x: this.pan.x + x, y: this.pan.y + y }, this.#picture, this.#room, this.scale);
  }
}
