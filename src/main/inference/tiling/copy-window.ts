/** One plane of a planar image: where rows are found in its buffer. */
export interface Plane {
  readonly height: number;
  readonly width: number;
}

export interface WindowCopy {
  readonly source: Float32Array;
  readonly sourcePlane: Plane;
  /** Top left of the window in the source, in pixels. */
  readonly sourceTop: number;
  readonly sourceLeft: number;
  readonly target: Float32Array;
  readonly targetPlane: Plane;
  readonly targetTop: number;
  readonly targetLeft: number;
  readonly window: Plane;
  readonly channels: number;
}

/** Copies a window of every channel between two planar buffers (channels x height x width). */
export function copyWindow(copy: WindowCopy): void {
  const { source, sourcePlane, target, targetPlane, window } = copy;
  for (let channel = 0; channel < copy.channels; channel++) {
    let from = (channel * sourcePlane.height + copy.sourceTop) * sourcePlane.width + copy.sourceLeft;
    let to = (channel * targetPlane.height + copy.targetTop) * targetPlane.width + copy.targetLeft;
    for (let row = 0; row < window.height; row++) {
      target.set(source.subarray(from, from + window.width), to);
      from += sourcePlane.width;
      to += targetPlane.width;
    }
  }
}
