import { describe, expect, it } from 'vitest';
import { createDeblurrer } from '../../src/main/inference/deblurrer.ts';
import { LookRecorder } from '../../src/main/inference/looks/look-recorder.ts';
import { OnnxRuntimeRuntime } from '../../src/main/inference/onnxruntime-runtime.ts';
import type { DeviceId } from '../../src/main/inference/runtime.ts';
import { networks } from '../../src/networks/catalogue.ts';
import type { Network } from '../../src/networks/network.ts';
import { maxDifference } from '../support/arrays.ts';
import { isMissing } from '../support/test-tools.ts';
import { madeUpWeights, movingPattern } from '../unit/inference/support/made-up-weights.ts';

const HEIGHT = 40;
const WIDTH = 56;

/** Everything that a network shows of the middle one of three frames. */
async function seenOn(device: DeviceId, network: Network) {
  const looks = network.looks ?? [];
  const stages = network.stages.max;
  const weights = { parameters: madeUpWeights(network, 'lite'), alignCorners: true };
  const shape = { height: HEIGHT, width: WIDTH, size: 'lite' } as const;
  const runtime = new OnnxRuntimeRuntime();
  const deblurrer = await createDeblurrer({ runtime, network, stages, weights, device, looks, ...shape });
  const recorder = new LookRecorder(looks, stages, 1);
  try {
    async function* frames() {
      for (const frame of movingPattern(3, HEIGHT, WIDTH)) {
        await Promise.resolve();
        yield frame;
      }
    }
    const results = deblurrer.process(frames(), { onRun: recorder.record.bind(recorder) });
    while ((await results.next()).done !== true);
  } finally {
    await deblurrer.dispose();
  }
  return recorder.result();
}

describe.skipIf(isMissing('swiftshader'))('looks on WebGPU (swiftshader)', () => {
  it.each(networks.map((network) => [network.title, network] as const))(
    'of %s are what they are on the CPU',
    async (_title, network) => {
      const onCpu = await seenOn('cpu', network);
      const onWebGpu = await seenOn('webgpu', network);
      expect(onWebGpu.map(({ name }) => name)).toEqual(network.looks?.map(({ name }) => name));
      for (const [look, { name, parts }] of onWebGpu.entries()) {
        expect(parts.length).toBeGreaterThan(0);
        for (const [index, { label, tensor }] of parts.entries()) {
          const expected = onCpu[look]!.parts[index]!;
          expect([label, tensor.dims]).toEqual([expected.label, expected.tensor.dims]);
          const values = expected.tensor.data;
          const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
          expect([name, maxDifference(tensor.data, values) / largest < 2e-3]).toEqual([name, true]);
        }
      }
    },
  );
});
