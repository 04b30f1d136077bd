import { describe, expect, it } from 'vitest';
import { decodedFrameBytes } from '../../../src/main/render/frames-open-clips.ts';

describe('memory for decoded frames', () => {
  it.each([
    ['is never less than a group of pictures and its neighbours take', 2, 256],
    ['is a sixteenth of what the machine has', 8, 512],
    ['is a gigabyte at most', 64, 1024],
  ])('%s', (_, gibibytes, mebibytes) => {
    expect(decodedFrameBytes(gibibytes * 2 ** 30)).toBe(mebibytes * 2 ** 20);
  });
});
