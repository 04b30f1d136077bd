import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Graph } from '../../src/networks/graph/graph.ts';
import { serialise, type ParameterSource } from '../../src/networks/graph/serialise.ts';
import type { Tensor } from '../../src/shared/tensor.ts';

const noParameters: ParameterSource = (name) => {
  throw new Error(`the graph asks for parameter ${name}`);
};

/** Runs a graph with ONNX Runtime's CPU provider, the reference executor of these tests. */
export async function runGraph(
  graph: Graph,
  feeds: Readonly<Record<string, Tensor>>,
  parameters: ParameterSource = noParameters,
): Promise<Record<string, Tensor>> {
  return runModel(serialise(graph, parameters), feeds);
}

export async function runModel(
  model: Uint8Array,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Record<string, Tensor>> {
  const session = await InferenceSession.create(model, { logSeverityLevel: 3 });
  const tensors = Object.entries(feeds).map(
    ([name, { data, dims }]) => [name, new OrtTensor('float32', data, dims)] as const,
  );
  const results = await session.run(Object.fromEntries(tensors));
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, { data, dims }]) => [name, { data: data as Float32Array, dims }]),
  );
}
