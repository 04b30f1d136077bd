import { describe, expect, it } from 'vitest';
import { Graph, type Lowering } from '../../../src/networks/graph/graph.ts';
import { multiply } from '../../../src/networks/ops/elementwise.ts';
import { correlation } from '../../../src/networks/ops/own/correlation.ts';
import { pixelVolume } from '../../../src/networks/ops/own/pixel-volume.ts';
import { warp } from '../../../src/networks/ops/own/warp.ts';
import { everySecondPixel, sumOver } from '../../../src/networks/ops/shaping.ts';
import type { Tensor } from '../../../src/shared/tensor.ts';
import { mulberry32 } from '../../fixtures/fill.ts';
import { loadFixture, maxDifference } from '../../support/arrays.ts';
import { runGraph } from '../../support/run-graph.ts';

const TOLERANCE = 1e-5;
const lowerings: Lowering[] = ['standard', 'webgpu'];
const unit = (name: string) => loadFixture(`parity/pvdnet/units/${name}.npy`);

async function volumeOf(lowering: Lowering, previous: Tensor, current: Tensor, flow: Tensor) {
  const graph = new Graph('test', lowering);
  const inputs = { previous, current, flow };
  const [a, b, f] = Object.entries(inputs).map(([name, { dims }]) => graph.input(name, dims));
  graph.output('volume', pixelVolume(a!, b!, f!));
  return (await runGraph(graph, inputs))['volume']!.data;
}

/** The definition, written out pixel by pixel. */
function plainVolume(previous: Tensor, current: Tensor, flow: Tensor): Float32Array {
  const [, , h, w] = flow.dims as [number, number, number, number];
  const result = new Float32Array(25 * h * w);
  for (let channel = 0; channel < 25; channel++) {
    const [i, j] = [Math.floor(channel / 5) - 2, (channel % 5) - 2];
    for (let pixel = 0; pixel < h * w; pixel++) {
      const [y, x] = [Math.floor(pixel / w), pixel % w];
      const [qy, qx] = [y - j, x - i];
      if (qy < 0 || qy >= h || qx < 0 || qx >= w) continue;
      const cx = Math.trunc(Math.fround(qx + flow.data[qy * w + qx]!)) + i;
      const cy = Math.trunc(Math.fround(qy + flow.data[h * w + qy * w + qx]!)) + j;
      const isRead = cx >= 1 && cx <= w - 2 && cy >= 1 && cy <= h - 2;
      result[channel * h * w + pixel] = isRead ? previous.data[cy * w + cx]! : current.data[pixel]!;
    }
  }
  return result;
}

describe.each(lowerings)('the pixel volume through the %s body', (lowering) => {
  it('equals the published operation', async () => {
    const file = (name: string) => loadFixture(`parity/pvdnet/pixel_volume_20x28/${name}.npy`);
    const [previous, current, flow] = [file('previous'), file('current'), file('flow')];
    const graph = new Graph('test', lowering);
    const weights = graph.constant({ data: Float32Array.of(0.2989, 0.587, 0.114), dims: [1, 3, 1, 1] });
    const gray = (name: string, { dims }: Tensor) => sumOver(multiply(graph.input(name, dims), weights), 1);
    const volume = pixelVolume(
      gray('previous', previous),
      gray('current', current),
      graph.input('flow', flow.dims),
    );
    graph.output('volume', volume);
    const result = await runGraph(graph, { previous, current, flow });
    expect(maxDifference(result['volume']!.data, file('expected').data)).toBeLessThan(TOLERANCE);
  });

  it.each([
    [1, 1],
    [2, 9],
    [3, 3],
    [5, 1],
    [7, 16],
  ])('equals the plain formula on %i x %i pixels, wherever the flow points', async (h, w) => {
    const random = mulberry32(h * 100 + w);
    const values = (count: number, scale: number) =>
      Float32Array.from({ length: count }, () => (random() / 2 ** 31 - 1) * scale);
    const previous = { data: values(h * w, 1), dims: [1, 1, h, w] };
    const current = { data: values(h * w, 1), dims: [1, 1, h, w] };
    for (const scale of [0, 0.9, 3, 20, 1e9]) {
      const flow = { data: values(2 * h * w, scale), dims: [1, 2, h, w] };
      const volume = await volumeOf(lowering, previous, current, flow);
      expect(maxDifference(volume, plainVolume(previous, current, flow))).toBe(0);
    }
  });

  it('truncates towards zero, also between -1 and 0', async () => {
    const [h, w] = [6, 6];
    const previous = { data: Float32Array.from({ length: 36 }, (_, i) => i), dims: [1, 1, h, w] };
    const current = { data: new Float32Array(36).fill(-1), dims: [1, 1, h, w] };
    // Pixel (1, 1) points to (-0.5, 1); from there the candidate 2 to the right is at x = 2, not x = 1.
    const flow = { data: new Float32Array(72), dims: [1, 2, h, w] };
    flow.data[7] = -1.5;
    const volume = await volumeOf(lowering, previous, current, flow);
    expect(volume[(4 * 5 + 2) * 36 + 1 * w + 3]).toBe(1 * w + 2);
  });
});

describe('the operations of BIMNet', () => {
  it.each([
    [1, 'stride1'],
    [2, 'stride2'],
  ] as const)('correlates in steps of %i as published', async (step, name) => {
    const [first, second] = [unit('correlation_first'), unit('correlation_second')];
    const graph = new Graph('test');
    const thin = step === 1 ? [] : [everySecondPixel];
    const [a, b] = [graph.input('first', first.dims), graph.input('second', second.dims)].map((value) =>
      thin.reduce((image, reduce) => reduce(image), value),
    );
    graph.output('volume', correlation(a!, b!, 3));
    const result = await runGraph(graph, { first, second });
    const expected = unit(`correlation_${name}_expected`);
    expect(result['volume']!.dims).toEqual(expected.dims);
    expect(maxDifference(result['volume']!.data, expected.data)).toBeLessThan(TOLERANCE);
  });

  it.each(lowerings)('warps features as published, %s body', async (lowering) => {
    const [image, flow] = [unit('warp_input'), unit('warp_flow')];
    const graph = new Graph('test', lowering);
    const options = { alignCorners: true, padding: 'zeros' } as const;
    graph.output('warped', warp(graph.input('image', image.dims), graph.input('flow', flow.dims), options));
    const result = await runGraph(graph, { image, flow });
    expect(maxDifference(result['warped']!.data, unit('warp_expected').data)).toBeLessThan(TOLERANCE);
  });

  it.each(lowerings)('warps images of one row or column, %s body', async (lowering) => {
    for (const dims of [
      [1, 1, 1, 4],
      [1, 1, 4, 1],
    ]) {
      const image = { data: Float32Array.of(1, 2, 3, 4), dims };
      const along = dims[3] === 4 ? 0 : 4;
      const flow = { data: new Float32Array(8), dims: dims.with(1, 2) };
      flow.data.fill(0.5, along, along + 4);
      // Across the only row or column: half of it, and nothing.
      flow.data[4 - along] = 0.5;
      flow.data[4 - along + 1] = -2;
      const graph = new Graph('test', lowering);
      const options = { alignCorners: true, padding: 'zeros' } as const;
      graph.output('warped', warp(graph.input('image', dims), graph.input('flow', flow.dims), options));
      const result = await runGraph(graph, { image, flow });
      expect([...result['warped']!.data]).toEqual([0.75, 0, 3.5, 2]);
    }
  });
});
