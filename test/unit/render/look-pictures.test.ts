import { describe, expect, it } from 'vitest';
import { cellOf, drawOverFrame, drawParts } from '../../../src/main/render/look-pictures.ts';
import type { Look, LookName } from '../../../src/networks/looks.ts';
import { LOOK_PARTS } from '../../../src/shared/looks.ts';
import { flowColour } from '../../../src/shared/picture/flow-colours.ts';
import type { Tensor } from '../../../src/shared/tensor.ts';

const look = (name: LookName): Look => ({ name, title: '', program: 'align', stage: 'last', parts: [] });
const tensor = (values: readonly number[], dims: readonly number[]): Tensor => ({
  data: Float32Array.from(values),
  dims,
});
const parts = (...tensors: Tensor[]) =>
  tensors.map((each, index) => ({ label: LOOK_PARTS[index]!, tensor: each }));
const pixel = (rgba: Uint8Array, index: number) => [...rgba.subarray(4 * index, 4 * index + 3)];

describe('pictures of a look', () => {
  it('have one scale, that of the longest of all', () => {
    const pictures = drawParts(
      look('flow'),
      parts(tensor([2, 0], [1, 2, 1, 1]), tensor([0, 8], [1, 2, 1, 1])),
      0,
    );
    expect(pictures.map(({ fullScale }) => fullScale)).toEqual([8, 8]);
    expect(pixel(pictures[0]!.rgba, 0)).toEqual(flowColour(0.25, 0));
    expect(pixel(pictures[1]!.rgba, 0)).toEqual(flowColour(0, 1));
  });

  it.each([
    [0, [1, 0]],
    [90, [0, 1]],
    [180, [-1, 0]],
    [270, [0, -1]],
  ] as const)(
    'of a clip that is shown turned by %i degrees show motion as it is seen then',
    (rotation, [x, y]) => {
      const [picture] = drawParts(look('flow'), parts(tensor([3, 0], [1, 2, 1, 1])), rotation);
      expect(pixel(picture!.rgba, 0)).toEqual(flowColour(x, y));
    },
  );

  it('cover the frame: a value stands for all the pixels of its cell', () => {
    const coarse = tensor([0, 0.2, 0.4, 0.6, 0.8, 1], [1, 1, 2, 3]);
    const frame = { height: 7, width: 10, rotation: 0 };
    expect(cellOf({ height: 2, width: 3 }, frame)).toBe(4);
    const [picture] = drawOverFrame(look('mask'), parts(coarse), frame);
    expect([picture!.width, picture!.height]).toEqual([10, 7]);
    const row = (y: number) => Array.from({ length: 10 }, (_, x) => pixel(picture!.rgba, y * 10 + x)[0]);
    expect(row(3)).toEqual([0, 0, 0, 0, 51, 51, 51, 51, 102, 102]);
    expect(row(4)).toEqual([153, 153, 153, 153, 204, 204, 204, 204, 255, 255]);
  });

  it('cover a frame that is shown on its side', () => {
    const [picture] = drawOverFrame(look('mask'), parts(tensor([0, 1], [1, 1, 1, 2])), {
      ...{ height: 4, width: 8 },
      rotation: 90,
    });
    expect([picture!.width, picture!.height]).toEqual([4, 8]);
    expect([pixel(picture!.rgba, 0)[0], pixel(picture!.rgba, 31)[0]]).toEqual([0, 255]);
  });

  it('of the pixel volume are a sheet of small candidates, each the mean of what it covers', () => {
    const [height, width] = [5, 10];
    const values = Array.from({ length: 25 * height * width }, (_, index) => {
      const channel = Math.floor(index / (height * width));
      // The middle candidate differs, and its right half from its left one.
      if (channel !== 12) return -1;
      return index % width < 5 ? 0 : 1;
    });
    const [sheet] = drawOverFrame(look('volume'), parts(tensor(values, [1, 25, height, width])), {
      ...{ height, width },
      rotation: 0,
    });
    expect([sheet!.width, sheet!.height]).toEqual([10, 5]);
    const row = Array.from({ length: 10 }, (_, x) => pixel(sheet!.rgba, 2 * 10 + x)[0]);
    expect(row).toEqual([0, 0, 0, 0, 128, 255, 0, 0, 0, 0]);
  });
});
