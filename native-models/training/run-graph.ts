/**
 * Runs an exported graph with ONNX Runtime, as an independent witness for `onnx_module.py`.
 *
 *   node run-graph.ts FOLDER '{"previous":[1,3,64,64],...}'
 *
 * FOLDER holds graph.onnx and NAME.in (raw float32) per input; NAME.out is written per output, and the
 * outputs' shapes are printed as JSON.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [folder, shapes] = process.argv.slice(2);
if (folder === undefined || shapes === undefined) throw new Error('usage: run-graph.ts FOLDER SHAPES');

const session = await InferenceSession.create(join(folder, 'graph.onnx'));
const inputs = Object.entries(JSON.parse(shapes) as Record<string, number[]>).map(([name, dims]) => {
  const bytes = readFileSync(join(folder, `${name}.in`));
  return [name, new Tensor('float32', new Float32Array(new Uint8Array(bytes).buffer), dims)] as const;
});
const outputs = await session.run(Object.fromEntries(inputs));
const described = Object.entries(outputs).map(([name, tensor]) => {
  const { data } = tensor;
  if (!(data instanceof Float32Array)) throw new Error(`output ${name} is not float32`);
  writeFileSync(join(folder, `${name}.out`), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return [name, [...tensor.dims]] as const;
});
process.stdout.write(JSON.stringify(Object.fromEntries(described)));
