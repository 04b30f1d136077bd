import { elementCount, type ParameterSpec } from '../../shared/tensor.ts';
import { elementTypeOf, type Attributes, type ConstantTensor, type ElementType } from './attributes.ts';

/**
 * Which execution provider's operators a graph is written for: any provider of standard ONNX, or WebGPU, which lacks
 * some operators and computes one case of `Conv` wrongly. A lowering changes how a network runs, never its result.
 */
export type Lowering = 'standard' | 'webgpu';

/** A tensor inside a graph under construction: a name, a static shape and an element type. */
export interface Value {
  readonly graph: Graph;
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: ElementType;
}

/** One operator application. `domain` is empty for standard ONNX and `OWN_DOMAIN` for our operators. */
export interface Node {
  readonly opType: string;
  readonly domain: string;
  readonly overload: string;
  readonly scope: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** The body of one of our own operators, in standard ONNX, for one overload (that is, one set of static shapes). */
export interface LocalFunction {
  readonly name: string;
  readonly overload: string;
  readonly attributeNames: readonly string[];
  readonly body: Graph;
}

export interface OutputSpec {
  readonly dims: readonly number[];
  readonly type?: ElementType;
}

export interface NodeSpec {
  readonly opType: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly OutputSpec[];
  readonly attributes?: Attributes;
  readonly domain?: string;
  readonly overload?: string;
}

/** Domain of the operators that Acutance defines itself. */
export const OWN_DOMAIN = 'acutance';

/**
 * A shape that does not fit, found while the graph is being built: the message names the operator, the scope
 * (the published module path) and the shapes concerned. It is a defect of an architecture, never of user input.
 */
export class ShapeError extends Error {
  constructor(
    opType: string,
    scope: string,
    problem: string,
    shapes: Readonly<Record<string, readonly number[]>>,
  ) {
    const listed = Object.entries(shapes).map(([name, dims]) => `${name} ${shapeText(dims)}`);
    super(`${opType} in ${scope === '' ? 'the top scope' : scope}: ${problem}; ${listed.join(', ')}`);
    this.name = 'ShapeError';
  }
}

/** `[1, 3, 64, 96]` as people write shapes. */
export function shapeText(dims: readonly number[]): string {
  return `[${dims.join(', ')}]`;
}

/**
 * An ONNX graph under construction, with static shapes. Operators are functions from `Value`s to `Value`s (see
 * `../ops`); each computes its output shape at once, so that a mistake is reported on the line that makes it.
 */
export class Graph {
  readonly name: string;
  readonly lowering: Lowering;
  readonly nodes: Node[] = [];
  readonly inputs: Value[] = [];
  readonly outputs: { readonly name: string; readonly value: Value }[] = [];
  readonly #parameters = new Map<string, Value>();
  readonly #functions = new Map<string, LocalFunction>();
  readonly #constants = new Map<string, Value>();
  readonly #values = new Map<string, Value>();
  #scope = '';
  #counter = 0;

  constructor(name: string, lowering: Lowering = 'standard') {
    this.name = name;
    this.lowering = lowering;
  }

  /** The current scope, such as `recons_net.inBlock.1`: parameter names begin with it. */
  get scope(): string {
    return this.#scope;
  }

  get functions(): readonly LocalFunction[] {
    return [...this.#functions.values()];
  }

  /** The shape of every value that a node of this graph computes, by its name. */
  shapes(): ReadonlyMap<string, readonly number[]> {
    return new Map([...this.#values].map(([name, { dims }]) => [name, dims]));
  }

  /** Names and shapes of all learned parameters in order of first use. */
  get parameters(): readonly ParameterSpec[] {
    return [...this.#parameters.values()].map(({ name, dims }) => ({ name, dims }));
  }

  /** Runs `build` with `name` (dots allowed) appended to the scope. */
  within<T>(name: string, build: () => T): T {
    const outer = this.#scope;
    this.#scope = outer === '' ? name : `${outer}.${name}`;
    try {
      return build();
    } finally {
      this.#scope = outer;
    }
  }

  input(name: string, dims: readonly number[], type: ElementType = 'float32'): Value {
    const value: Value = { graph: this, name, dims, type };
    this.inputs.push(value);
    return value;
  }

  output(name: string, value: Value): void {
    this.outputs.push({ name, value });
  }

  /** A learned parameter, named scope + name; asking again for the same name gives the same value. */
  parameter(name: string, dims: readonly number[]): Value {
    const fullName = this.#scope === '' ? name : `${this.#scope}.${name}`;
    const known = this.#parameters.get(fullName);
    if (known !== undefined) {
      if (elementCount(known.dims) !== elementCount(dims) || known.dims.join() !== dims.join())
        throw new ShapeError('parameter', fullName, 'used with two shapes', { first: known.dims, now: dims });
      return known;
    }
    const value: Value = { graph: this, name: fullName, dims, type: 'float32' };
    this.#parameters.set(fullName, value);
    return value;
  }

  /** A constant; equal small constants share one node. */
  constant(tensor: ConstantTensor): Value {
    const type = elementTypeOf(tensor.data);
    const key =
      tensor.data.length <= 16 ? `${type}${shapeText(tensor.dims)}${tensor.data.join()}` : undefined;
    const known = key === undefined ? undefined : this.#constants.get(key);
    if (known !== undefined) return known;
    const [value] = this.node({
      opType: 'Constant',
      inputs: [],
      outputs: [{ dims: tensor.dims, type }],
      attributes: { value: tensor },
    });
    if (key !== undefined) this.#constants.set(key, value!);
    return value!;
  }

  /** 64-bit integers as a 1-D constant: the form in which ONNX takes shapes, axes, starts and ends. */
  integers(values: readonly number[]): Value {
    return this.constant({ data: BigInt64Array.from(values, BigInt), dims: [values.length] });
  }

  /** A float32 scalar constant. */
  scalar(value: number): Value {
    return this.constant({ data: Float32Array.of(value), dims: [] });
  }

  /** Adds a node; shapes of the outputs are the caller's, who has checked the inputs. */
  node(spec: NodeSpec): Value[] {
    for (const input of spec.inputs) {
      if (input.graph !== this)
        throw new Error(`${spec.opType} in ${this.#scope}: ${input.name} is of another graph`);
    }
    const outputs = spec.outputs.map(({ dims, type = 'float32' }): Value => ({
      graph: this,
      name: this.#freshName(spec.opType),
      dims,
      type,
    }));
    for (const value of outputs) this.#values.set(value.name, value);
    this.nodes.push({
      opType: spec.opType,
      domain: spec.domain ?? '',
      overload: spec.overload ?? '',
      scope: this.#scope,
      inputs: spec.inputs.map(({ name }) => name),
      outputs: outputs.map(({ name }) => name),
      attributes: spec.attributes ?? {},
    });
    return outputs;
  }

  /**
   * Applies one of our own operators. `body` writes what it computes in standard ONNX, once per distinct
   * (name, input shapes, attributes): a session with a fused kernel runs that, any other inlines the body.
   */
  ownOperator(spec: {
    readonly name: string;
    readonly inputs: readonly Value[];
    readonly attributes?: Attributes;
    readonly body: (body: Graph, inputs: readonly Value[]) => Value;
  }): Value {
    const attributes = spec.attributes ?? {};
    const overload = [
      this.lowering,
      ...spec.inputs.map(({ dims }) => dims.join('x')),
      ...Object.entries(attributes).map(([name, value]) => `${name}=${JSON.stringify(value)}`),
    ].join('_');
    const key = `${spec.name}:${overload}`;
    let local = this.#functions.get(key);
    if (local === undefined) {
      const body = new Graph(spec.name, this.lowering);
      const result = spec.body(
        body,
        spec.inputs.map(({ dims, type }, index) => body.input(`input${index}`, dims, type)),
      );
      body.output('output', result);
      local = { name: spec.name, overload, attributeNames: Object.keys(attributes), body };
      this.#functions.set(key, local);
    }
    const [output] = this.node({
      opType: spec.name,
      inputs: spec.inputs,
      outputs: local.body.outputs.map(({ value }) => ({ dims: value.dims, type: value.type })),
      attributes,
      domain: OWN_DOMAIN,
      overload,
    });
    return output!;
  }

  #freshName(opType: string): string {
    this.#counter += 1;
    return `${this.#scope === '' ? '' : `${this.#scope}/`}${opType}_${this.#counter}`;
  }
}
