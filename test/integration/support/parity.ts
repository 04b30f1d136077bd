import { readFileSync } from 'node:fs';
import type { Network, NetworkSize, ProgramRequest } from '../../../src/networks/network.ts';
import { batchItem, loadFixture } from '../../support/arrays.ts';

/** The network with the graphs that WebGPU gets, which run on any device. */
export function withWebGpuBodies<Size extends NetworkSize>(network: Network<Size>): Network<Size> {
  return {
    ...network,
    buildModel: (request: ProgramRequest<Size>) => network.buildModel({ ...request, lowering: 'webgpu' }),
  };
}

/** A state or case of a fixture, by its path below `test/fixtures/parity`. */
export function jsonOf(path: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../fixtures/parity/${path}.json`, import.meta.url), 'utf8'));
}

/** The frames of a fixture, by its path below `test/fixtures/parity`. */
export function clipOf(path: string): Float32Array[] {
  const clip = loadFixture(`parity/${path}.npy`);
  return Array.from({ length: clip.dims[0]! }, (_, index) => batchItem(clip, index).data);
}
