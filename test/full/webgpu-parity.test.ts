import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createDeblurrer } from '../../src/main/inference/deblurrer.ts';
import { OnnxRuntimeRuntime } from '../../src/main/inference/onnxruntime-runtime.ts';
import { cdvdTsp } from '../../src/networks/archs/cdvd-tsp/cdvd-tsp.ts';
import { fillState, type FillState } from '../fixtures/fill.ts';
import { batchItem, loadFixture, maxDifference } from '../support/arrays.ts';
import { isMissing } from '../support/test-tools.ts';

const MINUTE = 60_000;

/** On a software adapter this takes minutes; on a graphics card, a second. */
describe.skipIf(isMissing('swiftshader'))(
  'the published outputs through the WebGPU bodies (swiftshader)',
  () => {
    const state = JSON.parse(
      readFileSync(new URL('../fixtures/parity/cdvd_tsp/state.json', import.meta.url), 'utf8'),
    ) as FillState;
    const published = fillState(state);

    it.each([
      ['true', true],
      ['false', false],
    ])(
      'a stage of size paper, align_corners %s',
      async (name, alignCorners) => {
        const input = loadFixture('parity/cdvd_tsp/72x104/input.npy');
        const prefix = name === 'true' ? 'align_corners_true_' : '';
        const expected = loadFixture(`parity/cdvd_tsp/72x104/${prefix}recons_1.npy`);
        const deblurrer = await createDeblurrer({
          runtime: new OnnxRuntimeRuntime(),
          network: cdvdTsp,
          size: 'paper',
          stages: 1,
          weights: { parameters: (parameter) => published.get(parameter)!, alignCorners },
          device: 'webgpu',
          height: 72,
          width: 104,
        });
        async function* frames() {
          for (const index of [0, 1, 2]) {
            await Promise.resolve();
            yield batchItem(input, index).data;
          }
        }
        const restored: Float32Array[] = [];
        for await (const frame of deblurrer.process(frames())) restored.push(frame);
        await deblurrer.dispose();
        expect(maxDifference(restored[1]!, expected.data)).toBeLessThan(1e-3);
      },
      10 * MINUTE,
    );
  },
);
