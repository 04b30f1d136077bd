import { describe, expect, it } from 'vitest';
import { createDeblurrer, type DeblurrerOptions } from '../../../src/main/inference/deblurrer.ts';
import type { ProgramRun } from '../../../src/main/inference/frame-work.ts';
import { drawLook, sideBySide } from '../../../src/main/inference/looks/draw-look.ts';
import { flowColour } from '../../../src/shared/picture/flow-colours.ts';
import { LookRecorder, type SeenLook } from '../../../src/main/inference/looks/look-recorder.ts';
import { OnnxRuntimeRuntime } from '../../../src/main/inference/onnxruntime-runtime.ts';
import { networks } from '../../../src/networks/catalogue.ts';
import type { Look } from '../../../src/networks/looks.ts';
import type { Network } from '../../../src/networks/network.ts';
import { elementCount, type Tensor } from '../../../src/shared/tensor.ts';
import { maxDifference } from '../../support/arrays.ts';
import { madeUpWeights, movingPattern } from './support/made-up-weights.ts';

const [HEIGHT, WIDTH] = [64, 128];
const PLANE = HEIGHT * WIDTH;
const runtime = new OnnxRuntimeRuntime();

type Setup = Pick<DeblurrerOptions, 'stages'> & Partial<DeblurrerOptions>;

function networkOf(id: string): Network {
  return networks.find((network) => network.id === id)!;
}

/** Weights of zeros, but for the parameters given. */
function almostZero(values: Readonly<Record<string, readonly number[]>>): DeblurrerOptions['weights'] {
  const parameters = (name: string, dims: readonly number[]) => {
    const given = Object.entries(values).find(([ending]) => name.endsWith(ending))?.[1];
    if (given !== undefined) return Float32Array.from(given);
    // A result that is black would be refused.
    return new Float32Array(elementCount(dims)).fill(/outBlock\.\d+\.bias$/.test(name) ? 0.4 : 0);
  };
  return { parameters, alignCorners: true };
}

/** What the looks of a network show of a frame, by look and label; the results; and how often graphs ran. */
async function look(id: string, frames: readonly Float32Array[], position: number, setup: Setup) {
  const network = networkOf(id);
  const weights = { parameters: madeUpWeights(network, 'lite'), alignCorners: true };
  const options = {
    runtime,
    network,
    size: 'lite',
    device: 'cpu',
    weights,
    height: HEIGHT,
    width: WIDTH,
  } as const;
  const deblurrer = await createDeblurrer({ ...options, ...setup });
  async function* source() {
    for (const frame of frames) {
      await Promise.resolve();
      yield frame;
    }
  }
  const recorder = new LookRecorder(setup.looks ?? [], setup.stages, position);
  const restored: Float32Array[] = [];
  let runs = 0;
  const onRun = (run: ProgramRun) => {
    runs++;
    recorder.record(run);
  };
  try {
    for await (const frame of deblurrer.process(source(), { onRun })) restored.push(frame.slice());
  } finally {
    await deblurrer.dispose();
  }
  const seen: Record<string, Tensor> = {};
  for (const { name, parts } of recorder.result()) {
    for (const { label, tensor } of parts) seen[`${name} ${label}`] = tensor;
  }
  return { seen, restored, runs };
}

describe('looks at CDVD-TSP', () => {
  const { looks } = networkOf('cdvd-tsp');
  const frames = movingPattern(3, HEIGHT, WIDTH);

  it('show a flow that is the same everywhere, and the mask of that shift', async () => {
    // In units of 20 pixels: 4 to the right, 2 up.
    const weights = almostZero({ 'moduleRefiner.moduleMain.12.bias': [0.2, -0.1] });
    const { seen } = await look('cdvd-tsp', frames, 1, { stages: 1, looks, weights });
    for (const label of ['previous', 'next']) {
      const flow = seen[`flow ${label}`]!;
      expect(flow.dims).toEqual([1, 2, HEIGHT, WIDTH]);
      const expected = Float32Array.from({ length: 2 * PLANE }, (_, index) => (index < PLANE ? 4 : -2));
      expect(maxDifference(flow.data, expected)).toBeLessThan(1e-4);
      const mask = seen[`mask ${label}`]!;
      expect(mask.dims).toEqual([1, 1, HEIGHT, WIDTH]);
      const inside = Float32Array.from({ length: PLANE }, (_, index) => {
        const [x, y] = [index % WIDTH, Math.floor(index / WIDTH)];
        return Number(x + 4 <= WIDTH - 1 && y - 2 >= 0);
      });
      expect(maxDifference(mask.data, inside)).toBe(0);
    }
  });

  it('show the prior: 1 where frames are alike, else as its formula has it', async () => {
    const still = new Float32Array(3 * PLANE).fill(0.4);
    const brighter = still.map((value) => value + 0.1);
    const weights = almostZero({});
    const alike = await look('cdvd-tsp', [still, still, still], 1, { stages: 1, looks, weights });
    expect(alike.seen['prior middle']!.dims).toEqual([1, 1, HEIGHT, WIDTH]);
    expect(Math.min(...alike.seen['prior middle']!.data)).toBeCloseTo(1, 5);
    const { seen } = await look('cdvd-tsp', [still, brighter, still], 1, { stages: 1, looks, weights });
    // Three channels, two frames, a difference of 0.1, divided by 2.
    const inner = seen['prior middle']!.data[(HEIGHT / 2) * WIDTH + WIDTH / 2]!;
    expect(inner).toBeCloseTo(Math.exp(-Math.sqrt((3 * 2 * 0.1 ** 2) / 2)), 4);
  });

  it('show as stage 1 what one stage gives, and change neither results nor the number of runs', async () => {
    const one = await look('cdvd-tsp', frames, 1, { stages: 1 });
    const two = await look('cdvd-tsp', frames, 1, { stages: 2 });
    const seen = await look('cdvd-tsp', frames, 1, { stages: 2, looks });
    expect(maxDifference(seen.seen['stage1 middle']!.data, one.restored[1]!)).toBe(0);
    expect(seen.restored.map((frame, index) => maxDifference(frame, two.restored[index]!))).toEqual([
      0, 0, 0,
    ]);
    expect(seen.runs).toBe(two.runs);
    expect(two.seen).toEqual({});
  });
});

describe('looks at the other networks', () => {
  it("show PVDNet's candidates: without motion the gray of the same place, here of the first frame", async () => {
    const { looks } = networkOf('pvdnet');
    const frames = movingPattern(2, HEIGHT, WIDTH);
    const setup = { stages: 1, looks, options: { motion: false } };
    const volume = (await look('pvdnet', frames, 0, setup)).seen['volume previous']!;
    expect(volume.dims).toEqual([1, 25, HEIGHT, WIDTH]);
    const gray = (x: number, y: number) =>
      [0.2989, 0.587, 0.114].reduce(
        (sum, weight, channel) => sum + weight * (2 * frames[0]![channel * PLANE + y * WIDTH + x]! - 1),
        0,
      );
    for (let channel = 0; channel < 25; channel++) {
      for (const [x, y] of [
        [20, 30],
        [71, 12],
      ] as const) {
        expect(volume.data[channel * PLANE + y * WIDTH + x]).toBeCloseTo(gray(x, y), 4);
      }
    }
  });

  it("show ERDN's offsets, and its gradient map", async () => {
    const { looks } = networkOf('erdn');
    const bias = Array.from({ length: 8 * 9 * 3 }, (_, index) => (index < 144 ? index / 100 : 0));
    const frames = movingPattern(3, HEIGHT, WIDTH);
    const weights = almostZero({ 'cas_dcnpack.conv_offset.bias': bias });
    const { seen } = await look('erdn', frames, 1, { stages: 1, looks, weights });
    for (const label of ['previous', 'next']) {
      const { dims, data } = seen[`offsets ${label}`]!;
      expect(dims).toEqual([1, 144, HEIGHT / 2, WIDTH / 2]);
      const expected = data.map((_, index) => Math.floor(index / (PLANE / 4)) / 100);
      expect(maxDifference(data, expected)).toBeLessThan(1e-6);
    }
    const gradient = seen['gradient middle']!;
    expect(gradient.dims).toEqual([1, 3, HEIGHT, WIDTH]);
    const at = (channel: number, x: number, y: number) =>
      x < 0 || y < 0 || x >= WIDTH || y >= HEIGHT ? 0 : frames[1]![channel * PLANE + y * WIDTH + x]!;
    const expected = gradient.data.map((_, index) => {
      const [channel, x, y] = [Math.floor(index / PLANE), index % WIDTH, Math.floor((index % PLANE) / WIDTH)];
      const across = at(channel, x + 1, y) - at(channel, x - 1, y);
      const down = at(channel, x, y + 1) - at(channel, x, y - 1);
      return Math.sqrt(across ** 2 + down ** 2 + 1e-6);
    });
    expect(maxDifference(gradient.data, expected)).toBeLessThan(1e-5);
  });

  it.each(['mlfa', 'erdn', 'arvo'])('show the first stage of %s', async (id) => {
    const { looks } = networkOf(id);
    const frames = movingPattern(3, HEIGHT, WIDTH);
    const one = await look(id, frames, 1, { stages: 1 });
    const { seen } = await look(id, frames, 1, { stages: 2, looks });
    expect(maxDifference(seen['stage1 middle']!.data, one.restored[1]!)).toBe(0);
  });
});

describe('a look at a frame that is cut into tiles', () => {
  it('is put together from what is kept of each', () => {
    const [program, tensor] = ['reconstruct', 'look_maxima_next'] as const;
    const part = { label: 'next', tensor } as const;
    const seen: Look = { name: 'maxima', title: '', program, stage: 'last', parts: [part] };
    const recorder = new LookRecorder([seen], 1, 0);
    // A frame of 8 x 24 pixels, a value for each 4 x 4 of them; two tiles that overlap by 8 pixels.
    const row = { input: { start: 0, end: 8 }, kept: { start: 0, end: 8 } };
    const columns = [
      { input: { start: 0, end: 16 }, kept: { start: 0, end: 12 } },
      { input: { start: 8, end: 24 }, kept: { start: 12, end: 24 } },
    ];
    for (const [index, column] of columns.entries()) {
      const data = Float32Array.from({ length: 8 }, (_, cell) => 10 * (index + 1) + cell);
      const tile = { row, column, frameHeight: 8, frameWidth: 24 };
      const phase = { program, stage: 1, position: 0, tile };
      recorder.record({ phase, feeds: {}, results: { [tensor]: { data, dims: [1, 1, 2, 4] } } });
    }
    const [{ parts }] = recorder.result() as [SeenLook];
    expect(parts[0]!.tensor.dims).toEqual([1, 1, 2, 6]);
    expect([...parts[0]!.tensor.data]).toEqual([10, 11, 12, 21, 22, 23, 14, 15, 16, 25, 26, 27]);
  });

  it('has the size of the frame, and in each tile only what is in the tile', async () => {
    const network = networkOf('arvo');
    const looks = network.looks!.filter(({ name }) => name === 'maxima');
    const weights = { parameters: madeUpWeights(network, 'lite', { layers: 1 }), alignCorners: true };
    // No tile is cut shorter than 512 pixels.
    const [width, tile] = [960, { height: 32, width: 640 }];
    const frames = movingPattern(2, 32, width);
    const setup = { stages: 1, looks, weights, height: 32, width, options: { layers: 1 } as const };
    const { seen, runs } = await look('arvo', frames, 1, { ...setup, tile });
    const whole = await look('arvo', frames, 1, setup);
    expect(runs).toBeGreaterThan(whole.runs);
    const { data, dims } = seen['maxima previous']!;
    expect(dims).toEqual([1, 3, 32 / 8, width / 8]);
    expect(whole.seen['maxima previous']!.dims).toEqual(dims);
    const cells = data.length / 3;
    expect(Math.max(...data.subarray(0, cells).map(Math.abs))).toBeLessThanOrEqual(tile.width);
    expect(Math.min(...data.subarray(2 * cells))).toBeGreaterThan(0);
    expect(Math.max(...data.subarray(2 * cells))).toBeLessThanOrEqual(1);
  });
});

describe('the colour of a motion', () => {
  it('is that of the Middlebury wheel', () => {
    expect(flowColour(0, 0)).toEqual([255, 255, 255]);
    expect(flowColour(1, 0)).toEqual([255, 0, 0]);
    // The wheel has 55 steps from red by way of yellow, green, cyan, blue and magenta back to red.
    expect(flowColour(0, 1)).toEqual([255, Math.round((255 * 13.5) / 15), 0]);
    expect(flowColour(-1, 0)).toEqual([0, Math.round(255 * (1 - 2 / 11)), 255]);
    expect(flowColour(0, -1)).toEqual([Math.round((255 * 4.5) / 13), 0, 255]);
  });

  it('is paler for less motion, and darker past full scale', () => {
    expect(flowColour(0.5, 0)).toEqual([255, 128, 128]);
    expect(flowColour(2, 0)).toEqual([191, 0, 0]);
  });

  it('goes round without a jump, but for the last step of the wheel', () => {
    const colour = (degree: number) =>
      flowColour(Math.cos((degree * Math.PI) / 180), Math.sin((degree * Math.PI) / 180));
    for (let degree = 1; degree < 359; degree++) {
      const [first, second] = [colour(degree), colour(degree + 1)];
      for (const channel of [0, 1, 2] as const) {
        expect(Math.abs(first[channel] - second[channel])).toBeLessThan(13);
      }
    }
  });
});

describe('a picture of a look', () => {
  const pixel = (rgba: Uint8Array, index: number) => [...rgba.subarray(4 * index, 4 * index + 4)];

  it('draws flow up to its longest vector, and tells its length', () => {
    const flow = { data: Float32Array.of(6, 0, 0, 0), dims: [1, 2, 1, 2] };
    const { rgba, fullScale, width, height } = drawLook('flow', flow);
    expect([width, height, fullScale]).toEqual([2, 1, 6]);
    expect(pixel(rgba, 0)).toEqual([255, 0, 0, 255]);
    expect(pixel(rgba, 1)).toEqual([255, 255, 255, 255]);
    expect(pixel(drawLook('flow', flow, 12).rgba, 0)).toEqual([255, 128, 128, 255]);
  });

  it('draws a mask and a prior in gray from 0 to 1, and stage 1 as it is', () => {
    const mask = drawLook('mask', { data: Float32Array.of(0, 0.5, 1, 2), dims: [1, 1, 2, 2] });
    expect([0, 1, 2, 3].map((index) => pixel(mask.rgba, index)[0])).toEqual([0, 128, 255, 255]);
    const stage = drawLook('stage1', { data: Float32Array.of(0.2, 0.4, 1.2), dims: [1, 3, 1, 1] });
    expect(pixel(stage.rgba, 0)).toEqual([51, 102, 255, 255]);
  });

  it('draws the mean length of offsets, and gradients up to the steepest', () => {
    // Two taps, y and x of each: lengths 5 and 3 at one pixel, 0 and 0 at the other.
    const offsets = { data: Float32Array.of(3, 0, 4, 0, 0, 0, 3, 0), dims: [1, 4, 1, 2] };
    const drawn = drawLook('offsets', offsets);
    expect(drawn.fullScale).toBe(4);
    expect([pixel(drawn.rgba, 0)[0], pixel(drawn.rgba, 1)[0]]).toEqual([255, 0]);
    const gradient = drawLook('gradient', { data: Float32Array.of(0.25, 0.5, 0), dims: [1, 3, 1, 1] });
    expect(gradient.fullScale).toBe(0.5);
    expect(pixel(gradient.rgba, 0)).toEqual([128, 255, 0, 255]);
  });

  it('lays candidates out by their shift: x to the right, y down', () => {
    const data = Float32Array.from({ length: 25 }, (_, channel) => (2 * channel) / 24 - 1);
    const { rgba, width, height } = drawLook('volume', { data, dims: [1, 25, 1, 1] });
    expect([width, height]).toEqual([5, 5]);
    // Channel 5 has the shift (x: -1, y: -2): second column, first row.
    expect(pixel(rgba, 1)[0]).toBe(Math.round((255 * 5) / 24));
    expect(pixel(rgba, 5)[0]).toBe(Math.round(255 / 24));
  });

  it('can be put beside another', () => {
    const one = drawLook('mask', { data: Float32Array.of(0, 0), dims: [1, 1, 2, 1] });
    const two = drawLook('mask', { data: Float32Array.of(1, 1), dims: [1, 1, 2, 1] });
    const { rgba, width, height } = sideBySide([one, two]);
    expect([width, height]).toEqual([2, 2]);
    expect([0, 1, 2, 3].map((index) => pixel(rgba, index)[0])).toEqual([0, 255, 0, 255]);
  });
});
