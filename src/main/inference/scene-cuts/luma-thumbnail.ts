/** A frame's brightness in small. */
export interface LumaThumbnail {
  readonly width: number;
  readonly height: number;
  /** Rows from the top; nominal range [0, 1]. */
  readonly luma: Float32Array;
}

/** Longest edge of a thumbnail in pixels: enough to tell pictures apart, and quick to search through. */
const LONGEST = 64;
/** Weights of R', G' and B' in luma (BT.709); another matrix would do as well. */
const WEIGHTS = [0.2126, 0.7152, 0.0722] as const;

/**
 * Every thumbnail pixel is the mean of the area that it covers; frames are never enlarged.
 *
 * @param rgb - planar R'G'B', 3 x height x width.
 */
export function lumaThumbnail(rgb: Float32Array, height: number, width: number): LumaThumbnail {
  const scale = Math.max(1, Math.max(height, width) / LONGEST);
  const target = {
    width: Math.max(1, Math.round(width / scale)),
    height: Math.max(1, Math.round(height / scale)),
  };
  const columns = edges(width, target.width);
  const rows = edges(height, target.height);
  const luma = new Float32Array(target.width * target.height);
  const sums = new Float64Array(target.width);
  for (const [channel, weight] of WEIGHTS.entries()) {
    for (let y = 0; y < target.height; y++) {
      sums.fill(0);
      // In the order in which the frame lies in memory.
      for (let row = rows[y]!; row < rows[y + 1]!; row++) {
        let at = (channel * height + row) * width;
        for (let x = 0; x < target.width; x++) {
          const end = (channel * height + row) * width + columns[x + 1]!;
          let sum = sums[x]!;
          for (; at < end; at++) sum += rgb[at]!;
          sums[x] = sum;
        }
      }
      const high = rows[y + 1]! - rows[y]!;
      for (let x = 0; x < target.width; x++) {
        const area = (columns[x + 1]! - columns[x]!) * high;
        luma[y * target.width + x]! += (weight * sums[x]!) / area;
      }
    }
  }
  return { ...target, luma };
}

/** Where each of `parts` parts of an axis begins, in whole pixels, and the end of the last. */
function edges(length: number, parts: number): number[] {
  return Array.from({ length: parts + 1 }, (_, part) => Math.floor((part * length) / parts));
}
