import { ShapeError, type Graph, type Value } from '../../graph/graph.ts';
import { subtract } from '../elementwise.ts';
import { concat, gather, imageDims, matmul, maximumOver, reshape, slice, transpose } from '../shaping.ts';

/** Correlations that are held at a time: 16 MB of them, which a processor's cache helps with ... */
const PART_ELEMENTS = 2 ** 22;
/** ... but no more parts than this: thousands of nodes take long to load. */
const MOST_PARTS = 256;

/** Right, down, weight. */
const MAXIMA_CHANNELS = 3;

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
  return aggregation('AllRangeAggregation', [query, keys, values]);
}

export interface AggregationWithMaxima {
  readonly aggregated: Value;
  /**
   * 1 x 3 x H x W: how far to the right and down each pixel's likeliest candidate is, in pixels of `query`, and the
   * weight that it has, 0 to 1.
   */
  readonly maxima: Value;
}

/**
 * As `allRangeAggregation`, and where each pixel found its likeness: found in the same parts, from the products that are
 * there anyway.
 *
 * @param step - pixels of `query` per pixel of `keys` along both axes.
 */
export function allRangeAggregationWithMaxima(
  query: Value,
  keys: Value,
  values: Value,
  step: number,
): AggregationWithMaxima {
  const both = aggregation('AllRangeAggregationWithMaxima', [query, keys, values], step);
  const channels = values.dims[1]!;
  return {
    aggregated: slice(both, 1, 0, channels),
    maxima: slice(both, 1, channels, channels + MAXIMA_CHANNELS),
  };
}

/** @param step - given where maxima are wanted as further channels. */
function aggregation(name: string, inputs: readonly [Value, Value, Value], step?: number): Value {
  const [query, keys, values] = inputs;
  const [n, c, h, w] = imageDims(name, query);
  const [, , keyHeight, keyWidth] = imageDims(name, keys);
  const channels = values.dims[1]!;
  if (
    n !== 1 ||
    keys.dims.join() !== [1, c, keyHeight, keyWidth].join() ||
    values.dims.join() !== [1, channels, keyHeight, keyWidth].join()
  )
    throw new ShapeError(name, query.graph.scope, 'the inputs do not fit', {
      query: query.dims,
      keys: keys.dims,
      values: values.dims,
    });
  return query.graph.ownOperator({
    name,
    inputs,
    attributes: step === undefined ? {} : { step },
    body: (graph, [queryIn, keysIn, valuesIn]) => {
      const pixels = h * w;
      const candidates = keyHeight * keyWidth;
      const rows = transpose(reshape(queryIn!, [c, pixels]), [1, 0]);
      const columns = reshape(keysIn!, [c, candidates]);
      const table = transpose(reshape(valuesIn!, [channels, candidates]), [1, 0]);
      const places = step === undefined ? undefined : pixelPlaces(graph, keyHeight, keyWidth, step);
      const length = Math.ceil(Math.max(PART_ELEMENTS / candidates, pixels / MOST_PARTS));
      const parts = Array.from({ length: Math.ceil(pixels / length) }, (_, part) => {
        const own = slice(rows, 0, part * length, Math.min(pixels, (part + 1) * length));
        const products = matmul(own, columns);
        const likeness = softmax(graph, products);
        const found = matmul(likeness, table);
        if (places === undefined) return found;
        return concat([found, gather(places, indexOfMaximum(products), 0), maximumOver(likeness, 1)], 1);
      });
      const whole = parts.length === 1 ? parts[0]! : concat(parts, 0);
      if (step === undefined) return imageOf(whole, h, w);
      const end = channels + MAXIMA_CHANNELS;
      const shifts = subtract(slice(whole, 1, channels, end - 1), pixelPlaces(graph, h, w, 1));
      return imageOf(concat([slice(whole, 1, 0, channels), shifts, slice(whole, 1, end - 1, end)], 1), h, w);
    },
  });
}

/** A row of channels for each pixel, as an image. */
function imageOf(rows: Value, height: number, width: number): Value {
  return reshape(transpose(rows, [1, 0]), [1, rows.dims[1]!, height, width]);
}

/** x and y of the middle of each of height x width cells that are `step` pixels long. */
function pixelPlaces(graph: Graph, height: number, width: number, step: number): Value {
  const data = Float32Array.from({ length: 2 * height * width }, (_, index) => {
    const cell = Math.floor(index / 2);
    return ((index % 2 === 0 ? cell % width : Math.floor(cell / width)) + 0.5) * step;
  });
  return graph.constant({ data, dims: [height * width, 2] });
}

/** Column of the largest element of each row. */
function indexOfMaximum(value: Value): Value {
  return value.graph.node({
    opType: 'ArgMax',
    inputs: [value],
    outputs: [{ dims: [value.dims[0]!], type: 'int64' }],
    attributes: { axis: 1, keepdims: 0 },
  })[0]!;
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
