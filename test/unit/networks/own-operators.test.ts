import { describe, expect, it } from 'vitest';
import { Graph, type Lowering } from '../../../src/networks/graph/graph.ts';
import { multiply } from '../../../src/networks/ops/elementwise.ts';
import { correlation } from '../../../src/networks/ops/own/correlation.ts';
import { sharpnessPrior } from '../../../src/networks/ops/own/sharpness-prior.ts';
import { validityMask } from '../../../src/networks/ops/own/validity-mask.ts';
import { warp } from '../../../src/networks/ops/own/warp.ts';
import { slice } from '../../../src/networks/ops/shaping.ts';
import type { Tensor } from '../../../src/shared/tensor.ts';
import { loadFixture, maxDifference } from '../../support/arrays.ts';
import { runGraph } from '../../support/run-graph.ts';

const TOLERANCE = 1e-5;
const unit = (name: string) => loadFixture(`parity/cdvd_tsp/units/${name}.npy`);
const lowerings: Lowering[] = ['standard', 'webgpu'];

/** The definition, written out: mean over channels of first(y, x) * second(y + dy, x + dx), zeros outside. */
function plainCorrelation(first: Tensor, second: Tensor): Float32Array {
  const [, c, h, w] = first.dims as [number, number, number, number];
  const at = ({ data }: Tensor, k: number, y: number, x: number) =>
    y < 0 || y >= h || x < 0 || x >= w ? 0 : data[(k * h + y) * w + x]!;
  const result = new Float32Array(81 * h * w);
  for (let channel = 0; channel < 81; channel += 1) {
    const [dy, dx] = [Math.floor(channel / 9) - 4, (channel % 9) - 4];
    for (let pixel = 0; pixel < h * w; pixel += 1) {
      const [y, x] = [Math.floor(pixel / w), pixel % w];
      let sum = 0;
      for (let k = 0; k < c; k += 1) sum += at(first, k, y, x) * at(second, k, y + dy, x + dx);
      result[channel * h * w + pixel] = sum / c;
    }
  }
  return result;
}

async function correlate(first: Tensor, second: Tensor): Promise<Float32Array> {
  const graph = new Graph('test');
  graph.output(
    'volume',
    correlation(graph.input('first', first.dims), graph.input('second', second.dims), 4),
  );
  return (await runGraph(graph, { first, second }))['volume']!.data;
}

describe('local correlation', () => {
  it('equals the published operation', async () => {
    const volume = await correlate(unit('correlation_first'), unit('correlation_second'));
    expect(maxDifference(volume, unit('correlation_expected').data)).toBeLessThan(TOLERANCE);
  });

  it.each([
    [1, 1],
    [1, 17],
    [3, 5],
    [9, 16],
    [5, 33],
    [20, 2],
  ])('equals the plain formula on %i x %i features', async (h, w) => {
    const feature = (phase: number): Tensor => ({
      data: Float32Array.from({ length: 6 * h * w }, (_, i) => Math.sin(i * 1.7 + phase)),
      dims: [1, 6, h, w],
    });
    const [first, second] = [feature(0), feature(2)];
    expect(maxDifference(await correlate(first, second), plainCorrelation(first, second))).toBeLessThan(
      TOLERANCE,
    );
  });
});

describe.each(lowerings)('warping through the %s body', (lowering) => {
  it.each([
    ['true', true],
    ['false', false],
  ])('equals the published frame warp and mask, align_corners %s', async (name, alignCorners) => {
    const graph = new Graph('test', lowering);
    const [image, flow] = [unit('warp_input'), unit('warp_flow')];
    const flowIn = graph.input('flow', flow.dims);
    const mask = validityMask(flowIn, { alignCorners, keepsThreshold: true });
    const warped = warp(graph.input('image', image.dims), flowIn, { alignCorners, padding: 'border' });
    graph.output('mask', mask);
    graph.output('warped', multiply(warped, mask));
    const result = await runGraph(graph, { image, flow });
    const expectedMask = unit(`warp_align_${name}_mask`).data.subarray(0, result['mask']!.data.length);
    expect(maxDifference(result['mask']!.data, expectedMask)).toBe(0);
    expect(maxDifference(result['warped']!.data, unit(`warp_align_${name}_expected`).data)).toBeLessThan(
      TOLERANCE,
    );
  });

  it.each([
    ['true', true],
    ['false', false],
  ])('equals the published feature warp, align_corners %s', async (name, alignCorners) => {
    const graph = new Graph('test', lowering);
    const [image, flow] = [unit('warp_input'), unit('warp_flow')];
    const flowIn = graph.input('flow', flow.dims);
    const warped = warp(graph.input('image', image.dims), flowIn, { alignCorners, padding: 'zeros' });
    graph.output('warped', multiply(warped, validityMask(flowIn, { alignCorners, keepsThreshold: false })));
    const result = await runGraph(graph, { image, flow });
    expect(maxDifference(result['warped']!.data, unit(`backward_align_${name}_expected`).data)).toBeLessThan(
      TOLERANCE,
    );
  });

  it('is the identity for zero flow with align_corners true', async () => {
    const graph = new Graph('test', lowering);
    const image = unit('warp_input');
    const flow: Tensor = { data: new Float32Array(2 * 12 * 14), dims: [1, 2, 12, 14] };
    const warped = warp(graph.input('image', image.dims), graph.input('flow', flow.dims), {
      alignCorners: true,
      padding: 'border',
    });
    graph.output('warped', warped);
    const result = await runGraph(graph, { image, flow });
    expect(maxDifference(result['warped']!.data, image.data)).toBeLessThan(2e-6);
  });

  it('reads zeros, or the border, outside the frame', async () => {
    const image: Tensor = { data: new Float32Array(12).fill(1), dims: [1, 1, 3, 4] };
    const flow: Tensor = { data: new Float32Array(24).fill(-9), dims: [1, 2, 3, 4] };
    for (const [padding, value] of [
      ['zeros', 0],
      ['border', 1],
    ] as const) {
      const graph = new Graph('test', lowering);
      const warped = warp(graph.input('image', image.dims), graph.input('flow', flow.dims), {
        alignCorners: true,
        padding,
      });
      graph.output('warped', warped);
      const result = await runGraph(graph, { image, flow });
      expect([...result['warped']!.data]).toEqual(new Array(12).fill(value));
    }
  });
});

describe('the sharpness prior', () => {
  it('equals the published operation', async () => {
    const [frames, masks] = [unit('prior_frames'), unit('prior_masks')];
    const graph = new Graph('test');
    const stack = graph.input('frames', frames.dims);
    const maskStack = graph.input('masks', masks.dims);
    const prior = sharpnessPrior({
      previous: slice(stack, 0, 0, 1),
      middle: slice(stack, 0, 1, 2),
      next: slice(stack, 0, 2, 3),
      masks: {
        previous: slice(slice(maskStack, 0, 0, 1), 1, 0, 1),
        next: slice(slice(maskStack, 0, 1, 2), 1, 0, 1),
      },
      divisor: 2,
    });
    graph.output('prior', prior);
    const result = await runGraph(graph, { frames, masks });
    expect(maxDifference(result['prior']!.data, unit('prior_expected').data)).toBeLessThan(TOLERANCE);
  });
});
