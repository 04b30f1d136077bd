import { describe, expect, it } from 'vitest';
import { OnnxRuntimeRuntime } from '../../src/main/inference/onnxruntime-runtime.ts';
import type { DeviceId } from '../../src/main/inference/runtime.ts';
import { arvo } from '../../src/networks/archs/arvo/arvo.ts';
import { cdvdTsp } from '../../src/networks/archs/cdvd-tsp/cdvd-tsp.ts';
import { pvdNet } from '../../src/networks/archs/pvdnet/pvdnet.ts';
import { networks } from '../../src/networks/catalogue.ts';
import type { Network, NetworkSize } from '../../src/networks/network.ts';
import { maxDifference } from '../support/arrays.ts';
import { isMissing } from '../support/test-tools.ts';
import { madeUpWeights, movingPattern } from '../unit/inference/support/made-up-weights.ts';
import { deblurClip } from './support/deblur-clip.ts';

const HEIGHT = 27;
const WIDTH = 38;

async function deblur<Size extends NetworkSize>(
  network: Network<Size>,
  size: Size,
  device: DeviceId,
  alignCorners: boolean,
  frames = 2,
): Promise<Float32Array[]> {
  const { restored } = await deblurClip(movingPattern(frames, HEIGHT, WIDTH), {
    ...{ network, size, stages: 1, device, height: HEIGHT, width: WIDTH },
    weights: { parameters: madeUpWeights(network, size), alignCorners },
  });
  return restored;
}

describe.skipIf(isMissing('swiftshader'))('WebGPU (swiftshader)', () => {
  it('is found, tried out and recognised for what it is', async () => {
    const report = await new OnnxRuntimeRuntime().device('webgpu');
    expect(report).toMatchObject({ device: 'webgpu', usable: true });
    if (report.software) expect(report.reason).toMatch(/running on the CPU/);
  });

  it.each(networks.map((network) => [network.title, network] as const))(
    'runs every node of the programs of %s itself',
    async (_, network) => {
      const size = network.paperSize;
      const parameters = madeUpWeights(network, size);
      for (const program of network.programs({ stages: network.stages.max, options: {} })) {
        const request = { size, height: 64, width: 80, alignCorners: true, lowering: 'webgpu' } as const;
        const model = network.buildModel({ ...request, program, parameters });
        const session = await new OnnxRuntimeRuntime().createSession(model, 'webgpu', {
          forbidCpuNodes: true,
        });
        await session.dispose();
      }
    },
  );

  for (const alignCorners of [true, false]) {
    it(`gives for CDVD-TSP what the CPU gives, align_corners ${alignCorners}`, async () => {
      const onCpu = await deblur(cdvdTsp, 'lite', 'cpu', alignCorners);
      const onWebGpu = await deblur(cdvdTsp, 'lite', 'webgpu', alignCorners);
      expect(onWebGpu.length).toBe(2);
      for (const [index, frame] of onWebGpu.entries()) {
        expect(maxDifference(frame, onCpu[index]!)).toBeLessThan(1e-3);
      }
    });
  }

  it('gives for ARVo what the CPU gives, where levels of the pyramid have odd sizes too', async () => {
    const onCpu = await deblur(arvo, 'lite', 'cpu', true);
    const onWebGpu = await deblur(arvo, 'lite', 'webgpu', true);
    for (const [index, frame] of onWebGpu.entries())
      expect(maxDifference(frame, onCpu[index]!)).toBeLessThan(1e-3);
  });

  it('gives for PVDNet what the CPU gives', async () => {
    const onCpu = await deblur(pvdNet, 'lite', 'cpu', true, 1);
    const onWebGpu = await deblur(pvdNet, 'lite', 'webgpu', true, 1);
    expect(onWebGpu.length).toBe(1);
    // A position close to a whole number may be truncated to either side, here and there.
    const differing = onWebGpu[0]!.filter((value, i) => Math.abs(value - onCpu[0]![i]!) > 1e-3).length;
    expect(differing / onWebGpu[0]!.length).toBeLessThan(0.02);
  });
});
