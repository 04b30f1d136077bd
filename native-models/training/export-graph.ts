/**
 * Writes the training graph of a network: the very graph builder that the application runs, with a batch axis.
 *
 *   node native-models/training/export-graph.ts --network cdvd-tsp --size lite --batch 8 --height 128 --width 128 \
 *     --output stage.onnx
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildTrainingStage } from '../../src/networks/archs/cdvd-tsp/cdvd-tsp.ts';
import { serialise } from '../../src/networks/graph/serialise.ts';
import { elementCount } from '../../src/shared/tensor.ts';

const { values } = parseArgs({
  options: {
    network: { type: 'string', default: 'cdvd-tsp' },
    size: { type: 'string', default: 'lite' },
    batch: { type: 'string', default: '1' },
    height: { type: 'string', default: '128' },
    width: { type: 'string', default: '128' },
    output: { type: 'string', default: 'stage.onnx' },
  },
});
if (values.network !== 'cdvd-tsp') throw new Error(`no training graph for network ${values.network}`);
if (values.size !== 'lite' && values.size !== 'paper')
  throw new Error(`--size must be lite or paper, got ${values.size}`);

const graph = buildTrainingStage({
  program: 'reconstruct',
  size: values.size,
  batch: Number(values.batch),
  height: Number(values.height),
  width: Number(values.width),
  alignCorners: true,
  lowering: 'standard',
});
// The trainer fills the parameters; their names and shapes are what it needs.
writeFileSync(
  values.output,
  serialise(graph, (_, dims) => new Float32Array(elementCount(dims))),
);
