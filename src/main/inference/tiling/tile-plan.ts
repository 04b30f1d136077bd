/** Half-open range of rows or columns. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One axis of a tile: what is fed to the network, and the part of its output that is kept. */
export interface TileSpan {
  readonly input: Span;
  readonly kept: Span;
}

export interface TilePlan {
  /** Size of every tile, in pixels. */
  readonly height: number;
  readonly width: number;
  readonly rows: readonly TileSpan[];
  readonly columns: readonly TileSpan[];
  /** Pixels around every cut in which the tiles on both sides are mixed; 0 where one ends as the other begins. */
  readonly blend: number;
}

export interface TileRequest {
  /** Size of the padded frame; multiples of `multiple`. */
  readonly height: number;
  readonly width: number;
  /** Tiles start at, and have sizes of, multiples of this, so that strided layers fall on the same pixels. */
  readonly multiple: number;
  /** Radius of the receptive field: kept pixels lie at least this far from every cut. */
  readonly margin: number;
  /** No tile is cut shorter than this along an axis; absent where any length will do. */
  readonly minimum?: number | undefined;
  /** Pixels around every cut in which neighbours are mixed, for results that depend on the tile; 0 where absent. */
  readonly blend?: number | undefined;
  /** Largest number of pixels in a tile. */
  readonly maxPixels: number;
}

/**
 * Calls into the runtime, copying tiles and short rows cost something: a plan with more tiles must save this share of
 * the frame's pixels for each tile it adds.
 */
const COST_OF_A_TILE = 0.002;

/**
 * Tiles chosen for the user keep at least as many pixels as one overlap has, along each axis: smaller ones would spend
 * nine tenths of the work on pixels that are thrown away.
 */
function leastUsefulLength(overlap: number, multiple: number): number {
  return 2 * overlap + Math.max(overlap, multiple);
}

/**
 * The plan that computes the fewest pixels with tiles of at most `maxPixels`: tiles all of one size (so that one
 * session serves them), overlapping by twice the margin (and what is mixed) at each cut and nowhere at the frame's own edges.
 * @returns undefined when not even the smallest tile fits.
 */
export function planTiles(request: TileRequest): TilePlan | undefined {
  const { height, width, maxPixels } = request;
  const overlap = overlapOf(request);
  const least = leastUsefulLength(overlap, request.multiple);
  let best: { rows: number; columns: number; cost: number } | undefined;
  for (const rows of tileCounts(height, overlap, request, least)) {
    const tileHeight = tileLength(height, rows, overlap, request.multiple);
    for (const columns of tileCounts(width, overlap, request, least)) {
      const tileWidth = tileLength(width, columns, overlap, request.multiple);
      if (tileHeight * tileWidth > maxPixels) continue;
      const tiles = rows * columns;
      const cost = tiles * (tileHeight * tileWidth + COST_OF_A_TILE * height * width);
      if (best === undefined || cost < best.cost) best = { rows, columns, cost };
      break; // More columns only add overlap.
    }
  }
  if (best === undefined) return undefined;
  return {
    height: tileLength(height, best.rows, overlap, request.multiple),
    width: tileLength(width, best.columns, overlap, request.multiple),
    rows: cut(height, best.rows, overlap, request.multiple),
    columns: cut(width, best.columns, overlap, request.multiple),
    blend: request.blend ?? 0,
  };
}

/** The smallest tile that `planTiles` cuts this frame into, in pixels of height and width. */
export function smallestTile(request: Omit<TileRequest, 'maxPixels'>): { height: number; width: number } {
  const overlap = overlapOf(request);
  const least = leastUsefulLength(overlap, request.multiple);
  const smallest = (length: number) =>
    tileLength(length, tileCounts(length, overlap, request, least).at(-1) ?? 1, overlap, request.multiple);
  return { height: smallest(request.height), width: smallest(request.width) };
}

/**
 * A plan whose tiles are at most `tile` in size, or the smallest possible where that is larger. Height and width are
 * treated apart, so that a wish like 256 x 4096 gives strips.
 */
export function planTilesOfSize(
  request: Omit<TileRequest, 'maxPixels'>,
  tile: { readonly height: number; readonly width: number },
): TilePlan {
  const { height, width, multiple } = request;
  const overlap = overlapOf(request);
  const count = (length: number, wanted: number) => {
    const counts = tileCounts(length, overlap, request, 2 * overlap + multiple);
    return (
      counts.find((tiles) => tileLength(length, tiles, overlap, multiple) <= wanted) ?? counts.at(-1) ?? 1
    );
  };
  const rows = count(height, tile.height);
  const columns = count(width, tile.width);
  return {
    height: tileLength(height, rows, overlap, multiple),
    width: tileLength(width, columns, overlap, multiple),
    rows: cut(height, rows, overlap, multiple),
    columns: cut(width, columns, overlap, multiple),
    blend: request.blend ?? 0,
  };
}

/** Pixels that a plan computes, counting overlaps as often as they are computed. */
export function computedPixels(plan: TilePlan): number {
  return plan.rows.length * plan.columns.length * plan.height * plan.width;
}

/** Pixels of a tile beyond a cut: what mixes with the neighbour, and the margin of that. */
function overlapOf({ margin, blend = 0, multiple }: Omit<TileRequest, 'maxPixels'>): number {
  return roundUp(margin + blend / 2, multiple);
}

/** 1, 2, 3, ... tiles along an axis, up to where tiles reach their least useful length, or would pass their minimum. */
function tileCounts(
  length: number,
  overlap: number,
  { multiple, minimum = 0 }: Pick<TileRequest, 'multiple' | 'minimum'>,
  least: number,
): number[] {
  const counts = [1];
  for (let tiles = 2; ; tiles++) {
    const each = tileLength(length, tiles, overlap, multiple);
    if (each >= length || each < minimum) break;
    counts.push(tiles);
    if (each <= least) break;
  }
  return counts;
}

/** `tiles` tiles of this length, overlapping by 2 * overlap, cover `length`: the edges of the frame need no overlap. */
function tileLength(length: number, tiles: number, overlap: number, multiple: number): number {
  return roundUp((length + 2 * overlap * (tiles - 1)) / tiles, multiple);
}

function cut(length: number, tiles: number, overlap: number, multiple: number): TileSpan[] {
  const size = tileLength(length, tiles, overlap, multiple);
  const start = (index: number) =>
    tiles === 1 ? 0 : Math.floor((index * (length - size)) / (tiles - 1) / multiple) * multiple;
  return Array.from({ length: tiles }, (_, index) => ({
    input: { start: start(index), end: start(index) + size },
    kept: {
      start: index === 0 ? 0 : start(index) + overlap,
      end: index === tiles - 1 ? length : start(index + 1) + overlap,
    },
  }));
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
