import { describe, expect, it } from 'vitest';
import { memoryBudget } from '../../../src/main/inference/tiling/memory-budget.ts';
import { planMemory } from '../../../src/main/inference/tiling/memory-plan.ts';
import { computedPixels } from '../../../src/main/inference/tiling/tile-plan.ts';
import { arvo } from '../../../src/networks/archs/arvo/arvo.ts';
import { cdvdTsp } from '../../../src/networks/archs/cdvd-tsp/cdvd-tsp.ts';
import { erdn } from '../../../src/networks/archs/erdn/erdn.ts';
import { mlfa } from '../../../src/networks/archs/mlfa/mlfa.ts';
import { pvdNet } from '../../../src/networks/archs/pvdnet/pvdnet.ts';
import type { Network, NetworkSize } from '../../../src/networks/network.ts';

const GIB = 2 ** 30;

function plan(size: 'lite' | 'paper', height: number, width: number, availableBytes: number, device = 'cpu') {
  const budget = memoryBudget(device, availableBytes);
  // A pyramid of the paper size holds about 15 bytes per pixel.
  return planMemory({
    network: cdvdTsp,
    size,
    setup: { stages: 2, options: {} },
    height,
    width,
    featureBytes: 15 * height * width,
    budget,
  });
}

describe('planning memory', () => {
  it('keeps a 1080p clip below 2.5 GB in either size, so that a process with decoder and encoder stays below 3 GB', () => {
    for (const size of ['paper', 'lite'] as const) {
      expect(plan(size, 1080, 1920, 64 * GIB).peakBytes).toBeLessThan(2.5 * GIB);
    }
  });

  it('keeps a 1080p clip below 4 GB with PVDNet and ARVo of any size, and with the lite ERDN', () => {
    const peak = (network: Network, size: NetworkSize, featureBytesPerPixel: number) =>
      planMemory({
        ...{ network, size, height: 1080, width: 1920 },
        setup: { stages: network.stages.default, options: network.options },
        featureBytes: featureBytesPerPixel * 1080 * 1920,
        budget: memoryBudget('cpu', 64 * GIB),
      }).peakBytes;
    for (const size of pvdNet.sizes) expect(peak(pvdNet, size, 61)).toBeLessThan(4 * GIB);
    expect(peak(erdn, 'lite', 43)).toBeLessThan(4 * GIB);
    expect(peak(arvo, 'lite', 7)).toBeLessThan(4 * GIB);
    expect(peak(arvo, 'paper', 15)).toBeLessThan(4 * GIB);
  });

  it('does not tile small frames, and lets every program keep its memory there', () => {
    const { tiles, keepMemory } = plan('paper', 180, 320, 16 * GIB);
    expect([tiles.height, tiles.width, keepMemory]).toEqual([180, 320, true]);
  });

  it('takes more memory, where there is so much, rather than tiles that compute half of the frame twice', () => {
    const [height, width] = [720, 1280];
    const of = (availableBytes: number) =>
      planMemory({
        ...{ network: mlfa, size: 'paper', height, width, featureBytes: 0 },
        setup: { stages: 2, options: mlfa.options },
        budget: memoryBudget('cpu', availableBytes),
      });
    expect(computedPixels(of(24 * GIB).tiles)).toBe(height * width);
    expect(of(24 * GIB).peakBytes).toBeLessThan(0.45 * 24 * GIB);
    expect(computedPixels(of(6 * GIB).tiles)).toBeGreaterThan(1.25 * height * width);
    expect(of(6 * GIB).peakBytes).toBeLessThan(4 * GIB);
  });

  it('makes tiles smaller where less memory is free', () => {
    const pixels = [16, 3, 2].map((gib) => {
      const { tiles, peakBytes } = plan('paper', 1080, 1920, gib * GIB);
      expect(peakBytes).toBeLessThan(0.9 * gib * GIB);
      return tiles.height * tiles.width;
    });
    expect(pixels).toEqual([...pixels].sort((a, b) => b - a));
    expect(pixels[2]).toBeLessThan(pixels[0]!);
  });

  it('does not waste work on tiny tiles when a large frame needs much memory anyway', () => {
    const { tiles } = plan('paper', 2304, 4096, 16 * GIB);
    expect(computedPixels(tiles)).toBeLessThan(2 * 2304 * 4096);
    // They come out as in the whole frame: there is nothing to be mixed.
    expect(tiles.blend).toBe(0);
  });

  it('cuts frames for ARVo alike whatever memory there is, in tiles of at least 512 pixels', () => {
    const planOf = (size: 'lite' | 'paper', height: number, width: number, gib: number) =>
      planMemory({
        ...{ network: arvo, size, height, width },
        setup: { stages: 2, options: arvo.options },
        featureBytes: 15 * height * width,
        budget: memoryBudget('cpu', gib * GIB),
      });
    for (const size of arvo.sizes) {
      const whole = planOf(size, 720, 1280, 8);
      expect([whole.tiles.height, whole.tiles.width]).toEqual([720, 1280]);
      expect(whole.peakBytes).toBeLessThan(3.5 * GIB);
      const { tiles } = planOf(size, 2160, 3840, 16);
      expect(tiles.rows.length * tiles.columns.length).toBeGreaterThan(1);
      expect(Math.min(tiles.height, tiles.width)).toBeGreaterThanOrEqual(512);
      expect(planOf(size, 2160, 3840, 64).tiles).toEqual(tiles);
      expect(tiles.blend).toBeGreaterThan(0);
    }
    // Where memory is short, tiles are smaller, but not below 512 pixels.
    const short = planOf('paper', 1080, 1920, 2);
    expect(short.peakBytes).toBeLessThan(1.8 * GIB);
    expect(short.tiles.width).toBeLessThan(1920);
    expect(Math.min(short.tiles.height, short.tiles.width)).toBeGreaterThanOrEqual(512);
  });

  it('tiles all of ERDN, so that 720p stays below 4 GB and 4K is taken on a machine of 8 GB', () => {
    const planOf = (size: 'paper' | 'lite', height: number, width: number, gib: number) =>
      planMemory({
        ...{ network: erdn, size, height, width },
        setup: { stages: 2, options: {} },
        featureBytes: 0,
        budget: memoryBudget('cpu', gib * GIB),
      });
    expect(planOf('paper', 544, 960, 8).alignmentTiles).toBeUndefined();
    expect(planOf('paper', 720, 1280, 16).peakBytes).toBeLessThan(4 * GIB);
    for (const size of erdn.sizes) {
      const { alignmentTiles, peakBytes } = planOf(size, 2160, 3840, 8);
      expect(peakBytes).toBeLessThan(4 * GIB);
      expect(alignmentTiles!.rows.length * alignmentTiles!.columns.length).toBeGreaterThan(1);
      expect(computedPixels(alignmentTiles!)).toBeLessThan(2.5 * 2160 * 3840);
    }
    expect(() => planOf('paper', 2160, 3840, 2)).toThrow(/3840x2160 .* needs about [\d.]+ GB/);
  });

  it('refuses a frame that cannot fit, and says how much it would need', () => {
    expect(() => plan('paper', 4320, 7680, 4 * GIB)).toThrow(
      /7680x4320 .* needs about [\d.]+ GB, but only 3\.6 GB/,
    );
  });

  it('takes a limit that was given as both the aim and the end', () => {
    expect(memoryBudget('cpu', 64 * GIB, GIB)).toEqual({ wantedBytes: GIB, limitBytes: GIB });
    expect(memoryBudget('webgpu', 64 * GIB, GIB)).toEqual({ wantedBytes: GIB, limitBytes: GIB });
  });
});
