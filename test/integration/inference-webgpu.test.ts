import { describe, expect, it } from 'vitest';
import { createDeblurrer } from '../../src/main/inference/deblurrer.ts';
import { OnnxRuntimeRuntime } from '../../src/main/inference/onnxruntime-runtime.ts';
import type { DeviceId } from '../../src/main/inference/runtime.ts';
import { cdvdTsp } from '../../src/networks/archs/cdvd-tsp/cdvd-tsp.ts';
import { maxDifference } from '../support/arrays.ts';
import { isMissing } from '../support/test-tools.ts';
import { madeUpWeights, movingPattern } from '../unit/inference/support/made-up-weights.ts';

const HEIGHT = 27;
const WIDTH = 38;

async function deblur(device: DeviceId, alignCorners: boolean): Promise<Float32Array[]> {
  const deblurrer = await createDeblurrer({
    runtime: new OnnxRuntimeRuntime(),
    network: cdvdTsp,
    size: 'lite',
    stages: 1,
    weights: { parameters: madeUpWeights(cdvdTsp, 'lite'), alignCorners },
    device,
    height: HEIGHT,
    width: WIDTH,
  });
  async function* source() {
    for (const frame of movingPattern(2, HEIGHT, WIDTH)) {
      await Promise.resolve();
      yield frame;
    }
  }
  const restored: Float32Array[] = [];
  for await (const frame of deblurrer.process(source())) restored.push(frame);
  await deblurrer.dispose();
  return restored;
}

describe.skipIf(isMissing('swiftshader'))('WebGPU (swiftshader)', () => {
  it('is found, tried out and recognised for what it is', async () => {
    const report = await new OnnxRuntimeRuntime().device('webgpu');
    expect(report).toMatchObject({ device: 'webgpu', usable: true });
    if (report.software) expect(report.reason).toMatch(/running on the CPU/);
  });

  it('runs every node of the programs itself', async () => {
    const parameters = madeUpWeights(cdvdTsp, 'paper');
    for (const program of ['features', 'flow', 'align', 'reconstruct'] as const) {
      const request = {
        size: 'paper',
        height: 64,
        width: 72,
        alignCorners: true,
        lowering: 'webgpu',
      } as const;
      const model = cdvdTsp.buildModel({ ...request, program, parameters });
      const session = await new OnnxRuntimeRuntime().createSession(model, 'webgpu', { forbidCpuNodes: true });
      await session.dispose();
    }
  });

  for (const alignCorners of [true, false]) {
    it(`gives for CDVD-TSP what the CPU gives, align_corners ${alignCorners}`, async () => {
      const onCpu = await deblur('cpu', alignCorners);
      const onWebGpu = await deblur('webgpu', alignCorners);
      expect(onWebGpu.length).toBe(2);
      for (const [index, frame] of onWebGpu.entries()) {
        expect(maxDifference(frame, onCpu[index]!)).toBeLessThan(1e-3);
      }
    });
  }
});
