import { ShapeError, type Graph, type Value } from '../../graph/graph.ts';
import { concat, imageDims, matmul, reshape, slice, transpose } from '../shaping.ts';

/** Correlations that are held at a time: 16 MB of them, which a processor's cache helps with ... */
const PART_ELEMENTS = 2 ** 22;
/** ... but no more parts than this: thousands of nodes take long to load. */
const MOST_PARTS = 256;

/**
 * ARVo's all-range aggregation (section 3.2, eq. 2-4): every pixel of `query` (1 x C x H x W) is compared with every
 * pixel of `keys` (1 x C x h x w) by the dot product of their features, and gets the mean of `values` (1 x V x h x w)
 * weighted by the exponentials of these: softmax(Q K^T) V, 1 x V x H x W.
 *
 * The volume of all correlations is never held: it has H W h w elements, 3.3 GB for a frame of 1280 x 720. A part of
 * the query's pixels is compared at a time, with all keys, so that each part's softmax is complete; the softmax takes
 * the maximum off first and cannot overflow.
 */
export function allRangeAggregation(query: Value, keys: Value, values: Value): Value {
  const [n, c, h, w] = imageDims('AllRangeAggregation', query);
  const [, , keyHeight, keyWidth] = imageDims('AllRangeAggregation', keys);
  const channels = values.dims[1]!;
  if (
    n !== 1 ||
    keys.dims.join() !== [1, c, keyHeight, keyWidth].join() ||
    values.dims.join() !== [1, channels, keyHeight, keyWidth].join()
  )
    throw new ShapeError('AllRangeAggregation', query.graph.scope, 'the inputs do not fit', {
      query: query.dims,
      keys: keys.dims,
      values: values.dims,
    });
  return query.graph.ownOperator({
    name: 'AllRangeAggregation',
    inputs: [query, keys, values],
    body: (graph, [queryIn, keysIn, valuesIn]) => {
      const pixels = h * w;
      const candidates = keyHeight * keyWidth;
      const rows = transpose(reshape(queryIn!, [c, pixels]), [1, 0]);
      const columns = reshape(keysIn!, [c, candidates]);
      const table = transpose(reshape(valuesIn!, [channels, candidates]), [1, 0]);
      const length = Math.ceil(Math.max(PART_ELEMENTS / candidates, pixels / MOST_PARTS));
      const parts = Array.from({ length: Math.ceil(pixels / length) }, (_, part) => {
        const own = slice(rows, 0, part * length, Math.min(pixels, (part + 1) * length));
        return matmul(softmax(graph, matmul(own, columns)), table);
      });
      const whole = parts.length === 1 ? parts[0]! : concat(parts, 0);
      return reshape(transpose(whole, [1, 0]), [1, channels, h, w]);
    },
  });
}

/** exp(x) / sum of exp(x) along the last axis. */
function softmax(graph: Graph, value: Value): Value {
  return graph.node({
    opType: 'Softmax',
    inputs: [value],
    outputs: [{ dims: value.dims }],
    attributes: { axis: -1 },
  })[0]!;
}
