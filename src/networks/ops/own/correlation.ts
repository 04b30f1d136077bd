import { ShapeError, type Graph, type Value } from '../../graph/graph.ts';
import { multiply } from '../elementwise.ts';
import { concat, gather, imageDims, matmul, padZeros, reshape, slice, transpose } from '../shaping.ts';

/** Columns per matrix product: large enough to be a real product, small enough to waste little (see `body`). */
const BLOCK = 16;

/**
 * Local correlation (PWC-Net's cost volume) of two N x C x H x W features: N x (2d+1)^2 x H x W with channel
 * (dy + d)(2d + 1) + (dx + d) = mean over C of first(y, x) * second(y + dy, x + dx), zeros outside; d = displacement.
 */
export function correlation(first: Value, second: Value, displacement: number): Value {
  if (first.dims.join() !== second.dims.join())
    throw new ShapeError('Correlation', first.graph.scope, 'features differ in shape', {
      first: first.dims,
      second: second.dims,
    });
  return first.graph.ownOperator({
    name: 'Correlation',
    inputs: [first, second],
    attributes: { max_displacement: displacement },
    body: (graph, [a, b]) => bandedProducts(graph, a!, b!, displacement),
  });
}

/**
 * The definition takes (2d+1)^2 passes over both features. Here a row is cut into blocks of `BLOCK` columns, and for
 * each dy one batched matrix product [block, C] x [C, block + 2d] yields all pairs of which the 2d+1 diagonals
 * are wanted: 2.7 times the arithmetic, at the speed of a matrix product.
 */
function bandedProducts(graph: Graph, first: Value, second: Value, d: number): Value {
  const [n, c, h, w] = imageDims('Correlation', first);
  const blocks = Math.ceil(w / BLOCK);
  const spare = blocks * BLOCK - w;
  const span = BLOCK + 2 * d;

  const rows = reshape(padZeros(first, [0, 0, 0, 0], [0, 0, 0, spare]), [n, c, h, blocks, BLOCK]);
  const left = transpose(rows, [0, 2, 3, 4, 1]);
  const windowStarts = Int32Array.from(
    { length: blocks * span },
    (_, i) => Math.floor(i / span) * BLOCK + (i % span),
  );
  const windows = gather(
    padZeros(second, [0, 0, d, d], [0, 0, d, d + spare]),
    graph.constant({ data: windowStarts, dims: [blocks, span] }),
    3,
  );
  const right = transpose(windows, [0, 2, 3, 1, 4]);

  const bands = Array.from({ length: 2 * d + 1 }, (_, dy) => {
    const products = matmul(left, slice(right, 1, dy, dy + h));
    return diagonals(products, 2 * d + 1);
  });
  const volume = reshape(concat(bands, 4), [n, h, blocks * BLOCK, (2 * d + 1) ** 2]);
  return multiply(transpose(slice(volume, 2, 0, w), [0, 3, 1, 2]), 1 / c);
}

/**
 * From [n, h, blocks, rows, span] the `count` entries (row, row + 0 .. row + count - 1) of each row. Written row
 * after row with one more column than there is, every row starts one entry later: the diagonals become columns.
 */
function diagonals(products: Value, count: number): Value {
  const [n, h, blocks, rows, span] = products.dims as [number, number, number, number, number];
  const flat = reshape(products, [n, h, blocks, rows * span]);
  const sheared = reshape(padZeros(flat, [0, 0, 0, 0], [0, 0, 0, rows]), [n, h, blocks, rows, span + 1]);
  return slice(sheared, 4, 0, count);
}
