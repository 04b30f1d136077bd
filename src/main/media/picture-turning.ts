import type { Picture } from './picture.ts';

/** Turns a picture clockwise by a quarter, a half or three quarters; other angles leave it as it is. */
export function turnUpright(picture: Picture, degrees: number): Picture {
  if (degrees !== 90 && degrees !== 180 && degrees !== 270) return picture;
  const { width, height } = picture;
  const from = new Uint32Array(picture.rgba.buffer, picture.rgba.byteOffset, width * height);
  if (degrees === 180) return { width, height, rgba: new Uint8Array(from.slice().reverse().buffer) };
  const to = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) {
    const column = degrees === 90 ? height - 1 - y : y;
    for (let x = 0; x < width; x++) {
      const row = degrees === 90 ? x : width - 1 - x;
      to[row * height + column] = from[y * width + x]!;
    }
  }
  return { width: height, height: width, rgba: new Uint8Array(to.buffer) };
}
