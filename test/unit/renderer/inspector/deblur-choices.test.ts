import { describe, expect, it } from 'vitest';
import type { Network } from '../../../../src/shared/api/catalogue.ts';
import type { ClipDeblurSettings } from '../../../../src/shared/api/clip.ts';
import {
  chosenWeights,
  deviceDetail,
  deviceOptions,
  ensembleDetail,
  ensembleOptions,
  networkOptions,
  optionControls,
  placeOfProblem,
  settingsOfNetwork,
  sizeOptions,
  sizesWithoutWeights,
  stageOptions,
  weightOptions,
} from '../../../../src/renderer/inspector/deblur-choices.ts';

const shipped = {
  name: 'cdvd-tsp-lite',
  hash: 'aa11',
  source: 'shipped',
  origin: 'trained here',
  licence: 'CC-BY-SA 4.0',
  bytes: 1,
} as const;
const imported = { name: 'mine.pt', hash: 'bb22', source: 'imported', origin: '/mine.pt', bytes: 1 } as const;
const SETTINGS: ClipDeblurSettings = { network: 'x', size: 'lite', stages: 3, device: 'cpu', strength: 1 };

const network: Network = {
  id: 'cdvd-tsp',
  title: 'CDVD-TSP',
  stages: { min: 1, max: 3, default: 2 },
  options: [],
  looks: [],
  defaultSize: 'lite',
  sizes: [
    { size: 'lite', weights: [shipped, imported] },
    { size: 'paper', weights: [] },
  ],
};

const recurrent: Network = {
  id: 'pvdnet',
  title: 'PVDNet',
  stages: { min: 1, max: 1, default: 1 },
  options: [
    { kind: 'flag', name: 'motion', default: true },
    { kind: 'flag', name: 'unheard-of', default: true },
  ],
  looks: [],
  defaultSize: 'medium',
  sizes: [
    { size: 'lite', weights: [imported] },
    { size: 'medium', weights: [imported] },
  ],
};

describe('sizes of a network', () => {
  it('say where there are no weights', () => {
    expect(sizeOptions(network).map(({ value, faint, title }) => [value, faint, title])).toEqual([
      ['lite', false, 'Narrower, made for processors'],
      ['paper', true, 'As published; large and slow. No weights yet'],
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
  it('have the names that the network’s authors use', () => {
    const two = { ...network, stages: { min: 1, max: 2, default: 2 } };
    const labels = (id: string) => stageOptions({ ...two, id }).map(({ label }) => label);
    expect(labels('erdn')).toEqual(['Single', 'Double']);
    expect(labels('mlfa')).toEqual(['Stage 1', 'Stage 1+2']);
    expect(labels('cdvd-tsp')).toEqual(['1', '2']);
  });

  it('are those that the network has', () => {
    expect(stageOptions(network).map(({ value }) => value)).toEqual(['1', '2', '3']);
    expect(stageOptions({ ...network, stages: { min: 1, max: 1, default: 1 } })).toHaveLength(1);
  });
});

describe('options', () => {
  it('are those that the network has and settings can hold, at what is set or else their default', () => {
    expect(optionControls(network, SETTINGS)).toEqual([]);
    const [motion, ...others] = optionControls(recurrent, SETTINGS);
    expect(others).toEqual([]);
    expect(motion).toMatchObject({ label: 'Motion', value: 'true' });
    expect(motion?.options.map(({ value, label }) => [value, label])).toEqual([
      ['true', 'On'],
      ['false', 'Off'],
    ]);
    expect(motion?.change('false')).toEqual({ motion: false });
    expect(optionControls(recurrent, { ...SETTINGS, motion: false })[0]).toMatchObject({
      value: 'false',
      detail: expect.stringContaining('faster'),
    });
  });

  it('may be one of a few numbers', () => {
    const layers = { kind: 'choice' as const, name: 'tile', values: [64, 128, 256], default: 128 };
    const [control] = optionControls({ ...recurrent, options: [layers] }, { ...SETTINGS, tile: 100 });
    expect(control).toMatchObject({ label: 'tile', value: '128' });
    expect(control?.change('256')).toEqual({ tile: 256 });
  });
});

describe('self-ensemble', () => {
  it('is offered with what it takes', () => {
    expect(ensembleOptions().map(({ value, label }) => [value, label])).toEqual([
      ['1', '×1'],
      ['4', '×4'],
      ['8', '×8'],
    ]);
    expect(ensembleDetail(8)).toContain('8 times the time');
  });
});

describe('another network', () => {
  it('keeps size and stages where it has them', () => {
    const settings = settingsOfNetwork(network, SETTINGS);
    expect(settings).toEqual({ network: 'cdvd-tsp', size: 'lite', stages: 3 });
  });

  it('comes in its usual size where it does not have this one, with as many stages as it usually has', () => {
    expect(settingsOfNetwork(recurrent, { ...SETTINGS, size: 'paper' })).toMatchObject({
      size: 'medium',
      stages: 1,
    });
  });

  it('has its usual number of stages where the one before had no choice of them', () => {
    expect(settingsOfNetwork(network, { ...SETTINGS, stages: 1 }, recurrent).stages).toBe(2);
    expect(settingsOfNetwork(network, { ...SETTINGS, stages: 1 }, network).stages).toBe(1);
  });

  it('comes in a size that has weights', () => {
    const sizes = [
      { size: 'medium', weights: [] },
      { size: 'large', weights: [imported] },
    ];
    expect(settingsOfNetwork({ ...recurrent, sizes }, SETTINGS).size).toBe('large');
  });

  it('keeps options that it has, and takes back the others with the weights', () => {
    const set = { ...SETTINGS, motion: false, weights: 'aa11', ensemble: 4 } as const;
    expect(settingsOfNetwork(recurrent, set)).toMatchObject({ motion: false, weights: undefined });
    const changed = { ...set, ...settingsOfNetwork(network, set) };
    expect(changed.motion).toBeUndefined();
    expect(changed.ensemble).toBe(4);
  });

  it('has the cuts that were set', () => {
    const set = { ...SETTINGS, cuts: [4, 9] };
    expect({ ...set, ...settingsOfNetwork(recurrent, set) }.cuts).toEqual([4, 9]);
  });

  it('can be looked at even when it has no weights at all', () => {
    const bare = { ...network, sizes: network.sizes.map(({ size }) => ({ size, weights: [] })) };
    expect(settingsOfNetwork(bare, { ...SETTINGS, size: 'paper' }).size).toBe('lite');
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
