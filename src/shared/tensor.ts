/** A dense float32 tensor in row-major (C) order. Images are NCHW: batch x channels x height x width. */
export interface Tensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** Name and shape of one learned parameter, by the name it has in the authors' published state_dict. */
export interface ParameterSpec {
  readonly name: string;
  readonly dims: readonly number[];
}

/** Number of elements of a shape; a 0-dimensional shape has one. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
