/** The icon formats of Windows and macOS. Both are lists of PNG files with a directory in front. */

/** What macOS calls a PNG of each size, in pixels; the ones after the first are for its finer screens. */
const ICNS_TYPES: ReadonlyMap<number, readonly string[]> = new Map([
  [16, ['icp4']],
  [32, ['icp5', 'ic11']],
  [64, ['ic12']],
  [128, ['ic07']],
  [256, ['ic08', 'ic13']],
  [512, ['ic09', 'ic14']],
  [1024, ['ic10']],
]);

/** Sizes of the icons of Windows and macOS, in pixels. */
export const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256] as const;
export const ICNS_SIZES: readonly number[] = [...ICNS_TYPES.keys()];

/**
 * An icon file of Windows.
 * @param pngs by size in pixels, of at most 256
 */
export function icoFile(pngs: ReadonlyMap<number, Buffer>): Buffer {
  const header = Buffer.alloc(6 + 16 * pngs.size);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(pngs.size, 4);
  let offset = header.length;
  let entry = 6;
  for (const [size, png] of pngs) {
    if (size > 256) throw new RangeError(`An icon of Windows has at most 256 pixels, not ${size}.`);
    // 256 does not fit into its byte and is written as 0.
    header.writeUInt8(size % 256, entry);
    header.writeUInt8(size % 256, entry + 1);
    header.writeUInt16LE(1, entry + 4);
    header.writeUInt16LE(32, entry + 6);
    header.writeUInt32LE(png.length, entry + 8);
    header.writeUInt32LE(offset, entry + 12);
    offset += png.length;
    entry += 16;
  }
  return Buffer.concat([header, ...pngs.values()]);
}

/**
 * An icon file of macOS.
 * @param pngs by size in pixels, of those in `ICNS_SIZES`
 */
export function icnsFile(pngs: ReadonlyMap<number, Buffer>): Buffer {
  const entries = [...pngs].flatMap(([size, png]) => {
    const types = ICNS_TYPES.get(size);
    if (!types) throw new RangeError(`An icon of macOS has no size of ${size} pixels.`);
    return types.map((type) => Buffer.concat([tagged(type, png.length), png]));
  });
  const body = Buffer.concat(entries);
  return Buffer.concat([tagged('icns', body.length), body]);
}

/** A name and the length of what follows, itself included. */
function tagged(type: string, length: number): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32BE(length + 8, 4);
  return head;
}
