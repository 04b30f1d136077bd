import { OnnxRuntimeRuntime } from '../../../src/main/inference/onnxruntime-runtime.ts';
import { Graph } from '../../../src/networks/graph/graph.ts';
import { serialise } from '../../../src/networks/graph/serialise.ts';
import { matmul } from '../../../src/networks/ops/shaping.ts';

/** Edges of the matrices. */
const EDGES = [1024, 2048];
const ROUNDS = 12;

/**
 * The most floating-point operations per second that ONNX Runtime reaches here in a product of two float32 matrices, of
 * which one is constant as a network's weights are, on as many threads as networks run on.
 */
export class MatrixMultiplyPeak {
  #best = 0;

  /** Tries again; the best of all tries so far, since the machine may have been busy. */
  async measure(): Promise<number> {
    for (const edge of EDGES) this.#best = Math.max(this.#best, await quickest(edge));
    return this.#best;
  }
}

async function quickest(edge: number): Promise<number> {
  const dims = [edge, edge];
  const filled = () => ({ data: new Float32Array(edge ** 2).fill(0.5), dims });
  const graph = new Graph('product');
  graph.output('product', matmul(graph.input('left', dims), graph.parameter('right', dims)));
  const model = serialise(graph, () => filled().data);
  const session = await new OnnxRuntimeRuntime().createSession(model, 'cpu', { keepMemory: true });
  const [left, product] = [filled(), filled()];
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await session.run({ left }, { outputs: { product } });
    best = Math.max(best, (2000 * edge ** 3) / (performance.now() - start));
  }
  await session.dispose();
  return best;
}
