import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createDeblurrer, type DeblurrerOptions } from '../../src/main/inference/deblurrer.ts';
import { OnnxRuntimeRuntime } from '../../src/main/inference/onnxruntime-runtime.ts';
import { cdvdTsp } from '../../src/networks/archs/cdvd-tsp/cdvd-tsp.ts';
import { erdn } from '../../src/networks/archs/erdn/erdn.ts';
import { pvdNet } from '../../src/networks/archs/pvdnet/pvdnet.ts';
import { lazyFill, type FillState } from '../fixtures/fill.ts';
import { batchItem, loadFixture, maxDifference } from '../support/arrays.ts';
import { isMissing } from '../support/test-tools.ts';

const MINUTE = 60_000;
const TOLERANCE = 1e-3;

function publishedWeights(folder: string): (name: string) => Float32Array {
  const url = new URL(`../fixtures/parity/${folder}/state.json`, import.meta.url);
  return lazyFill(JSON.parse(readFileSync(url, 'utf8')) as FillState);
}

/** The first `count` results of a clip of 104 x 72 pixels. */
async function deblur(
  clip: readonly Float32Array[],
  count: number,
  options: Pick<DeblurrerOptions, 'network' | 'size' | 'weights'>,
): Promise<Float32Array[]> {
  const deblurrer = await createDeblurrer({
    ...{ runtime: new OnnxRuntimeRuntime(), stages: 1, device: 'webgpu', height: 72, width: 104 },
    ...options,
  });
  async function* frames() {
    for (const frame of clip) {
      await Promise.resolve();
      yield frame;
    }
  }
  const restored: Float32Array[] = [];
  try {
    for await (const frame of deblurrer.process(frames())) {
      restored.push(frame);
      if (restored.length === count) break;
    }
  } finally {
    await deblurrer.dispose();
  }
  return restored;
}

/** On a software adapter this takes minutes; on a graphics card, a second. */
describe.skipIf(isMissing('swiftshader'))(
  'the published outputs through the WebGPU bodies (swiftshader)',
  () => {
    it.each([
      ['true', true],
      ['false', false],
    ])(
      'a stage of CDVD-TSP, align_corners %s',
      async (name, alignCorners) => {
        const input = loadFixture('parity/cdvd_tsp/72x104/input.npy');
        const prefix = name === 'true' ? 'align_corners_true_' : '';
        const expected = loadFixture(`parity/cdvd_tsp/72x104/${prefix}recons_1.npy`);
        const clip = [0, 1, 2].map((index) => batchItem(input, index).data);
        const weights = { parameters: publishedWeights('cdvd_tsp'), alignCorners };
        const restored = await deblur(clip, 2, { network: cdvdTsp, size: 'paper', weights });
        expect(maxDifference(restored[1]!, expected.data)).toBeLessThan(TOLERANCE);
      },
      10 * MINUTE,
    );

    it(
      'a clip of PVDNet, medium',
      async () => {
        const input = loadFixture('parity/pvdnet/seq_72x104/input.npy');
        const expected = loadFixture('parity/pvdnet/seq_72x104/expected.npy');
        const clip = [0, 1, 2, 3].map((index) =>
          batchItem(input, index).data.map((value) => (value + 1) / 2),
        );
        const weights = { parameters: publishedWeights('pvdnet'), alignCorners: true };
        const restored = await deblur(clip, 4, { network: pvdNet, size: 'medium', weights });
        const differences = restored.map((frame, index) =>
          maxDifference(
            frame.map((value) => 2 * value - 1),
            batchItem(expected, index).data,
          ),
        );
        expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
      },
      20 * MINUTE,
    );

    it(
      'the first stage of ERDN',
      async () => {
        const input = loadFixture('parity/erdn/single_72x104/input.npy');
        const expected = loadFixture('parity/erdn/single_72x104/expected.npy');
        const clip = [0, 1, 2].map((index) => batchItem(input, index).data);
        const weights = { parameters: publishedWeights('erdn'), alignCorners: true };
        const restored = await deblur(clip, 2, { network: erdn, size: 'paper', weights });
        expect(maxDifference(restored[1]!, expected.data)).toBeLessThan(TOLERANCE);
      },
      30 * MINUTE,
    );
  },
);
