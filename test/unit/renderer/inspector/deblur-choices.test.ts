import { describe, expect, it } from 'vitest';
import type { Network } from '../../../../src/shared/api/catalogue.ts';
import {
  chosenWeights,
  deviceDetail,
  deviceOptions,
  networkOptions,
  placeOfProblem,
  settingsOfNetwork,
  sizeOptions,
  sizesWithoutWeights,
  stageOptions,
  weightOptions,
} from '../../../../src/renderer/inspector/deblur-choices.ts';

const shipped = { name: 'cdvd-tsp-lite', hash: 'aa11', licence: 'CC-BY-SA 4.0' };
const imported = { name: 'mine.pt', hash: 'bb22' };

const network: Network = {
  id: 'cdvd-tsp',
  title: 'CDVD-TSP',
  stages: { min: 1, max: 3, default: 2 },
  sizes: [
    { size: 'lite', weights: [shipped, imported] },
    { size: 'paper', weights: [] },
  ],
};

describe('sizes of a network', () => {
  it('can be chosen only where there are weights', () => {
    expect(sizeOptions(network).map(({ value, disabled }) => [value, disabled])).toEqual([
      ['lite', false],
      ['paper', true],
    ]);
  });

  it('without weights are named together', () => {
    expect(sizesWithoutWeights(network)).toBe('Paper');
    const sizes = ['lite', 'paper', 'huge'].map((size) => ({ size, weights: [] }));
    expect(sizesWithoutWeights({ ...network, sizes })).toBe('Lite, Paper and huge');
    expect(sizesWithoutWeights({ ...network, sizes: [network.sizes[0]!] })).toBeUndefined();
  });

  it('have their weights listed, the default first', () => {
    const options = weightOptions(network, 'lite');
    expect(options.map(({ value }) => value)).toEqual(['aa11', 'bb22']);
    expect(chosenWeights(options, undefined)).toBe('aa11');
    expect(chosenWeights(options, 'bb22')).toBe('bb22');
    expect(chosenWeights(options, 'mine.pt')).toBe('bb22');
    expect(chosenWeights(options, 'gone')).toBe('aa11');
    expect(chosenWeights([], 'gone')).toBe('');
  });
});

describe('networks', () => {
  it('without any weights say so', () => {
    const bare = { ...network, id: 'pvdnet', title: 'PVDNet', sizes: [{ size: 'small', weights: [] }] };
    expect(networkOptions([network, bare])).toEqual([
      { value: 'cdvd-tsp', label: 'CDVD-TSP', detail: undefined },
      { value: 'pvdnet', label: 'PVDNet', detail: 'No weights yet' },
    ]);
  });
});

describe('stages', () => {
  it('are those that the network has', () => {
    expect(stageOptions(network).map(({ value }) => value)).toEqual(['1', '2', '3']);
    expect(stageOptions({ ...network, stages: { min: 1, max: 1, default: 1 } })).toHaveLength(1);
  });
});

describe('another network', () => {
  it('keeps size and stages where it has them', () => {
    const settings = settingsOfNetwork(network, { size: 'lite', stages: 3 });
    expect(settings).toEqual({ network: 'cdvd-tsp', size: 'lite', stages: 3, weights: undefined });
  });

  it('comes in a size that has weights, with as many stages as it usually has', () => {
    const settings = settingsOfNetwork(network, { size: 'paper', stages: 5 });
    expect(settings).toMatchObject({ size: 'lite', stages: 2 });
  });

  it('can be looked at even when it has no weights at all', () => {
    const bare = { ...network, sizes: network.sizes.map(({ size }) => ({ size, weights: [] })) };
    expect(settingsOfNetwork(bare, { size: 'paper', stages: 1 }).size).toBe('lite');
  });
});

describe('devices', () => {
  const cpu = { device: 'cpu', name: 'EPYC', usable: true, software: false };
  const webgpu = { device: 'webgpu', name: 'SwiftShader', usable: true, software: true };
  const cuda = { device: 'cuda', usable: false, software: false, reason: 'No driver.' };

  it('are listed with those that can’t be used last, each with its reason', () => {
    expect(deviceOptions([cuda, webgpu, cpu])).toEqual([
      { value: 'auto', label: 'Automatic', detail: 'The fastest one that works' },
      {
        value: 'webgpu',
        label: 'Graphics (WebGPU)',
        detail: 'SwiftShader. Rendered by the processor, slow',
        disabled: false,
      },
      { value: 'cpu', label: 'Processor', detail: 'EPYC', disabled: false },
      { value: 'cuda', label: 'NVIDIA graphics (CUDA)', detail: 'No driver.', disabled: true },
    ]);
  });

  it('leave the automatic choice while nothing is known of them', () => {
    expect(deviceOptions([]).map(({ value }) => value)).toEqual(['auto']);
  });

  it('that this page has never heard of can’t be chosen', () => {
    expect(deviceOptions([{ device: 'abacus', usable: true, software: false }])).toHaveLength(1);
  });

  it('in use are called by their hardware, or else by their kind', () => {
    expect(deviceDetail([cpu], 'cpu')).toBe('EPYC');
    expect(deviceDetail([], 'cpu')).toBe('Processor');
    expect(deviceDetail([cpu], 'abacus')).toBe('abacus');
    expect(deviceDetail([cpu], undefined)).toBeUndefined();
  });
});

describe('a problem of the settings', () => {
  it('is told at the control it is about', () => {
    expect(placeOfProblem('weights-missing')).toBe('size');
    expect(placeOfProblem('weights-mismatch')).toBe('size');
    expect(placeOfProblem('device-unavailable')).toBe('device');
    expect(placeOfProblem('out-of-memory')).toBe('device');
    expect(placeOfProblem('usage')).toBe('general');
  });
});
