import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findClipPairs } from '../../../src/main/evaluation/clip-pairs.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'acutance-pairs-'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function make(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
  }
}

const pairs = (blurry: string, sharp: string, gamma = false) =>
  findClipPairs(join(root, blurry), join(root, sharp), { gamma });

describe('folders laid out like a data set', () => {
  it('DVD, from its parent', async () => {
    make(...['input', 'GT'].flatMap((side) => [`quantitative_datasets/IMG_1/${side}/00000.jpg`]));
    const { layout, pairs: found } = await pairs('', '');
    expect(layout).toBe('Laid out as DVD: 1 clip, "input" beside "GT".');
    expect(found).toMatchObject([{ name: 'IMG_1', sharp: { names: ['00000.jpg'] } }]);
    expect(found[0].blurry.path).toBe(join(root, 'quantitative_datasets/IMG_1/input'));
  });

  it('GoPro, with either blur', async () => {
    make(...['blur', 'blur_gamma', 'sharp'].map((side) => `test/GOPR0384/${side}/000001.png`));
    const plain = await pairs('', '');
    expect(plain.layout).toBe('Laid out as GoPro: 1 clip, "blur" beside "sharp".');
    expect((await pairs('', '', true)).layout).toBe(
      'Laid out as GoPro: 1 clip, "blur_gamma" beside "sharp".',
    );
  });

  it('anything but GoPro, where there is but one blur to take', async () => {
    make('one/blur/1.png', 'one/sharp/1.png', 'dvd/clip/input/1.png', 'dvd/clip/GT/1.png');
    for (const [blurry, sharp] of [
      ['one/blur', 'one/sharp'],
      ['dvd', 'dvd'],
    ] as const) {
      await expect(pairs(blurry, sharp, true)).rejects.toMatchObject({ code: 'usage' });
      await pairs(blurry, sharp);
    }
    // GoPro it is; the folder that was asked for is missing.
    await expect(pairs('one', 'one', true)).rejects.toMatchObject({ code: 'input-unreadable' });
  });

  it('REDS, in order of clips and frames', async () => {
    for (const side of ['val_blur', 'val_sharp'])
      make(`${side}/000/10.png`, `${side}/000/2.png`, `${side}/001/2.png`);
    for (const [blurry, sharp] of [
      ['', ''],
      ['val_blur', 'val_sharp'],
    ] as const) {
      const { layout, pairs: found } = await pairs(blurry, sharp);
      expect(layout).toBe('Laid out as REDS: 2 clips, folders of the same names on both sides.');
      expect(found.map(({ name }) => name)).toEqual(['000', '001']);
      expect(found[0].blurry).toMatchObject({ names: ['2.png', '10.png'] });
    }
  });

  it('videos of the same names', async () => {
    make('a/one.mp4', 'b/one.mkv');
    const { layout, pairs: found } = await pairs('a', 'b');
    expect(layout).toBe('1 clip: videos of the same names.');
    expect(found).toMatchObject([{ name: 'one', sharp: { kind: 'video', path: join(root, 'b/one.mkv') } }]);
  });
});

describe('one clip', () => {
  it('is a folder of pictures or a video, whatever its name', async () => {
    make('blurry/x_001.png', 'sharp/y_1.jpg', 'sharp/notes.txt', 'sharp/.hidden.png', 'clip.mp4');
    expect((await pairs('blurry', 'sharp')).pairs).toMatchObject([{ name: 'blurry' }]);
    expect((await pairs('clip.mp4', 'sharp')).pairs).toMatchObject([
      { name: 'clip', blurry: { kind: 'video' }, sharp: { kind: 'pictures' } },
    ]);
  });
});

describe('what can not be compared is named', () => {
  it('a link to a frame that is not there', async () => {
    make('blurry/1.png', 'sharp/1.png');
    symlinkSync(join(root, 'elsewhere.png'), join(root, 'blurry/2.png'));
    await expect(pairs('blurry', 'sharp')).rejects.toMatchObject({
      code: 'input-unreadable',
      message: `"${join(root, 'blurry/2.png')}" is a link to a file that does not exist.`,
    });
  });

  it.each([
    ['a missing folder', [], 'a', 'b', /a" does not exist/],
    ['an empty folder', ['b/1.png'], 'empty', 'b', /There are no frames in ".*empty"/],
    ['a folder without pictures', ['a/readme.txt', 'b/1.png'], 'a', 'b', /There are no frames in ".*a"/],
    ['unequal counts', ['a/1.png', 'a/2.png', 'b/1.png'], 'a', 'b', /a" has 2 frames, ".*b" has 1/],
    ['mixed names', ['a/1.png', 'b/2.png'], 'a', 'b', /"1.png" in ".*a" has no partner: .* has "2.png"/],
    ['a number used twice', ['a/1.png', 'a/01.jpg', 'b/1.png'], 'a', 'b', /could both be frame 1/],
    ['a clip of one side only', ['a/x/1.png', 'a/y/1.png', 'b/x/1.png'], 'a', 'b', /b" has nothing for "y"/],
    ['an empty clip', ['a/x/1.png', 'b/x/n.txt'], 'a', 'b', /There are no pictures in ".*x"/],
    [
      'a clip that lacks a side',
      ['d/x/input/1.png', 'd/x/GT/1.png', 'd/y/input/1.png'],
      'd',
      'd',
      /y" has no folder "GT"/,
    ],
  ])('%s', async (_, files, blurry, sharp, message) => {
    make(...files);
    mkdirSync(join(root, 'empty'));
    await expect(pairs(blurry, sharp)).rejects.toThrow(message);
  });
});
