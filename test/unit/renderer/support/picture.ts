import type { Picture } from '../../../../src/renderer/viewer/frame-cache.ts';

export interface MadePicture extends Picture {
  readonly name: string;
  closed: boolean;
}

/** A picture without pixels that knows whether it was closed. */
export function madePicture(name: string, width = 4, height = 4): MadePicture {
  const picture: MadePicture = {
    name,
    width,
    height,
    closed: false,
    close: () => {
      picture.closed = true;
    },
  };
  return picture;
}
