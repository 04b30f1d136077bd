import { describe, expect, it } from 'vitest';
import { packPicture, unpackPicture, type ScreenPicture } from '../../../src/main/cache/frame-codec.ts';

/** Noise of every code, so that all differences between neighbours occur. */
function noise(width: number, height: number): ScreenPicture {
  const rgba = new Uint8Array(4 * width * height);
  let state = 1;
  for (let i = 0; i < rgba.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    rgba[i] = i % 4 === 3 ? 255 : state >>> 24;
  }
  return { width, height, rgba };
}

describe('a packed picture', () => {
  it.each([
    [1, 1],
    [3, 2],
    [64, 48],
    [257, 5],
  ])('comes back bit by bit at %i x %i', async (width, height) => {
    const picture = noise(width, height);
    const back = await unpackPicture(await packPicture(picture), width, height);
    expect(back).toEqual(picture);
  });

  it('takes little room where a picture is smooth', async () => {
    const picture = noise(256, 256);
    for (let i = 0; i < picture.rgba.length; i++) picture.rgba[i] = i % 4 === 3 ? 255 : (i >> 2) & 255;
    expect((await packPicture(picture)).length).toBeLessThan(2000);
  });

  it('never comes back as another one when a single bit is wrong, wherever it is', async () => {
    const picture = noise(32, 16);
    const packed = await packPicture(picture);
    let refused = 0;
    for (let at = 0; at < packed.length; at += at < 20 ? 1 : 97) {
      const damaged = Uint8Array.from(packed);
      damaged[at]! ^= 16;
      const back = await unpackPicture(damaged, 32, 16).catch(() => undefined);
      // A few bits of the header mean nothing to the pixels.
      if (back) expect(back).toEqual(picture);
      else refused++;
    }
    expect(refused).toBeGreaterThan(30);
  });

  it('is refused when its end is missing or it has another size', async () => {
    const packed = await packPicture(noise(32, 16));
    await expect(unpackPicture(packed.subarray(0, -1), 32, 16)).rejects.toThrow();
    await expect(unpackPicture(packed, 32, 17)).rejects.toThrow();
    await expect(unpackPicture(packed, 16, 16)).rejects.toThrow();
  });
});
