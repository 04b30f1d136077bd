import { ShapeError, type Value } from '../graph/graph.ts';
import { ELEMENT_TYPES, type ElementType } from '../graph/attributes.ts';

/** NumPy broadcasting of two shapes; a mismatch names operator, scope and both shapes. */
function broadcast(opType: string, first: Value, second: Value): number[] {
  const rank = Math.max(first.dims.length, second.dims.length);
  return Array.from({ length: rank }, (_, axis) => {
    const a = first.dims[axis - rank + first.dims.length] ?? 1;
    const b = second.dims[axis - rank + second.dims.length] ?? 1;
    if (a !== b && a !== 1 && b !== 1)
      throw new ShapeError(opType, first.graph.scope, `axis ${axis} does not broadcast`, {
        first: first.dims,
        second: second.dims,
      });
    return Math.max(a, b);
  });
}

function binary(opType: string, first: Value, second: Value | number, type?: ElementType): Value {
  const right = typeof second === 'number' ? first.graph.scalar(second) : second;
  const dims = broadcast(opType, first, right);
  return first.graph.node({
    opType,
    inputs: [first, right],
    outputs: [{ dims, type: type ?? first.type }],
  })[0]!;
}

function unary(opType: string, value: Value, attributes = {}): Value {
  return value.graph.node({
    opType,
    inputs: [value],
    outputs: [{ dims: value.dims, type: value.type }],
    attributes,
  })[0]!;
}

export const add = (first: Value, second: Value | number): Value => binary('Add', first, second);
export const subtract = (first: Value, second: Value | number): Value => binary('Sub', first, second);
export const multiply = (first: Value, second: Value | number): Value => binary('Mul', first, second);
/** Element-wise minimum and maximum; with a number, a clamp from above or below. */
export const minimum = (first: Value, second: Value | number): Value => binary('Min', first, second);
export const maximum = (first: Value, second: Value | number): Value => binary('Max', first, second);
/** 1 where first >= second, else 0, as float32. */
export const atLeast = (first: Value, second: number): Value =>
  cast(binary('GreaterOrEqual', first, second, 'bool'), 'float32');
/** 1 where first > second, else 0, as float32. */
export const above = (first: Value, second: number): Value =>
  cast(binary('Greater', first, second, 'bool'), 'float32');

/** `whereTrue` where first > second, else `whereFalse`; shapes broadcast. */
export function selectAbove(first: Value, second: number, whereTrue: Value, whereFalse: Value): Value {
  const condition = binary('Greater', first, second, 'bool');
  const dims = broadcast('Where', whereTrue, whereFalse);
  if (condition.dims.join() !== dims.join())
    throw new ShapeError('Where', first.graph.scope, 'the condition has another shape than the choices', {
      condition: condition.dims,
      choices: dims,
    });
  return first.graph.node({
    opType: 'Where',
    inputs: [condition, whereTrue, whereFalse],
    outputs: [{ dims }],
  })[0]!;
}

export const relu = (value: Value): Value => unary('Relu', value);
export const leakyRelu = (value: Value, slope: number): Value =>
  unary('LeakyRelu', value, { alpha: { float: slope } });
export const sigmoid = (value: Value): Value => unary('Sigmoid', value);
export const floor = (value: Value): Value => unary('Floor', value);
export const squareRoot = (value: Value): Value => unary('Sqrt', value);
export const exponential = (value: Value): Value => unary('Exp', value);
export const negate = (value: Value): Value => unary('Neg', value);
export const divide = (first: Value, second: Value): Value => binary('Div', first, second);

export function cast(value: Value, type: ElementType): Value {
  return value.graph.node({
    opType: 'Cast',
    inputs: [value],
    outputs: [{ dims: value.dims, type }],
    attributes: { to: ELEMENT_TYPES[type] },
  })[0]!;
}
