import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ICNS_SIZES, ICO_SIZES, icnsFile, icoFile } from '../../../scripts/packaging/icon-containers.ts';

const icon = (name: string) => readFileSync(new URL(`../../../resources/icons/${name}`, import.meta.url));
const png = (size: number) => icon(`${size}x${size}.png`);

/** Width and height of a PNG, from its first chunk; its colour type, 6 being RGBA. */
function pngHeader(file: Buffer) {
  expect(file.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  return { width: file.readUInt32BE(16), height: file.readUInt32BE(20), colourType: file[25] };
}

describe('the icons', () => {
  it.each([16, 24, 32, 48, 64, 128, 256, 512, 1024])(
    'are there with %i pixels, with transparency',
    (size) => {
      expect(pngHeader(png(size))).toEqual({ width: size, height: size, colourType: 6 });
    },
  );

  it('of Windows hold each size, at the place that the directory names', () => {
    const file = icon('icon.ico');
    expect([file.readUInt16LE(0), file.readUInt16LE(2), file.readUInt16LE(4)]).toEqual([
      0,
      1,
      ICO_SIZES.length,
    ]);
    ICO_SIZES.forEach((size, index) => {
      const entry = 6 + 16 * index;
      expect([file[entry], file[entry + 1]]).toEqual([size % 256, size % 256]);
      const [length, offset] = [file.readUInt32LE(entry + 8), file.readUInt32LE(entry + 12)];
      expect(file.subarray(offset, offset + length).equals(png(size))).toBe(true);
    });
  });

  it('of macOS hold each size, in entries that fill the file', () => {
    const file = icon('icon.icns');
    expect([file.toString('latin1', 0, 4), file.readUInt32BE(4)]).toEqual(['icns', file.length]);
    const found = new Map<string, number>();
    for (let offset = 8; offset < file.length;) {
      const length = file.readUInt32BE(offset + 4);
      const { width } = pngHeader(file.subarray(offset + 8, offset + length));
      found.set(file.toString('latin1', offset, offset + 4), width);
      offset += length;
    }
    // Size in points and scale of each type, as Apple documents them.
    expect(Object.fromEntries(found)).toEqual({
      ...{ icp4: 16, ic11: 32, icp5: 32, ic12: 64, ic07: 128, ic13: 256, ic08: 256, ic14: 512, ic09: 512 },
      ic10: 1024,
    });
    expect([...new Set(found.values())].sort((a, b) => a - b)).toEqual(ICNS_SIZES);
  });

  it('refuse sizes that a format does not know', () => {
    expect(() => icoFile(new Map([[512, Buffer.alloc(1)]]))).toThrow(/at most 256/);
    expect(() => icnsFile(new Map([[48, Buffer.alloc(1)]]))).toThrow(/48/);
  });

  it('of the page is the drawing for small sizes', () => {
    const favicon = readFileSync(new URL('../../../src/renderer/favicon.svg', import.meta.url));
    expect(favicon.equals(icon('icon-16.svg'))).toBe(true);
  });
});
